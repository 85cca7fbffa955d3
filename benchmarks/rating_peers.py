"""Rating predictors beside Surprise and myFM, on identical folds and with identical blocks."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from processes import Program

FM = {"factors": 10}
_ALL = "implicit+flipped+side+time"
_IDS = {"side": False, "time": False}


class Rated(NamedTuple):
    """One model of one library: its name there, or for myFM its blocks, and its settings."""

    library: str
    model: str
    blocks: str
    settings: dict[str, Any]


SVD = {"n_factors": 200, "n_epochs": 80, "lr_all": 0.01, "reg_all": 0.1, "random_state": 0}
MYFM = {"rank": 10, "epochs": 512}

# The default and what a viewer's day and who rated a film are worth where the future is asked for.
IN_TIME = [
    Rated("myfm", "implicit+side", "implicit+side", MYFM),
    Rated("matinee", "fm", "implicit+side", FM | {"time": False}),
    Rated("myfm", "implicit+side+time", "implicit+side+time", MYFM),
    Rated("matinee", "fm", "implicit+side+time", FM),
    Rated("matinee", "mf", "-", {}),
    Rated("matinee", "bias", "-", {}),
    Rated("surprise", "svd", "-", SVD),
    Rated("surprise", "baseline", "-", {}),
]

# Of real data every fold, and the last part in time; of generated ratings one fold, to see what a
# million of them take.
RATINGS: dict[str, tuple[tuple[int | str, ...], list[Rated]]] = {
    "ml-latest-small": (
        (0, 1, 2, 3, 4),
        [
            Rated("myfm", "implicit+flipped", "implicit+flipped", MYFM),
            Rated("matinee", "fm", "implicit+flipped", FM | {"flipped": True} | _IDS),
            Rated("myfm", "implicit+flipped+side", "implicit+flipped+side", MYFM),
            Rated("matinee", "fm", "implicit+flipped+side", FM | {"flipped": True, "time": False}),
            Rated("myfm", _ALL, _ALL, MYFM),
            Rated("matinee", "fm", _ALL, FM | {"flipped": True}),
            Rated("matinee", "fm", "implicit+side+time", FM),
            Rated("matinee", "mf", "-", {}),
            Rated("matinee", "bias", "-", {}),
            Rated("surprise", "svd", "-", SVD),
            Rated("surprise", "baseline", "-", {}),
        ],
    ),
    "time:ml-latest-small": (("time",), IN_TIME),
    "time:movietweetings": (("time",), IN_TIME),
    "generated:20000,5000,1250000": (
        (0,),
        [
            Rated("matinee", "mf", "factors 4, epochs 2", {"factors": 4, "epochs": 2}),
            Rated("matinee", "mf", "defaults", {}),
            Rated("surprise", "svd", "defaults", {"random_state": 0}),
        ],
    ),
}


def measured(data: str, folder: Path, rows: list[Rated] | None = None) -> list[dict[str, Any]]:
    """Pooled figures of every model; seconds are means over the folds."""
    folds, known = RATINGS[data]
    rows = known if rows is None else rows
    folders = [folder / f"fold-{fold}" for fold in folds]
    for fold, part in zip(folds, folders, strict=True):
        Program("matinee", "rating_fold.py").run(data.removeprefix("time:"), part, fold)
    reports: dict[str, list[dict[str, Any]]] = {}
    for part in folders:  # models take turns: a machine that grows slow is slow for all
        for place, row in enumerate(rows):
            name = f"{row.library}-{place}"
            program = Program(row.library, f"rate_{row.library}.py")
            reports.setdefault(name, []).append(
                program.run(part, row.model, json.dumps(row.settings), name)
            )
    found = []
    for row, (name, runs) in zip(rows, reports.items(), strict=True):
        figures = Program("matinee", "measure_ratings.py").run(name, *folders)
        means = {
            key: sum(run[key][0] for run in runs) / len(runs) for key in ("fit_seconds", "seconds")
        }
        peak = max(run["peak_mb"] for run in runs)
        found.append(row._asdict() | figures | means | {"peak_mb": peak, "folds": len(folds)})
    return found


def name_of(data: str) -> str:
    """What the command line calls it: ratings-generated, ratings-time-ml-latest-small."""
    named = data.partition(":")[0] if data.startswith("generated:") else data
    return f"ratings-{named.replace(':', '-')}"


def heading(data: str) -> str:
    """The first line of its section."""
    if data.startswith("time:"):
        return f"## Predicted ratings of the future: {data.removeprefix('time:')}"
    return f"## Predicted ratings: {data.replace(':', ' ')}"


def section(data: str, rows: list[dict[str, Any]], where: str) -> list[str]:
    """The part of the page on the ratings of one data set; `where` names the machine."""
    asked = f"{rows[0]['folds']} of 5 random folds (scikit-learn's KFold, seed 0) pooled, "
    if data.startswith("time:"):
        asked = "The last tenth in time, of viewers with a history (the global time split), "
    lines = [
        heading(data),
        "",
        f"{asked}"
        f"{rows[0]['ratings']:,} ratings predicted, clipped to the scale. Seconds: {where}, models "
        "taking turns.",
        "",
        "| model | library | blocks or settings | RMSE | MAE | within 50 / 80 / 95 % | fit s | "
        "predict s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        covered = [row.get(f"within_{share}") for share in (50, 80, 95)]
        within = "-" if None in covered else " / ".join(f"{100 * share:.1f}" for share in covered)
        model = "fm" if row["library"] == "myfm" else row["model"]
        lines.append(
            f"| {model} | {row['library']} | {row['blocks'].replace('+', ', ')} | "
            f"{row['rmse']:.4f} ± {row['rmse_error']:.4f} | {row['mae']:.4f} | {within} | "
            f"{row['fit_seconds']:.3g} | {row['seconds']:.3g} |"
        )
    return [*lines, ""]
