"""A first look at a data set."""

from matinee.api.reading import Source, read
from matinee.exploration import Exploration
from matinee.exploration import explore as explore_tables
from matinee.schema import Tables


def explore(data: Tables | Source) -> Exploration:
    """What a data scientist looks at first: tables, gaps, tails, outliers, with pictures."""
    return explore_tables(data if isinstance(data, Tables) else read(data))
