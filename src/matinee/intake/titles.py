"""Titles: normalised, searched with typing errors, and matched between two catalogues."""

import re
from collections.abc import Sequence

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from matinee.errors import AmbiguousTitle, InputError, UnknownId, few

_ARTICLES = (
    "the|a|an|le|la|les|l'|un|une|des|il|lo|i|gli|el|los|las|der|die|das|ein|eine|de|het|den|det|"
    "en|et|o|os|as|um|uma"
)
_MOVED_ARTICLE = rf"^(.+), ({_ARTICLES})$"
_LEADING_ARTICLE = r"^(the|a|an) "
_LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    "&": " and ", "...": " ",
}  # fmt: skip
_YEAR_IN_BRACKETS = re.compile(r"^(.*\S)\s*\((\d{4})\)\s*$")
_YEAR_AT_THE_END = re.compile(r"^(.*\S)\s+(\d{4})\s*$")

# How near a title has to be, and how much nearer than the next, to be taken without asking.
_NEAR = 0.72
_CLEARLY_NEARER = 0.05
_CHOICES = 6


def normalised(column: pl.Expr) -> pl.Expr:
    """Each title without case, accents, punctuation and moved articles: what `normalise` does."""
    folded = column.str.replace_all(r"([\u{bc}-\u{be}\u{2150}-\u{215e}])", " ${1}")  # 8½ is 8 1/2
    for _ in range(2):  # decomposing brings capitals to light, lower case brings marks
        folded = folded.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    folded = folded.str.strip_chars().str.replace_many(_LETTERS).str.replace_all(r"[’‘`´]", "'")
    folded = folded.str.replace(_MOVED_ARTICLE, "${2} ${1}").str.replace(r"^l' ", "l'")
    plain = folded.str.replace_all(r"['.]", "").str.replace_all(r"[^\p{L}\p{N}]+", " ")
    plain = plain.str.strip_chars()
    return pl.when(plain == "").then(column.str.strip_chars()).otherwise(plain)


def normalise(title: str) -> str:
    """The title as it is compared: no case, accents, punctuation; the article in front.

    Numerals stay as they are, the subtitle is kept; a title of punctuation alone stays itself.

    >>> normalise("Misérables, Les"), normalise("Fast & Furious"), normalise("WALL·E")
    ('les miserables', 'fast and furious', 'wall e')
    """
    return str(pl.select(normalised(pl.lit(title))).item())


def split_year(title: str) -> tuple[str, int | None]:
    """The title without a year in brackets at its end, and that year.

    >>> split_year("Heat (1995)"), split_year("Blade Runner 2049")
    (('Heat', 1995), ('Blade Runner 2049', None))
    """
    found = _YEAR_IN_BRACKETS.match(title)
    return (found[1], int(found[2])) if found else (title, None)


def names(catalogue: pl.DataFrame) -> pl.DataFrame:
    """All names a film goes by: row, name (normalised), first (False for a second name).

    Second names are the original title and those in brackets: "Seven (a.k.a. Se7en)".
    """
    outside, inside = r"^(.+?)\s*\(.*\)$", r"\((?:a\.?k\.?a\.? )?([^()]*\p{L}[^()]*)\)"
    title = pl.col("title")
    others = [title.str.extract(outside), title.str.extract(inside)]
    if "original_title" in catalogue.columns:
        others.append(pl.col("original_title"))
    rows = catalogue.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("row"),
        normalised(title).alias("title"),
        pl.concat_list([normalised(other) for other in others]).alias("others"),
    )
    both = pl.concat(
        [
            rows.select("row", name="title", first=pl.lit(True)),
            rows.select("row", name="others", first=pl.lit(False)).explode("name"),
        ]
    )
    both = both.filter(pl.col("name").is_not_null())
    return both.unique(["row", "name"], keep="first", maintain_order=True)


def search(catalogue: pl.DataFrame, query: str, limit: int = 5) -> pl.DataFrame:
    """The nearest films: item_id, title, year, score in [0, 1], best first.

    The query may end in a year ("Heat (1995)", "heat 1995"). 1 is the same title, .99 the same
    but for an article; below that, edits per letter or, for a part of a title, at most .85.
    Ties go to the film with more votes (or popularity) where the catalogue knows them.
    """
    if not normalise(query):
        raise InputError(f"title: expected some text, got {query!r}")
    scored = catalogue.with_columns(score=pl.Series(_scores(catalogue, query), dtype=pl.Float64))
    signals = [name for name in ("vote_count", "popularity") if name in catalogue.columns]
    order = scored.sort(["score", *signals], descending=True, nulls_last=True, maintain_order=True)
    return order.head(limit).select("item_id", "title", "year", "score")


