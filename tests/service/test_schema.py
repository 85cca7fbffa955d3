"""Requests made from the OpenAPI document, sound and unsound: what comes back is as it says.

MATINEE_CASES is how many in all (by default few); each is told by its seed, which is fixed.
"""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, reject, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.service.conftest import Service

CASES = int(os.environ.get("MATINEE_CASES", "500"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_every_answer_is_one_that_the_document_has(
    serve: Callable[..., Service], record_property: Callable[[str, object], None]
) -> None:
    service = serve()
    schema = schemathesis.openapi.from_dict(service.client.app.openapi())  # type: ignore[attr-defined]
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 22
    each = -(-CASES // (len(operations) * len(MODES)))
    statuses: Counter[int] = Counter()
    for operation in operations:
        for mode in MODES:
            _hold_to_document(service, operation, mode, each, statuses)
    record_property("statuses", dict(statuses))
    told = f"{sum(statuses.values())} cases of {len(operations)} operations: {dict(statuses)}"
    print(told)  # noqa: T201  the figure; pytest -s shows it
    assert sum(statuses.values()) > CASES / 2
    assert {200, 422} <= set(statuses)


def _hold_to_document(
    service: Service, operation: Any, mode: GenerationMode, most: int, statuses: Counter[int]
) -> None:
    film = service.tables.movies["item_id"][0]

    @seed(0)
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        asks_for_film = mode is GenerationMode.POSITIVE and "item_id" in case.path_parameters
        if asks_for_film and sum(statuses.values()) % 2:  # a word at random is no film
            case.path_parameters["item_id"] = film
        answer = _answer(service, case)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    with suppress(Unsatisfiable):  # nothing can be wrong where nothing is asked
        ask()


def _answer(service: Service, case: Case) -> httpx.Response:
    """What the application says, asked as `requests` would."""
    asked = case.as_transport_kwargs(base_url="http://testserver")
    asked.pop("cookies", None)  # the API knows none
    headers = {**asked.pop("headers"), "Authorization": f"Bearer {service.keys['admin']}"}
    try:
        request = httpx.Request(**_of_requests(asked), headers=headers)
    except httpx.InvalidURL:  # longer than the client writes
        reject()
    return service.client.send(request)


def _of_requests(asked: dict[str, Any]) -> dict[str, Any]:
    """The same words as httpx says them."""
    prepared = requests.Request(**asked).prepare()
    return {"method": prepared.method, "url": prepared.url, "content": prepared.body}
