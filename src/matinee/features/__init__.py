"""Films and histories as feature arrays with names."""

from matinee.features.genres import genre_shares
from matinee.features.levels import levels
from matinee.features.metadata import content_vectors, soup
from matinee.features.named import FeatureMatrix
from matinee.features.portrait import portrait
from matinee.features.sensitive import sensitive
from matinee.features.words import tfidf

__all__ = [
    "FeatureMatrix",
    "content_vectors",
    "genre_shares",
    "levels",
    "portrait",
    "sensitive",
    "soup",
    "tfidf",
]
