"""The whole first look at a data set, as values."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from matinee.exploration.catalogue import CatalogueSummary, catalogue_summary
from matinee.exploration.distribution import LongTail, long_tail
from matinee.exploration.document import (
    Json,
    catalogue_document,
    records,
    table_document,
    viewing_document,
)
from matinee.exploration.drawing import pictures
from matinee.exploration.notebook import notebook_html
from matinee.exploration.picture import Picture
from matinee.exploration.summary import TableSummary, summary
from matinee.exploration.viewing import ViewingSummary, item_activity, viewing_summary
from matinee.schema import Tables


@dataclass(frozen=True, slots=True, eq=False)
class Exploration:
    """What is in a data set: every published table as it was found, then the cleaned ones.

    `catalogue` is None without films, `viewing` without ratings. `votes` is the long tail of the
    catalogue's own vote counts.
    """

    name: str
    simulated: bool
    published: tuple[TableSummary, ...]
    cleaned: tuple[TableSummary, ...]
    catalogue: CatalogueSummary | None
    votes: LongTail
    viewing: ViewingSummary | None
    changes: pl.DataFrame  # table, column, change, rows
    quarantine: pl.DataFrame  # file, reason, rows
    doubtful: int

    def to_json_dict(self) -> Json:
        """Plain values that `json.dumps(..., allow_nan=False)` takes; documented in `docs/`.

        `tables` are as published, `cleaned` what was made of them; `ratings`, `sparsity` and
        `long_tails` are there only with ratings, `catalogue` only with films.
        """
        document: Json = {
            "data": self.name,
            "simulated": self.simulated,
            "tables": {table.name: table_document(table) for table in self.published},
            "cleaned": {table.name: table_document(table) for table in self.cleaned},
            "top_genres": records(self.catalogue.genres) if self.catalogue else [],
            "changes": records(self.changes),
            "quarantine": records(self.quarantine),
            "doubtful_matches": self.doubtful,
        }
        if self.catalogue:
            document["catalogue"] = catalogue_document(self.catalogue)
        if self.viewing:
            document |= viewing_document(self.viewing)
        return document

    def pictures(self) -> tuple[Picture, ...]:
        """The Altair charts that the data has something for, each with its sentence."""
        return pictures(self)

    def _repr_html_(self) -> str:
        tables = [("as published", table) for table in self.published]
        tables += [("cleaned", table) for table in self.cleaned]
        return notebook_html(self.name, self.simulated, tables, self.changes, self.pictures())


def explore(tables: Tables) -> Exploration:
    """Look at `tables`: one pass of aggregation, nothing is changed."""
    cleaned: Mapping[str, pl.DataFrame] = {
        "movies": tables.movies,
        "ratings": tables.ratings,
        "tags": tables.tags,
        "links": tables.links,
        "users": tables.users,
    }
    votes = tables.movies["vote_count"].fill_null(0).to_numpy()
    counted = pl.col("file", "reason")
    return Exploration(
        tables.name,
        tables.simulated,
        tuple(summary(name, table) for name, table in tables.published.items()),
        tuple(summary(name, table) for name, table in cleaned.items() if table.height),
        catalogue_summary(tables.movies, item_activity(tables.ratings))
        if tables.movies.height
        else None,
        long_tail(votes),
        viewing_summary(tables.movies, tables.ratings, tables.scale)
        if tables.ratings.height
        else None,
        tables.changes,
        tables.quarantine.group_by(counted)
        .agg(rows=pl.len().cast(pl.Int64))
        .sort("file", "reason"),
        tables.doubtful.height,
    )
