"""
Every error a caller may want to catch.

MatineeError
├── InputError            the caller's data or argument is wrong
│   ├── UnknownId         an id or a title that is not in the vocabulary
│   ├── ErasedViewer      a viewer who was erased, of whom nothing is kept any more
│   ├── AmbiguousTitle    a title that several films answer to
│   └── MissingData       what is asked needs data that was not given
│       └── MissingPackage    it needs a package that is not installed
├── ArtefactError         a saved model that is damaged, foreign or newer than this program
├── StoreError            the database cannot be reached or used now, or is not this program's
├── ServiceError          the live service said no to its client, or did not answer
├── DownloadError         a public data set that could not be fetched whole
└── NumericError          a computation left the finite numbers, or will not fit in memory
"""

from collections.abc import Iterable, Sequence


class MatineeError(Exception):
    """The root: the command line prints it on one line and exits with 2."""


class InputError(MatineeError):
    """The caller's data or argument is wrong: place, what was expected, what was found."""


class UnknownId(InputError):
    """An id or a title that is not in the vocabulary."""


class ErasedViewer(InputError):
    """A viewer who was erased: nothing of them is written any more."""


class AmbiguousTitle(InputError):
    """A title that several films answer to; `choices` are their (item_id, "Title (year)")."""

    def __init__(self, message: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(message)
        self.choices = tuple(choices)


class MissingData(InputError):
    """What is asked needs data that was not given; the message names it."""


class MissingPackage(MissingData):
    """What is asked needs a package that is not installed; the message says how to get it."""


class ArtefactError(MatineeError):
    """A saved model that is damaged, foreign or newer than this program."""


class StoreError(MatineeError):
    """The database cannot be reached or used now, or is not this program's."""


class ServiceError(MatineeError):
    """The live service said no to its client, or did not answer: `status` and `code` are its own.

    None where there was no answer that could be read.
    """

    def __init__(self, message: str, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class DownloadError(MatineeError):
    """A public data set that could not be fetched whole."""


class NumericError(MatineeError):
    """A computation left the finite numbers, or will not fit in memory."""


def few(values: Iterable[object], most: int = 5) -> str:
    """At most five values and how many there are: 'a', 'b' (2)."""
    values = list(values)
    shown = ", ".join(repr(value) for value in values[:most])
    return f"{shown}{', ...' if len(values) > most else ''} ({len(values)})"


def listed(words: Sequence[str]) -> str:
    """The words with commas and "and".

    >>> listed(["Drama", "Comedy", "Thriller"])
    'Drama, Comedy and Thriller'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
