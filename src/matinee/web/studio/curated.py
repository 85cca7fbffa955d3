"""The catalogue as its keeper sees it: what is wrong with it, and what viewers want more of."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.sparse import csr_array, hstack

from matinee.dataset import Dataset
from matinee.exploration.curation import metadata_findings, use_findings
from matinee.exploration.demand import Cells, cells_of, demand, glutted, wanting
from matinee.exploration.taste_segments import Segment, taste_segments
from matinee.features import sensitive
from matinee.page.words import LANGUAGES
from matinee.service.served import DATABASE
from matinee.service.worker import Worker
from matinee.store.catalogue import read_tables, withdrawn_films
from matinee.store.uses import uses

_SEED: Final = 7  # of the groups: the same data gives the same
_LANGUAGES: Final = {"en": "English-language", **LANGUAGES}
_SHOWN: Final = 12  # leanings of a segment


def catalogue_document(worker: Worker) -> Mapping[str, Any]:
    """Findings and segments as JSON. It reads all ratings and events once."""
    database = worker.store.database
    data = Dataset.from_tables(read_tables(database, DATABASE))
    offered = ~data.movies["item_id"].is_in(sorted(withdrawn_films(database)))
    movies, used = data.movies.filter(offered), uses(database)
    findings = [*metadata_findings(movies), *use_findings(movies, used.films)]
    unsaid = worker.live.served.maker.layout.unsaid
    return {
        "films": movies.height,
        "pages": used.pages,
        "since": used.since,
        "findings": [asdict(one) for one in findings],
        "segments": segments_of(data, offered.to_numpy(), unsaid),
    }


def segments_of(
    data: Dataset, offered: np.ndarray, unsaid: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """Everybody, then each segment of taste: who they are, and demand against supply."""
    likes = data.histories.liked()
    likes = csr_array((np.ones_like(likes.data), likes.indices, likes.indptr), shape=likes.shape)
    if not likes.nnz:
        return []
    genres = data.movies["genres"].explode().drop_nulls().unique().to_list()
    left_out = [one for one in genres if sensitive(f"genre: {one}", unsaid)]
    cells = cells_of(data.movies["genres"], data.movies["year"], left_out)
    facets, names = _facets(data.movies)
    rng = np.random.default_rng(_SEED)
    found = taste_segments(
        likes, facets, names, rng, lambda name: sensitive(f"genre: {name}", unsaid)
    )
    liking = int((np.diff(likes.indptr) > 0).sum())
    everybody = Segment("Everybody", np.arange(likes.shape[0]), ())
    grouped = sum(len(one.rows) for one in found)
    return [
        _document(one, likes, cells, offered, liking if one is everybody else grouped)
        for one in (everybody, *found)
    ]


def _document(
    segment: Segment, likes: csr_array, cells: Cells, offered: np.ndarray, viewers: int
) -> dict[str, Any]:
    found = demand(likes[segment.rows], cells, offered)
    return {
        "name": segment.name,
        "viewers": viewers if segment.name == "Everybody" else len(segment.rows),
        "share": 1.0 if segment.name == "Everybody" else len(segment.rows) / max(viewers, 1),
        "leanings": [list(one) for one in segment.leanings[:_SHOWN]],
        "cells": found.to_dicts(),
        "hidden": len(cells.names) - found.height,
        "wanting": wanting(found).to_dicts(),
        "glutted": glutted(found).to_dicts(),
    }


def _facets(movies: pl.DataFrame) -> tuple[csr_array, Sequence[str]]:
    """(films, facets) of genres, decades and languages; each kind sums to 1 a film."""
    decades = (movies["year"] // 10 * 10).cast(pl.Int64)
    kinds = (
        (movies["genres"], str),
        (decades, lambda decade: f"the {decade}s"),
        (movies["language"], lambda code: _LANGUAGES.get(code, f"language {code}")),
    )
    parts, names = [], []
    for column, named in kinds:
        pairs = pl.DataFrame({"film": pl.int_range(len(column), eager=True), "facet": column})
        if isinstance(column.dtype, pl.List):
            pairs = pairs.explode("facet")
        pairs = pairs.drop_nulls().unique().with_columns(share=1.0 / pl.len().over("film"))
        known = pairs.select("facet").unique().sort("facet").with_row_index("number")
        pairs = pairs.join(known, on="facet").sort("film", "number")
        at = (pairs["film"].to_numpy(), pairs["number"].to_numpy())
        shape = (len(column), known.height)
        parts.append(csr_array((pairs["share"].to_numpy(), at), shape=shape))
        names += [named(facet) for facet in known["facet"].to_list()]
    return csr_array(hstack(parts)), names
