"""Summary statistics and pictures of a data set."""

from matinee.exploration.analysis import Exploration, explore
from matinee.exploration.drawing import pictures
from matinee.exploration.picture import Picture
from matinee.exploration.text_bars import bars

__all__ = ["Exploration", "Picture", "bars", "explore", "pictures"]
