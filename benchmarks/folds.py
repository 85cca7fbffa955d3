"""The blend against the peers and against their own blend: every viewer held out once."""

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from processes import Program


class Peers(NamedTuple):
    """The peers' models under their own names and settings, and what each counts in a blend."""

    implicit: dict[str, dict[str, Any]]
    ease: dict[str, Any]
    blend: dict[str, float]


# As tuned for the peers on validation viewers of these data sets.
PEERS = {
    "ml-latest-small": Peers(
        {
            "als": {"factors": 128, "alpha": 8.0, "regularization": 30.0, "random_state": 0},
            "bm25": {"K": 4000, "K1": 1.0, "B": 0.2},
            "tfidf": {"K": 1000},
        },
        {"lamb": 100.0, "posB": False},
        {"cornac-ease": 0.1, "implicit-als": 0.6, "implicit-tfidf": 0.3},
    ),
    "movietweetings": Peers(
        {
            "als": {"factors": 256, "alpha": 32.0, "regularization": 100.0, "random_state": 0},
            "bm25": {"K": 800, "K1": 0.25, "B": 0.2},
            "tfidf": {"K": 1000},
        },
        {"lamb": 400.0, "posB": False},
        {"implicit-als": 0.6, "implicit-bm25": 0.4},
    ),
}


def folds(name: str, folder: Path, seed: int) -> dict[str, Any]:
    """What all folds of one data set say, pooled over viewers."""
    peers = PEERS[name]
    shutil.rmtree(folder, ignore_errors=True)
    count = Program("matinee", "fold_split.py").run(name, folder, seed)["folds"]
    for fold in range(count):
        own = folder / f"fold-{fold}"
        Program("implicit", "fold_implicit.py").run(own, json.dumps(peers.implicit))
        Program("cornac", "fold_cornac.py").run(own, json.dumps({"ease": peers.ease}))
        blend = json.dumps(peers.blend)
        Program("matinee", "fold_measure.py").run(name, folder, seed, fold, blend)
        shutil.rmtree(own / "scores")
    found = Program("matinee", "fold_report.py").run(folder, count)
    return {"folds": count, "seed": seed, "blend": peers.blend} | found


def section(found: dict[str, Any]) -> list[str]:
    """Their part of the page."""
    weights = ", ".join(f"{w} {name.replace('-', ' ')}" for name, w in found["blend"].items())
    lines = [
        f"Ten folds: each of {found['viewers']:,} viewers held out once. matinee chooses settings "
        "and the weights of its blend on the fold that follows; the peers' are those below, tuned "
        f"on validation viewers of this data. The peers' blend is {weights} of scores "
        "standardised by viewer. No list holds a film that the viewer has seen, liked or not.",
        "",
        "| model | NDCG@100 | recall@20 |",
        "|---|---|---|",
    ]
    ordered = sorted(found["figures"].items(), key=lambda row: -row[1]["ndcg@100"])
    lines += [
        f"| {name} | {row['ndcg@100']:.4f} ± {row['ndcg@100 error']:.4f} | "
        f"{row['recall@20']:.4f} ± {row['recall@20 error']:.4f} |"
        for name, row in ordered
    ]
    lines += [
        "",
        "| matinee's blend less | metric | difference, 95 % interval | p, Holm over four |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row['against']} | {row['metric']} | {row['difference']:+.4f} "
        f"({row['low']:+.4f} to {row['high']:+.4f}) | {row['p_holm']:.2g} |"
        for row in found["compared"]
    ]
    return [*lines, ""]
