"""The one function that turns ratings into strengths."""

import numpy as np

from matinee.schema import RatingScale


def strength_of_ratings(rating: np.ndarray, scale: RatingScale) -> np.ndarray:
    """+1 for a liked rating, -1 for a disliked one, 0 between; NaN (seen, not rated) counts as +1.

    Same shape as `rating`, float32. Who watched a film without rating it chose it: an implicit
    like (Hu, Koren, Volinsky 2008). Thresholds: `RatingScale`.
    """
    strength = np.zeros(rating.shape, np.float32)
    strength[(rating >= scale.like) | np.isnan(rating)] = 1.0
    strength[rating <= scale.dislike] = -1.0
    return strength
