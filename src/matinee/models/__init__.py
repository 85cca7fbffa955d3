"""One file, one recipe and its fitted model; here the names under which they are found."""

from collections.abc import Callable
from typing import Any

from matinee.models.als import Als, FittedAls
from matinee.models.autoencoder import Autoencoder, FittedAutoencoder
from matinee.models.bias import Bias, FittedBias
from matinee.models.blend import Blend, FittedBlend
from matinee.models.content import FittedContent, Soup, Tfidf
from matinee.models.content_map import ContentMap, FittedContentMap
from matinee.models.current import Current
from matinee.models.dan import Dan
from matinee.models.denoising import Deql, Edlae, Rdlae
from matinee.models.ease import Ease
from matinee.models.fm import FittedFm, Fm
from matinee.models.item_item import FittedItemItem
from matinee.models.item_knn import Bm25, ItemKnn, Rp3Beta
from matinee.models.linear import Linear
from matinee.models.mf import FittedMf, Mf
from matinee.models.neighbours import FittedNeighbours
from matinee.models.popularity import FittedPopularity, Popularity
from matinee.models.transitions import Transitions
from matinee.models.trending import FittedTrending, Trending
from matinee.models.weighted_rating import FittedWeightedRating, WeightedRating

# The recipe of each name. Every recipe has a default for each of its fields.
RECIPES: dict[str, type] = {
    "popularity": Popularity,
    "trending": Trending,
    "weighted_rating": WeightedRating,
    "tfidf": Tfidf,
    "soup": Soup,
    "content_map": ContentMap,
    "item_knn": ItemKnn,
    "bm25": Bm25,
    "rp3beta": Rp3Beta,
    "transitions": Transitions,
    "ease": Ease,
    "edlae": Edlae,
    "rdlae": Rdlae,
    "deql": Deql,
    "dan": Dan,
    "linear": Linear,
    "current": Current,
    "als": Als,
    "autoencoder": Autoencoder,
    "bias": Bias,
    "mf": Mf,
    "fm": Fm,
    "blend": Blend,
}

# from_arrays(recipe, items, arrays) of each `kind`.
FROM_ARRAYS: dict[str, Callable[..., Any]] = {
    "popularity": FittedPopularity.from_arrays,
    "trending": FittedTrending.from_arrays,
    "weighted_rating": FittedWeightedRating.from_arrays,
    "tfidf": FittedContent.from_arrays,
    "soup": FittedContent.from_arrays,
    "content_map": FittedContentMap.from_arrays,
    **dict.fromkeys(("item_knn", "bm25", "rp3beta", "transitions"), FittedNeighbours.from_arrays),
    **dict.fromkeys(
        ("ease", "edlae", "rdlae", "deql", "dan", "linear", "current"), FittedItemItem.from_arrays
    ),
    "als": FittedAls.from_arrays,
    "autoencoder": FittedAutoencoder.from_arrays,
    "bias": FittedBias.from_arrays,
    "mf": FittedMf.from_arrays,
    "fm": FittedFm.from_arrays,
    "blend": FittedBlend.from_arrays,
}
