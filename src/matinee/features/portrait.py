"""All that is known of a film before anybody saw it: people, words, kinds, year and budget."""

import numpy as np
import polars as pl
from scipy.sparse import csr_array, hstack

from matinee.errors import MissingData
from matinee.features.metadata import LEADING_CAST, listed
from matinee.features.named import FeatureMatrix, unit_rows
from matinee.features.words import tfidf

# Kind -> (column, share of the likeness of two films of which all kinds are known). Chosen on
# films hidden from MovieLens and MovieTweetings for validation (decision 9).
LISTED = {
    "director": ("directors", 0.15),
    "cast": ("cast", 0.15),
    "genre": ("genres", 0.25),
    "keyword": ("keywords", 0.2),
    "writer": ("writers", 0.05),
    "company": ("companies", 0.1),
}
TITLE, OVERVIEW, YEAR, BUDGET = 0.2, 0.3, 0.45, 0.2  # shares
_WORD = r"[\p{L}\d]{3,}"
_STOP = ("the", "and", "for", "from", "with", "part", "movie", "film")
_YEARS = 5.0  # two films this far apart in years, or e-fold in budget, are alike by exp(-1/2)
_WIDE = 3.0  # bumps end at so many deviations


def portrait(movies: pl.DataFrame) -> FeatureMatrix:
    """People, genres, keywords, companies, words, year and budget, (films, features), with names.

    Blocks as in `soup`: idf weights at unit length, times the square root of the kind's share, of
    the kinds that any film has; what is not known of a film makes its row shorter. Words of titles
    stand for franchises. Years and logarithms of budgets are bumps on a grid, so that near ones are
    alike: exp(-(Δ / 5 years)² / 2). Nothing is read that only viewers could tell, such as votes or
    revenue. MissingData if nothing is known of any film.
    """
    blocks: list[tuple[csr_array, list[str], float]] = []
    for kind, (column, share) in LISTED.items():
        lists = movies[column].list.head(LEADING_CAST) if kind == "cast" else movies[column]
        matrix, values = listed(lists)
        blocks.append((matrix, [f"{kind}: {value}" for value in values], share))
    words = movies["title"].str.to_lowercase().str.extract_all(_WORD)
    kept = words.list.eval(pl.element().filter(~pl.element().is_in(_STOP)))
    matrix, values = listed(kept)
    blocks.append((matrix, [f"title: {word}" for word in values], TITLE))
    try:
        overview = tfidf(movies)
        blocks.append((overview.matrix.astype(np.float64), list(overview.names), OVERVIEW))
    except MissingData:
        pass
    years = movies["year"].cast(pl.Float64).fill_null(np.nan).to_numpy() / _YEARS
    matrix, places = _bumps(years)
    blocks.append((matrix, [f"year: about {_YEARS * k:.0f}" for k in places], YEAR))
    budgets = movies["budget"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix, places = _bumps(np.where(budgets > 0, np.log(budgets), np.nan))
    blocks.append((matrix, [f"budget: about {np.exp(k):,.0f}" for k in places], BUDGET))
    found = [block for block in blocks if block[1]]
    if not found:
        raise MissingData("movies: expected anything known of at least one film, got nothing")
    total = sum(share for _, _, share in found)
    whole = hstack([matrix * np.sqrt(share / total) for matrix, _, share in found], format="csr")
    names = [name for _, block_names, _ in found for name in block_names]
    return FeatureMatrix(csr_array(whole).astype(np.float32), names)


def _bumps(values: np.ndarray) -> tuple[csr_array, list[int]]:
    """Unit rows exp(-(value - k)²) over whole numbers k, and the k of the columns; NaN: no entry.

    The product of two rows is about exp(-Δ² / 2).
    """
    films = np.flatnonzero(np.isfinite(values))
    if not len(films):
        return csr_array((len(values), 0), dtype=np.float64), []
    first = int(np.floor(values[films].min() - _WIDE))
    last = int(np.ceil(values[films].max() + _WIDE))
    grid = np.arange(first, last + 1)
    distance = values[films, None] - grid
    heights = np.where(np.abs(distance) <= _WIDE, np.exp(-(distance**2)), 0)
    rows = csr_array(heights)
    used = np.flatnonzero(np.bincount(rows.indices, minlength=len(grid)))
    spread = csr_array(
        (np.ones(len(films)), (films, np.arange(len(films)))), shape=(len(values), len(films))
    )
    return unit_rows(csr_array(spread @ rows[:, used])), grid[used].tolist()
