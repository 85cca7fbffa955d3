"""Accuracy, time and memory of matinee beside each peer on real data; writes docs/peers.md.

What was not measured this time stays on the page as it is.

make bench-peers, or python benchmarks/peers.py [name ...]. A name is a data set that `matinee get`
knows: every library fits the same likes with the same settings and ranks the same viewers, who
are in nobody's training; one code measures all lists. `ratings-NAME`: the same for predicted
ratings, on identical folds; `ratings-time-NAME`: on the last part in time. als, ease, one or stars:
speed and memory, as `make bench` measures them.
"""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import rating_peers
from environments import PEERS, interpreter
from folds import folds
from folds import section as folds_section
from model_measures import MODEL_MEASURES
from processes import Program, alternately
from results import RESULTS, machine, record, recorded, table

ROOT = Path(__file__).parents[1]
SEED = 0
NAMES = ("implicit", "rectools", "lenskit", "cornac", "myfm", "surprise")
REPEATS = 1  # processes of each model; each fits and ranks three times


class Entry(NamedTuple):
    """One model of one library and its settings under that library's names."""

    library: str
    model: str
    settings: dict[str, Any]


def entries(ridge: float, bm25: tuple[int, float, float], als: tuple[int, float, float]) -> list:
    """The same models in every library that has them."""
    (k, k1, b), (factors, alpha, als_ridge) = bm25, als
    matinee_als = {"factors": factors, "alpha": alpha, "regularization": als_ridge}
    implicit_als = {"factors": factors, "alpha": alpha, "regularization": als_ridge}
    lenskit_als = {"embedding_size": factors, "weight": alpha - 1, "regularization": als_ridge}
    return [
        Entry("matinee", "ease", {"ridge": ridge}),
        Entry("rectools", "ease", {"regularization": ridge}),
        Entry("lenskit", "ease", {"regularization": ridge}),
        Entry("cornac", "ease", {"lamb": ridge, "posB": False}),
        Entry("matinee", "als", matinee_als),
        Entry("implicit", "als", implicit_als | {"random_state": 0}),
        Entry("lenskit", "als", lenskit_als | {"epochs": 15, "user_embeddings": False}),
        Entry("matinee", "bm25", {"neighbours": k, "k1": k1, "b": b}),
        Entry("implicit", "bm25", {"K": k, "K1": k1, "B": b}),
    ]


# Tuned on validation viewers of these data sets for the peers, not for matinee.
DATA = {
    "ml-latest-small": entries(100.0, (4000, 1.0, 0.2), (128, 8.0, 30.0)),
    "movietweetings": entries(400.0, (800, 0.25, 0.2), (256, 32.0, 100.0)),
}


def measured(name: str) -> dict[str, Any]:
    """What every library does on one data set."""
    folder = ROOT / ".bench" / "peers" / name
    split = Program("matinee", "split.py").run(name, folder, SEED)
    for old in (folder / "lists").glob("*.npy"):
        old.unlink()
    runs = [
        (Program(e.library, f"fit_{e.library}.py"), (folder, e.model, json.dumps(e.settings)))
        for e in DATA[name]
    ]
    reports = alternately(REPEATS, *runs)
    figures = Program("matinee", "measure_lists.py").run(folder)["figures"]
    rows = [
        e._asdict() | figures[f"{e.library}-{e.model}"] | report
        for e, report in zip(DATA[name], reports, strict=True)
    ]
    found = {"data": name, "split": split, "rows": rows, "machine": machine()}
    return found | {"folds": folds(name, ROOT / ".bench" / "folds" / name, SEED)}


def section(found: dict[str, Any]) -> list[str]:
    """The part of the page on one data set."""
    split = found["split"]
    lines = [
        f"## {found['data']}",
        "",
        *folds_section(found["folds"]),
        f"One split, for time and memory ({on(found['machine'])}): "
        f"{split['train']:,} viewers and {split['likes']:,} likes of {split['items']:,} films to "
        f"learn from, {split['asked']:,} other viewers asked.",
        "",
        "| model | library | NDCG@100 | recall@20 | coverage@20 | fit s | top 100 s | peak MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['model']} | {row['library']} | {row['ndcg@100']:.4f} ± {row['error']:.4f} | "
        f"{row['recall@20']:.4f} | {row['coverage@20']:.3f} | {row['fit_seconds']:.3g} | "
        f"{row['seconds']:.3g} | {row['peak_mb']:,.0f} |"
        for row in found["rows"]
    ]
    return [*lines, "", "Settings, under each library's own names:", "", *settings(found), ""]