def find(catalogue: pl.DataFrame, query: str) -> str:
    """The item_id that a query means: a title, a title with its year, or "id:123".

    Raises AmbiguousTitle with its choices where several films bear the title or are about equally
    near, and UnknownId with the nearest three where none is near.
    """
    if query.startswith("id:"):
        return _known_id(catalogue, query.removeprefix("id:").strip())
    untitled = catalogue.filter(pl.col("title").is_null())
    if (untitled["item_id"].cast(pl.String) == query).any():
        return query  # a film that has no other name
    nearest = search(catalogue, query, limit=_CHOICES)
    best = nearest["score"][0] if nearest.height else 0.0
    if best < _NEAR:
        shown = "; ".join(label for _, label in _labels(nearest.head(3))) or "an empty catalogue"
        raise UnknownId(f"title: expected a film of the catalogue, got {query!r}; nearest: {shown}")
    exact = best > 0.97
    margin = 1e-9 if exact else _CLEARLY_NEARER
    rivals = nearest.filter(pl.col("score") >= best - margin)
    if rivals.height == 1:
        return str(rivals["item_id"][0])
    choices = _labels(rivals)
    shown = "; ".join(f"{label} = id:{item_id}" for item_id, label in choices)
    raise AmbiguousTitle(f"title: expected one film, got {query!r}, which may be {shown}", choices)


