"""The page of re-ranking says what the document says, and draws it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matinee.errors import InputError
from matinee.reports import write_frontier
from matinee.reports.frontier_pictures import frontier_pictures, words


def one(group: str, ndcg: float, varied: float, covered: float, **knobs: float) -> dict[str, Any]:
    turned = {"diversity": 0.0, "calibration": 0.0, "exploration": 0, "reach": 0.3} | knobs
    metrics = {
        "ndcg@10": ndcg,
        "recall@20": 2 * ndcg,
        "diversity@10": varied,
        "novelty@10": 10 * varied,
        "coverage@20": covered,
        "calibration@10": 0.35,
        "ndcg@100": 1.5 * ndcg,
        "coverage@10": covered / 2,
    }
    return {"group": group, "knobs": turned, "metrics": metrics}


@pytest.fixture
def document() -> dict[str, Any]:
    start = one("as ranked", 0.1343, 0.712, 0.0435)
    chosen = one("several", 0.1341, 0.853, 0.1257, diversity=0.8, calibration=0.2, exploration=1)
    return {
        "data": "lopsided <b>",
        "model": "blend",
        "split": "time",
        "simulated": False,
        "users": {"validation": 1742, "test": 1775},
        "goal": {"accuracy": 0.99, "coverage": 2.0},
        "validation": [
            start,
            one("diversity", 0.1345, 0.73, 0.0434, diversity=0.1),
            one("diversity", 0.1271, 0.91, 0.0617, diversity=1.5),
            one("calibration", 0.1324, 0.727, 0.0507, calibration=0.4),
            one("exploration", 0.1343, 0.712, 0.1132, exploration=1),
            chosen,
        ],
        "chosen": chosen,
        "test": {
            "as_ranked": one("as ranked", 0.1444, 0.731, 0.03),
            "chosen": one("several", 0.1431, 0.866, 0.09, diversity=0.8, exploration=1),
        },
        "differences": {
            "ndcg@10": {"difference": -0.0013, "low": -0.003, "high": 0.0004, "p": 0.13},
            "diversity@10": {"difference": 0.135, "low": None, "high": None, "p": None},
        },
        "notes": ["knobs were chosen on the validation part (1,742 viewers)"],
    }


def test_the_page_keeps_what_was_used_for_choosing_apart_from_the_test(
    document: dict[str, Any], tmp_path: Path
) -> None:
    html = write_frontier(document, tmp_path).read_text(encoding="utf-8")
    assert "validation (used for choosing)" in html
    assert "<strong>diversity 0.8, calibration 0.2, exploration 1, reach 0.3</strong>" in html
    assert "-0.9 %" in html  # 0.1444 -> 0.1431
    assert "+18.5 %" in html  # 0.731 -> 0.866
    assert "3.00 times" in html  # 0.03 -> 0.09
    assert "-0.0030 – +0.0004" in html
    assert "lopsided &lt;b&gt;" in html
    assert document["notes"][0] in html
    assert sorted(path.name for path in (tmp_path / "pictures").glob("*.svg")) == [
        "accuracy-coverage.svg",
        "accuracy-diversity.svg",
        "accuracy-novelty.svg",
    ]


def test_pictures_show_validation_figures_alone(document: dict[str, Any]) -> None:
    drawn = frontier_pictures(document)
    assert len(drawn) == 3
    for picture in drawn:
        spec = str(picture.chart.to_dict())
        assert "0.1343" in spec
        assert "0.1444" not in spec
        assert picture.sentence.startswith("On the validation part the chosen setting")
    assert "0.853 of diversity (+19.8 % against the lists as ranked)" in drawn[0].sentence
    assert "NDCG@10 0.1341 (-0.1 %)" in drawn[0].sentence
    assert "13 % of coverage (2.89 times" in drawn[2].sentence


def test_pictures_are_drawn_where_as_ranked_was_best(document: dict[str, Any]) -> None:
    document["chosen"] = document["validation"][0]
    assert "(as ranked)" in frontier_pictures(document)[0].sentence


def test_knobs_are_said_as_a_policy_writes_them() -> None:
    assert words({"diversity": 0, "calibration": 0, "exploration": 0, "reach": 0.3}) == "as ranked"
    assert words({"diversity": 0.5, "calibration": 0, "exploration": 0, "reach": 1}) == (
        "diversity 0.5"
    )


def test_a_document_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected data, validation, chosen and test"):
        write_frontier({"data": "x"}, tmp_path)


def test_the_page_draws_itself_without_a_network(
    document: dict[str, Any], tmp_path: Path, dom: Callable[[Path], str]
) -> None:
    drawn = dom(write_frontier(document, tmp_path)).split('<figure id="accuracy-diversity">')[1]
    assert drawn.split("</figure>")[0].count("<path") >= 5