def settings(found: dict[str, Any]) -> list[str]:
    """One line a model."""
    return [
        f"- {row['library']} {row['model']}: "
        + ", ".join(f"{key} = {value}" for key, value in row["settings"].items())
        for row in found["rows"]
    ]


def version(library: str) -> str:
    """The pinned version of a peer, as its requirements have it."""
    pins = (PEERS / "requirements" / f"{library}.txt").read_text().lower().splitlines()
    return next(
        line.replace("==", " ")
        for line in pins
        if line.startswith((f"{library}==", f"scikit-{library}=="))
    )


def speed() -> list[str]:
    """The part of the page on speed and memory at size; nothing until each measure is on record."""
    if not all((RESULTS / f"{name}.json").exists() for name in MODEL_MEASURES):
        return []
    rows, about = recorded(list(MODEL_MEASURES))
    words = (
        "On the generated file of 20 million ratings (`benchmarks/README.md`), each measured thing "
        "in a process of its own, taking turns. Ratio: matinee over the peer; target: the most "
        f"that it may be. {on(about)}."
    )
    return ["## Speed and memory at size", "", words, "", table(rows), ""]


def page(standing: str, fresh: dict[str, list[str]]) -> str:
    """docs/peers.md: sections by their first lines, `fresh` ones in place of those that stand."""
    versions = ", ".join(version(name) for name in NAMES)
    opening = (PEERS / "page.md").read_text().format(versions=versions, seed=SEED)
    parts = ["## " + part for part in ("\n" + standing).split("\n## ")[1:]]
    sections = {part.partition("\n")[0]: part.rstrip() for part in parts}
    sections |= {lines[0]: "\n".join(lines).rstrip() for lines in fresh.values() if lines}
    known = [f"## {name}" for name in DATA] + [
        rating_peers.heading(d) for d in rating_peers.RATINGS
    ]
    last = [title for title in sections if title not in known]
    kept = [sections[title] for title in (*known, *last) if title in sections]
    return "\n\n".join([opening.rstrip(), *kept]) + "\n"


def on(about: dict[str, Any]) -> str:
    """The machine of a section, in words."""
    return f"{about['cores']} cores, {about['memory_gib']} GiB, {about['cpu']}"


def main() -> None:
    """Measure what the command line names, else everything, and write the page of all on record."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    rated = {rating_peers.name_of(data): data for data in rating_peers.RATINGS}
    asked = sys.argv[1:] or [*DATA, *rated, *MODEL_MEASURES]
    for library in ("myfm", "surprise") if set(asked) <= set(rated) else NAMES:
        interpreter(library)
    for name in asked:
        print(f"{name} ...", file=sys.stderr, flush=True)
        if name in MODEL_MEASURES:
            record(name, *MODEL_MEASURES[name](20_000_000, 3))
            continue
        if name in rated:
            rows = rating_peers.measured(rated[name], ROOT / ".bench" / "peers" / name)
            document: Any = {"data": rated[name], "rows": rows, "machine": machine()}
        else:
            document = measured(name)
        (RESULTS / f"peers-{name}.json").write_text(json.dumps(document, indent=1))
    publish()


def publish() -> None:
    """Put whatever is on record into docs/peers.md, and print it."""
    fresh = {"speed": speed()}
    for path in sorted(RESULTS.glob("peers-*.json")):
        found = json.loads(path.read_text())
        if "split" in found:
            fresh[path.stem] = section(found)
        elif found["data"] in rating_peers.RATINGS:
            where = on(found["machine"])
            fresh[path.stem] = rating_peers.section(found["data"], found["rows"], where)
    target = ROOT / "docs" / "peers.md"
    written = page(target.read_text() if target.exists() else "", fresh)
    target.write_text(written)
    print(written)


if __name__ == "__main__":
    main()
