"""Seconds from ratings.csv to a data set, the way that people take."""

import sys

from clock import report, timed

from matinee.api import as_dataset

ratings, small = sys.argv[1:]
as_dataset(small)  # compiles
data, seconds = timed(lambda: as_dataset(ratings))
report(seconds=seconds, rows=data.histories.entries)