def match(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """The same films in two catalogues: left_id, right_id, how, score; best first.

    how = "exact" (title and year equal) and "year" (title equal, one year apart) are one to one;
    "doubtful" asks for a person: several films fit, a year is missing, or the titles are only
    nearly equal. A doubtful film may stand in several rows.
    """
    equal = _equal_titles(left, right)
    exact = _one_to_one(equal.filter(pl.col("apart") == 0)).with_columns(how=pl.lit("exact"))
    rest = _without(equal, exact)
    # A rival of the same year keeps a neighbour from being certain: `rest` still has it.
    close = rest.filter(pl.col("apart") <= 1)
    near = _one_to_one(close).filter(pl.col("apart") == 1).with_columns(how=pl.lit("year"))
    settled = pl.concat([exact, near])
    doubtful = _without(rest, near).filter(pl.col("apart").is_null() | (pl.col("apart") <= 1))
    seen = pl.concat([settled.select("left", "right"), doubtful.select("left", "right")])
    similar = _similar_titles(
        _numbered(left).filter(~pl.col("film").is_in(seen["left"].implode())),
        _numbered(right).filter(~pl.col("film").is_in(settled["right"].implode())),
    )
    unsure = pl.concat(
        [doubtful.select("left", "right", "score"), similar.select("left", "right", "score")]
    ).with_columns(how=pl.lit("doubtful"))
    columns = ["left", "right", "how", "score"]
    pairs = pl.concat([settled.select(columns), unsure.select(columns)])
    return pairs.select(
        left["item_id"].gather(pairs["left"]).alias("left_id"),
        right["item_id"].gather(pairs["right"]).alias("right_id"),
        "how",
        "score",
    )


def doubtful(matches: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """The doubtful ones of `match` as a person reads them: ids, titles, years and score."""
    table = matches.filter(pl.col("how") == "doubtful")
    for side, catalogue in (("left", left), ("right", right)):
        readable = catalogue.select(
            pl.col("item_id").alias(f"{side}_id"),
            pl.col("title").alias(f"{side}_title"),
            pl.col("year").alias(f"{side}_year"),
        )
        table = table.join(readable, on=f"{side}_id", how="left", maintain_order="left")
    order = [f"{side}_{what}" for side in ("left", "right") for what in ("id", "title", "year")]
    return table.select(*order, "score")


def _scores(catalogue: pl.DataFrame, query: str) -> np.ndarray:
    """How near each film is to the query, (films,); a year asked for and not met costs .3."""
    known = names(catalogue)
    title, year = split_year(query.strip())
    scores = np.zeros(catalogue.height)
    if year is None:
        scores = _nearness(known, normalise(title), catalogue.height)
        at_end = _YEAR_AT_THE_END.match(title)
        if at_end is None or scores.max(initial=0) == 1:  # "Blade Runner 2049" is a whole title
            return scores
        title, year = at_end[1], int(at_end[2])
    apart = np.abs(catalogue["year"].cast(pl.Float64).fill_null(np.nan).to_numpy() - year)
    cost = np.select([np.isnan(apart), apart == 0, apart == 1], [0.1, 0.0, 0.05], 0.3)
    of_that_year = _nearness(known, normalise(title), catalogue.height) - cost
    nearest: np.ndarray = np.maximum(scores, of_that_year)
    return nearest


def _nearness(known: pl.DataFrame, query: str, films: int) -> np.ndarray:
    """The best score over the names of each film, (films,)."""
    bare = re.sub(_LEADING_ARTICLE, "", query)
    titles = known["name"].to_list()
    bare_titles = known["name"].str.replace(_LEADING_ARTICLE, "").to_list()
    whole = process.cdist([bare], bare_titles, scorer=OSA.normalized_similarity)[0]
    part = process.cdist([bare], bare_titles, scorer=fuzz.partial_ratio, score_cutoff=75)[0] / 100
    letters = known["name"].str.len_chars().to_numpy()
    share = np.minimum(len(bare) / np.maximum(letters, 1), 1)
    # Only a query inside a title counts, not a title inside the query ("Toy" in "toy stroy").
    inside = np.where((letters >= len(bare)) & (len(bare) > 2), part * (0.78 + 0.05 * share), 0)
    begins = np.fromiter((name.startswith(bare + " ") for name in bare_titles), bool)
    inside = np.where(begins, 0.8 + 0.05 * share, inside)
    score = np.maximum(np.where(whole == 1, 0.99, 0.97 * whole), inside)
    score = np.where(np.fromiter((name == query for name in titles), bool), 1.0, score)
    score -= np.where(known["first"].to_numpy(), 0, 0.005)
    best = np.zeros(films)
    np.maximum.at(best, known["row"].to_numpy(), score.round(6))
    return best


def _known_id(catalogue: pl.DataFrame, item_id: str) -> str:
    ids = catalogue["item_id"].cast(pl.String)
    if (ids == item_id).any():
        return item_id
    nearest = [found for found, *_ in process.extract(item_id, ids.to_list(), limit=3)]
    raise UnknownId(
        f"id: expected an item_id of the catalogue, got {item_id!r}; nearest: {few(nearest)}"
    )


def _labels(films: pl.DataFrame) -> Sequence[tuple[str, str]]:
    return [
        (str(item_id), (title or f"id:{item_id}") + ("" if year is None else f" ({year})"))
        for item_id, title, year in films.select("item_id", "title", "year").iter_rows()
    ]


def _equal_titles(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Pairs of rows that share a name: left, right, apart (years, null = unknown), score."""
    known = [names(table) for table in (left, right)]
    years = [
        side.with_columns(year=table["year"].gather(side["row"]))
        for side, table in zip(known, (left, right), strict=True)
    ]
    pairs = years[0].join(years[1], on="name", suffix="_right", maintain_order="left")
    return (
        pairs.select(
            left="row",
            right="row_right",
            apart=(pl.col("year") - pl.col("year_right")).abs(),
            score=pl.when(pl.col("first") & pl.col("first_right")).then(1.0).otherwise(0.95),
        )
        .group_by("left", "right", maintain_order=True)
        .agg(pl.col("apart").first(), pl.col("score").max())
        .sort("left", "score", descending=[False, True], maintain_order=True)
    )


def _one_to_one(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs where each is the other's only best candidate."""
    for side in ("left", "right"):
        pairs = pairs.filter(pl.col("score") == pl.col("score").max().over(side))
    return pairs.filter((pl.len().over("left") == 1) & (pl.len().over("right") == 1))


def _without(pairs: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    for side in ("left", "right"):
        pairs = pairs.join(settled.select(side), on=side, how="anti", maintain_order="left")
    return pairs


def _numbered(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(film=pl.int_range(pl.len(), dtype=pl.Int32))


def _similar_titles(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Pairs at most a year apart with nearly equal titles; only within blocks of first letters."""
    sides = []
    for table in (left, right):
        known = names(table)
        bare = known.select(
            pl.col("name").str.replace(_LEADING_ARTICLE, ""),
            year=table["year"].gather(known["row"]),
            film=table["film"].gather(known["row"]),
        )
        sides.append(bare.with_columns(block=pl.col("name").str.slice(0, 3)).drop_nulls("year"))
    sides[0] = pl.concat([sides[0].with_columns(near=pl.col("year") + step) for step in (-1, 0, 1)])
    pairs = sides[0].join(
        sides[1], left_on=["block", "near"], right_on=["block", "year"], suffix="_right"
    )
    first, second = pairs["name"].to_list(), pairs["name_right"].to_list()
    whole = process.cpdist(first, second, scorer=OSA.normalized_similarity)
    words = 0.9 * process.cpdist(first, second, scorer=fuzz.token_set_ratio) / 100
    apart = (pairs["near"] - pairs["year"]).abs().to_numpy()
    scored = pairs.select(left="film", right="film_right").with_columns(
        score=pl.Series(np.maximum(whole * 0.99, words) - 0.1 * apart, dtype=pl.Float64)
    )
    scored = scored.filter(pl.col("score") >= 0.84)
    return (
        scored.group_by("left", "right", maintain_order=True)
        .agg(pl.col("score").max())
        .sort("left", "score", descending=[False, True], maintain_order=True)
        .group_by("left", maintain_order=True)
        .head(3)
    )
