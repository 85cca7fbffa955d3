"""Seconds of a whole page of one viewer with 100 films, of 20,000: python matinee_page.py.

The default blend (linear, ALS, soup) with random weights of its size: what a page takes is the same
whatever they say. Films with genres, keywords, people and years.
"""

import numpy as np
from clock import report, timed
from drawn import dataset, default_blend

from matinee.page import PageMaker

ITEMS, FILMS, FACTORS, VIEWERS = 20_000, 100, 128, 3_000
rng = np.random.default_rng(0)
data = dataset(rng, ITEMS, VIEWERS, FILMS)
model = default_blend(data, FACTORS, rng)
maker, prepared = timed(lambda: PageMaker.of(model, data))
rows = iter([data.histories.take(np.array([row])) for row in range(220)])
timed(lambda: maker.page(next(rows)), 20)  # compiles
page, seconds = timed(lambda: maker.page(next(rows)), 200)
cards = sum(len(row.cards) for row in page.rows)
report(
    seconds=seconds,
    prepared=prepared,
    rows=len(page.rows),
    cards=cards,
    least=min(seconds),
)
