"""Where in a policy's text an error lies, and how two texts differ, line by line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from matinee.errors import InputError
from matinee.ranking.policy import Policy, policy_from_toml

_AROUND = 2  # lines shown before and after
_AT_LINE = re.compile(r"at line (\d+)")
_SECTION = re.compile(r"\[(\w+)\]")
_HEADER = re.compile(r"\s*\[([\w.]+)\]")
_WORDS = re.compile(r"'([\w.-]+)'|\b([a-z_]+)\b")


@dataclass(frozen=True, slots=True)
class Wrong:
    """An error, its line (from 1), and the lines around it with their numbers."""

    text: str
    line: int
    around: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the one text, of the other, or of both."""

    kind: Literal["same", "gone", "new"]
    text: str


def checked(text: str, name: str) -> Policy | Wrong:
    """The policy of a text, or what is wrong with it and where."""
    try:
        return policy_from_toml(text, name)
    except InputError as error:
        message = str(error)
    line = line_of(text, message)
    lines = text.splitlines() or [""]
    first, last = max(1, line - _AROUND), min(len(lines), line + _AROUND)
    around = [(number, lines[number - 1]) for number in range(first, last + 1)]
    return Wrong(message, line, around)


def line_of(text: str, message: str) -> int:
    """The line that an error speaks of, else that of its section, else the first.

    >>> line_of("name = 'a'\\n[page]\\nrows = 0", "policy a: [page] rows: expected 1, got 0")
    3
    >>> line_of("[page]\\nrows = = 2", "policy a: expected TOML, got Invalid (at line 2, column 8)")
    2
    """
    lines = text.splitlines()
    if found := _AT_LINE.search(message):
        return min(int(found[1]), max(len(lines), 1))
    section = _SECTION.search(message)
    start, stop = 0, len(lines)
    if section is not None:
        headers = [(k, m[1].partition(".")[0]) for k, m in _headers(lines)]
        own = [k for k, name in headers if name == section[1]]
        if own:
            start = own[0]
            stop = next((k for k, name in headers if k > own[-1]), len(lines))
    told = message[section.end() :] if section else message.partition(":")[2]
    named = [a for a, _ in _WORDS.findall(told) if a]
    for word in [*named[::-1], *(b for _, b in _WORDS.findall(told) if b)]:
        pattern = re.compile(rf'\s*(?:\[.*)?"?{re.escape(word)}"?(?:\]|\.|\s*=)')
        for k in range(start, stop):
            if pattern.match(lines[k]):
                return k + 1
    return start + 1


def _headers(lines: Sequence[str]) -> list[tuple[int, re.Match[str]]]:
    found = [(k, _HEADER.match(line)) for k, line in enumerate(lines)]
    return [(k, match) for k, match in found if match is not None]


def changes(old: str, new: str) -> list[Change]:
    """Both texts as one list of lines, in the order of reading."""
    a, b = old.splitlines(), new.splitlines()
    found: list[Change] = []
    for tag, i, i2, j, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Change("same", line) for line in a[i:i2]]
        else:
            found += [Change("gone", line) for line in a[i:i2]]
            found += [Change("new", line) for line in b[j:j2]]
    return found
