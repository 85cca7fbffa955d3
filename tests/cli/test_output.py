"""Long work says in a log what it is at; short work says nothing."""

import pytest

from matinee.cli import output


def test_long_work_in_a_pipe_says_now_and_then_what_it_is_at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 5.0, 31.0, 40.0, 62.0])
    monkeypatch.setattr(output.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(output, "err", output.Console(stderr=True, highlight=False, width=80))
    with output.working("reading") as status:
        for step in ("one", "two", "three", "four"):
            status.update(step)
    assert capsys.readouterr().err.splitlines() == ["two (31 s)", "four (62 s)"]
