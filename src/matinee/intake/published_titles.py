"""MovieLens titles: "American President, The (1995)" is a title, an original title and a year."""

import polars as pl

_YEAR = r"\s*\((\d{4})(?:[-–]\d{0,4})?\)\s*$"
_ARTICLES = (
    "The|A|An|Le|La|Les|L'|Un|Une|Des|Il|Lo|I|Gli|El|Los|Las|Der|Die|Das|Ein|Eine|De|Het|Den|Det|"
    "En|Et|O|Os|As|Um|Uma"
)
_AT_END = rf"^([^(]+), ({_ARTICLES})$"
_BEFORE_BRACKETS = rf"^([^(]+), ({_ARTICLES}) \("
_IN_BRACKETS = rf"\(([^()]+), ({_ARTICLES})\)"


def split_titles(table: pl.DataFrame) -> pl.DataFrame:
    """`title` with its article in front, the published one as `original_title`, and `year`.

    >>> split_titles(pl.DataFrame({"title": ["Misérables, Les (1998)"]})).row(0)
    ('Les Misérables', 'Misérables, Les', 1998)
    """
    bare = pl.col("title").str.replace(_YEAR, "")
    front = (
        bare.str.replace(_AT_END, "${2} ${1}")
        .str.replace(_BEFORE_BRACKETS, "${2} ${1} (")
        .str.replace_all(_IN_BRACKETS, "(${2} ${1})")
        .str.replace_all(r"\bL' ", "L'")
    )
    return table.with_columns(
        title=front,
        original_title=bare,
        year=pl.col("title").str.extract(_YEAR).cast(pl.Int32),
    )


def split_genres(column: str = "genres") -> pl.Expr:
    """ "Drama|War" as a list; "(no genres listed)" and nothing are null."""
    known = pl.col(column).replace("(no genres listed)", None)
    return known.str.split("|")
