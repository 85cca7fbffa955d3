"""Summary statistics and pictures of a data set."""

from matinee.explore.analysis import Exploration, explore
from matinee.explore.drawing import pictures
from matinee.explore.picture import Picture
from matinee.explore.text_bars import bars

__all__ = ["Exploration", "Picture", "bars", "explore", "pictures"]
