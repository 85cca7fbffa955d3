"""The page of a search says what the document says, and draws it."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from matinee.errors import InputError
from matinee.reports import write_tuning
from matinee.reports.tuning_pictures import search_picture, setting_pictures


def trial(number: int, value: float | None, **settings: Any) -> dict[str, Any]:
    text = ",".join(f"{key}={setting}" for key, setting in settings.items())
    error = "ease: no root" if value is None else None
    return {
        "number": number,
        "settings": settings,
        "value": value,
        "seconds": 0.5,
        "error": error,
        "recipe": f"ease:{text}",
    }


@pytest.fixture
def document() -> dict[str, Any]:
    trials = [
        trial(0, 0.3104, ridge=500.0, kind="plain"),
        trial(1, 0.2507, ridge=3.0, kind="plain"),
        trial(2, None, ridge=1.0, kind="plain"),
        trial(3, 0.3555, ridge=200.0, kind="other"),
        trial(4, 0.3401, ridge=150.0, kind="other"),
    ]
    return {
        "data": "lopsided",
        "simulated": False,
        "seed": 0,
        "kept": "somewhere.json",
        "notes": ["each search is by the validation part alone"],
        "models": [
            {
                "name": "ease",
                "split": "strong",
                "metric": "ndcg@100",
                "lower_is_better": False,
                "users": 1234,
                "verdict": "unsure",
                "recipe": "ease:ridge=200.0,kind=other",
                "default": {"recipe": trials[0]["recipe"], "validation": 0.3104, "final": 0.3001},
                "tuned": {"recipe": trials[3]["recipe"], "validation": 0.3555, "final": 0.3052},
                "difference": 0.0051,
                "low": -0.0013,
                "high": 0.0115,
                "p": 0.12,
                "stopped": "all 5 trials were done",
                "interrupted": False,
                "trials": trials,
            }
        ],
    }


def test_figures_verdict_and_effort_are_there(document: dict[str, Any], tmp_path: Path) -> None:
    page = write_tuning(document, tmp_path / "new")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.read_text()))
    for shown in (
        "0.3001",
        "0.3052",
        "+0.0051",
        "-0.0013 – +0.0115",
        "ease:ridge=200.0,kind=other",
        "1,234 held-out viewers, but by less than they can settle",
        "5 trials in 2 s; ended because all 5 trials were done; 1 could not be fitted",
    ):
        assert shown in text, shown
    names = {path.name for path in (page.parent / "pictures").iterdir()}
    assert {"ease-search.svg", "ease-ridge.svg", "ease-kind.png"} <= names
    assert re.findall(r'(?:src|href)="((?:https?:)?//[^"]+)"', page.read_text()) == []


def test_sentences_are_computed_from_the_trials(document: dict[str, Any]) -> None:
    (model,) = document["models"]
    search = search_picture(model)
    assert search is not None
    assert search.sentence == (
        "Of 4 trials the best, number 3, has a ndcg@100 of 0.3555 on the validation part; "
        "the default has 0.3104."
    )
    ridge, kind = setting_pictures(model)
    assert ridge.sentence.startswith("The best fifth of the trials has ridge from 150 to 500.")
    assert kind.sentence.startswith("The best trial has kind other.")
    best = [row["best"] for row in search.chart.to_dict()["datasets"].popitem()[1] if "best" in row]
    assert best in ([], [0.3104, 0.3104, 0.3555, 0.3555])


def test_errors_are_best_when_least(document: dict[str, Any]) -> None:
    (model,) = document["models"]
    search = search_picture(model | {"lower_is_better": True, "metric": "rmse"})
    assert search is not None
    assert "number 1, has a rmse of 0.2507" in search.sentence


def test_a_search_of_the_default_alone_has_nothing_to_draw(
    document: dict[str, Any], tmp_path: Path
) -> None:
    alone = copy.deepcopy(document)
    alone["models"][0] |= {"verdict": "default", "difference": 0.0, "low": None, "high": None}
    alone["models"][0]["trials"] = alone["models"][0]["trials"][:1]
    html = write_tuning(alone, tmp_path).read_text()
    assert "only the default was tried" in html
    assert "the budget was too small to try anything else" in html


def test_names_that_look_like_markup_stay_text(document: dict[str, Any], tmp_path: Path) -> None:
    odd = document | {"data": "<script>alert(1)</script>", "simulated": True}
    html = write_tuning(odd, tmp_path).read_text()
    assert "<script>alert(1)" not in html
    assert "<strong>Simulated data.</strong>" in html


def test_a_document_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="tuning: expected data and models"):
        write_tuning({"models": []}, tmp_path)


def test_the_search_is_drawn_in_a_browser(
    document: dict[str, Any], tmp_path: Path, dom: Any
) -> None:
    drawn = dom(write_tuning(document, tmp_path)).split('<figure id="ease-search">')[1]
    assert drawn.split("</figure>")[0].count("<path") >= 5
