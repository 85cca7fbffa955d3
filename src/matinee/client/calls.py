"""What can be asked of the service and told to it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx

from matinee.client.connection import Connection
from matinee.client.values import (
    Answered,
    Event,
    Explanation,
    Film,
    Listed,
    Page,
    Similar,
    answers_of,
    films_of,
    similar_of,
)

_BATCH = 1_000  # events of one request


class Matinee:
    """A service at a URL, asked with an API key; use it as a context, or `close` it.

    A viewer is `user_id`, or `session_id` of somebody without an account. A service that is away
    for a moment is asked again for `patience_s` in all; ServiceError after that, or for a no.

    >>> with Matinee("http://127.0.0.1:8000", "matinee_...") as matinee:
    ...     page = matinee.page("v0001")  # doctest: +SKIP
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 10.0,
        patience_s: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        http = httpx.Client(base_url=url, headers=headers, timeout=timeout_s, transport=transport)
        self._connection = Connection(http, patience_s)

    def __enter__(self) -> "Matinee":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._connection.http.close()

    def page(
        self,
        user_id: str | None = None,
        *,
        session_id: str | None = None,
        rows: int | None = None,
        cards: int | None = None,
    ) -> Page:
        """The page of a viewer as of now."""
        asked = _viewer(user_id, session_id) | {"rows": rows, "cards": cards}
        return Page.of(self._get("/v1/page", asked))

    def recommendations(
        self,
        user_id: str | None = None,
        *,
        session_id: str | None = None,
        n: int = 10,
        genre: Sequence[str] = (),
        without_genre: Sequence[str] = (),
        language: Sequence[str] = (),
        year_from: int | None = None,
        year_to: int | None = None,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> Listed:
        """The n best films that pass every filter, best first."""
        asked = _viewer(user_id, session_id) | {
            "n": n,
            "genre": list(genre),
            "without_genre": list(without_genre),
            "language": list(language),
            "year_from": year_from,
            "year_to": year_to,
            "include": list(include),
            "exclude": list(exclude),
        }
        return Listed.of(self._get("/v1/recommendations", asked))

    def similar(self, item_id: str, n: int = 10) -> tuple[Similar, ...]:
        """The films most like one, the most like first."""
        return similar_of(self._get(f"/v1/films/{quote(item_id, safe='')}/similar", {"n": n}))

    def explanation(
        self, item_id: str, user_id: str | None = None, *, session_id: str | None = None
    ) -> Explanation:
        """What the film's score is made of for a viewer."""
        path = f"/v1/films/{quote(item_id, safe='')}/explanation"
        return Explanation.of(self._get(path, _viewer(user_id, session_id)))

    def search(self, text: str, n: int = 10) -> tuple[Film, ...]:
        """Titles like this text, best first; typing errors are forgiven."""
        return films_of(self._get("/v1/search", {"q": text, "n": n}))

    def send(self, events: Sequence[Event]) -> list[Answered]:
        """Tell what viewers did; what became of each, in their order.

        Where no answer came they are sent again with the same ids, so that none counts twice. So
        may a caller who got a ServiceError: the same events, not new ones.
        """
        answers: list[Answered] = []
        for start in range(0, len(events), _BATCH):
            body = {"events": [e.to_json_dict() for e in events[start : start + _BATCH]]}
            answers += answers_of(self._connection.ask("POST", "/v1/events", json=body))
        return answers

    def _get(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        params = {name: value for name, value in asked.items() if value not in (None, [])}
        return self._connection.ask("GET", path, params=params)


def _viewer(user_id: str | None, session_id: str | None) -> dict[str, Any]:
    return {"user_id": user_id, "session_id": session_id}
