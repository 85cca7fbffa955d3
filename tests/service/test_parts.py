"""Long lists come in parts: each thing once, in the order of the whole, until `next` is null."""

from typing import Any

import pytest
from tests.service.conftest import Service

from matinee.store.served import add_artefact


def parts(service: Service, path: str, n: int, **asked: Any) -> list[dict[str, Any]]:
    """All parts of a list, asked for one after the other."""
    found: list[dict[str, Any]] = []
    asked["n"] = n
    while not found or found[-1]["next"] is not None:
        if found:
            asked["after"] = found[-1]["next"]
        answer = service.ask("GET", path, params=asked)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
    return found


@pytest.mark.parametrize("n", [3, 7, 100])
def test_titles_in_parts_are_the_titles_at_once(service: Service, n: int) -> None:
    whole = parts(service, "/v1/search", 100, q="film 1")
    films = [film for part in whole for film in part["items"]]
    assert len(films) == service.tables.movies.height
    assert [
        film for part in parts(service, "/v1/search", n, q="film 1") for film in part["items"]
    ] == films


def test_versions_in_parts_are_the_newest_first(service: Service) -> None:
    database = service.client.app.state.worker.store.database  # type: ignore[attr-defined]
    made = [f"20261126-18150{k}-3f2a" for k in range(7)]
    for moment, artefact_id in enumerate(made):
        add_artefact(database, artefact_id, "", {}, moment)
    found = parts(service, "/v1/models", 3)
    assert [len(part["models"]) for part in found] == [3, 3, 1]
    ids = [model["artefact_id"] for part in found for model in part["models"]]
    assert ids == made[::-1]
    whole = parts(service, "/v1/models", 7)
    assert [len(part["models"]) for part in whole] == [7]


@pytest.mark.parametrize(
    ("path", "code"),
    [("/v1/models?after=nope", "unknown_model"), ("/v1/search?q=a&after=nope", "unknown_film")],
)
def test_a_part_after_nothing_is_told_so(service: Service, path: str, code: str) -> None:
    answer = service.ask("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert answer.json()["field"] == "after"
