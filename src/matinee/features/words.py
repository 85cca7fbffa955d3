"""The words of a film's overview, weighted by how rare they are."""

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.errors import MissingData
from matinee.features.named import FeatureMatrix


def tfidf(movies: pl.DataFrame) -> FeatureMatrix:
    """Words of the overviews, (films, words), names "word: robot".

    English stop words are left out; weight (1 + ln tf) · (ln((1 + n) / (1 + df)) + 1), rows of
    unit length (scikit-learn's TfidfVectorizer with sublinear_tf). A film without an overview is
    a row of zeros; MissingData if no film has one.
    """
    if "overview" not in movies.columns or movies["overview"].null_count() == movies.height:
        raise MissingData("movies: expected an overview of at least one film, got none")
    # Half a second to import, and only this model needs it.
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True, dtype=np.float64)
    try:
        matrix = vectorizer.fit_transform(movies["overview"].fill_null("").to_list())
    except ValueError:  # scikit-learn's only complaint about text: no word is left
        raise MissingData("movies: expected a word in an overview, got stop words only") from None
    names = [f"word: {word}" for word in vectorizer.get_feature_names_out()]
    return FeatureMatrix(csr_array(matrix, dtype=np.float32), names)
