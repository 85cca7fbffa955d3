"""Seconds from ratings.csv to a table sorted by viewer and time."""

import sys

import polars as pl
from clock import report, timed

ratings, small = sys.argv[1:]
pl.read_csv(small).sort("userId", "timestamp")
table, seconds = timed(lambda: pl.read_csv(ratings).sort("userId", "timestamp"))
report(seconds=seconds, rows=table.height)
