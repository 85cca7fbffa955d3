"""How far pages change with one more rating, and what viewers later liked of each kind of row.

    python scripts/measure_pages.py ml-latest-small.zip tmdb-5000.zip

Change: of viewers with at least 20 films, the pages before and after the last one; beside it how
far the viewer's best hundred films change. Likes: the likes of 100 viewers are split at random, the
model never sees these viewers, a page is made of one half; the share of its cards that are in the
other half, by kind of row, beside random unseen films.
"""

import sys

import numpy as np

from matinee.api import as_dataset, read
from matinee.dataset import Dataset, Histories
from matinee.page import PageMaker
from matinee.ranking import top
from matinee.training import fit

MODEL = "blend"
VIEWERS = 100


def shares(before: set[str], after: set[str]) -> float:
    """Of what was there, how much still is."""
    return len(before & after) / max(len(before), 1)


def change(data: Dataset, maker: PageMaker, viewers: np.ndarray) -> None:
    """Print how much of the page stays when the last rating comes."""
    films, rows, best = [], [], []
    for number in viewers:
        history = data.histories.take(np.array([number]))
        last = np.lexsort((history.numbers, history.time))[-1]
        keep = np.ones(history.entries, bool)
        keep[last] = False
        pages = [maker.page(each) for each in (history.where(keep), history)]
        shown = [{c.item_id for row in page.rows for c in row.cards} for page in pages]
        films.append(shares(*shown))
        rows.append(shares(*({row.title for row in page.rows} for page in pages)))
        scorer = maker.scoring.explainer.scorer
        lists = [top(scorer, each, 100) for each in (history.where(keep), history)]
        best.append(shares(*(set(found.numbers[0].tolist()) for found in lists)))
    print(f"one more rating, {len(viewers)} viewers: {np.mean(films):.3f} of the films stay, ")
    print(f"{np.mean(rows):.3f} of the rows; {np.mean(best):.3f} of the viewer's best hundred")


def likes(data: Dataset, viewers: np.ndarray, rng: np.random.Generator) -> None:
    """Print the share of hidden likes among what each kind of row shows first."""
    others = np.setdiff1d(np.arange(len(data.users)), viewers)
    train = data.take_users(others)
    maker = PageMaker.of(fit(MODEL, train).scorer, train)
    found: dict[str, list[float]] = {}
    chance = []
    for number in viewers:
        history: Histories = data.histories.take(np.array([number]))
        hidden = (history.strength > 0) & (rng.random(history.entries) < 0.5)
        truth = set(data.items.take(history.numbers[hidden]))
        page = maker.page(history.where(~hidden), rows=14)
        for row in page.rows:
            hits = [card.item_id in truth for card in row.cards[:6]]
            found.setdefault(row.kind, []).append(float(np.mean(hits)))
        chance.append(len(truth) / (len(data.items) - history.entries + len(truth)))
    for kind, values in sorted(found.items(), key=lambda each: -np.mean(each[1])):
        error = np.std(values) / np.sqrt(len(values))
        print(f"{kind:22} {np.mean(values):.3f} ±{error:.3f} of its first six ({len(values)} rows)")
    print(f"{'any unseen film':22} {np.mean(chance):.3f}")


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    data = as_dataset(read(*sys.argv[1:]))
    active = np.flatnonzero(data.histories.lengths >= 20)
    chosen = np.sort(rng.choice(active, min(VIEWERS, len(active)), replace=False))
    change(data, PageMaker.of(fit(MODEL, data).scorer, data), chosen)
    likes(data, chosen, rng)
