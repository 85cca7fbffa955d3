"""People of a catalogue, searched by name with typing errors."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from matinee.intake.titles import normalise, normalised

_CAST = 8  # of a film's cast, which is in the order of the credits
_NEAR = 82.0  # of 100: a misspelt name is, one that shares a first name is not
_SHORTEST = 3  # letters: fewer are part of every second name


@dataclass(frozen=True, slots=True)
class People:
    """Names, and the films of each: rows of the catalogue, best known first."""

    names: list[str]
    keys: list[str]  # names as they are compared
    films: list[list[int]]

    @classmethod
    def of(cls, catalogue: pl.DataFrame) -> "People":
        """Directors and the first of the cast; films with more votes are better known."""
        order = np.arange(catalogue.height)
        if "vote_count" in catalogue.columns:
            order = catalogue["vote_count"].fill_null(0).arg_sort(descending=True).to_numpy()
        directors, cast = catalogue["directors"].to_list(), catalogue["cast"].to_list()
        found: dict[str, list[int]] = defaultdict(list)
        for row in order.tolist():
            for name in dict.fromkeys([*(directors[row] or ()), *(cast[row] or ())[:_CAST]]):
                found[name].append(row)
        names = pl.Series(list(found), dtype=pl.String)
        keys = pl.DataFrame({"name": names}).select(normalised(pl.col("name")))["name"]
        return cls(names.to_list(), keys.to_list(), list(found.values()))

    def search(self, query: str, limit: int = 3) -> list[tuple[str, float, list[int]]]:
        """The nearest names with their nearness in [0, 1] and their films, best first.

        Of equally near names the one with more films comes first. None for a text without a name.
        """
        asked = normalise(query)
        if len(asked) < _SHORTEST:
            return []
        near = process.extract(
            asked, self.keys, scorer=fuzz.WRatio, score_cutoff=_NEAR, limit=4 * limit
        )
        ordered = sorted(near, key=lambda found: (-found[1], -len(self.films[found[2]])))
        return [(self.names[k], score / 100, self.films[k]) for _, score, k in ordered[:limit]]
