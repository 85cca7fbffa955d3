"""Fitting ALS and EASE, and answering one viewer: rows of the table and what programs said."""

from collections.abc import Callable

from measures import Measured, arrays
from processes import Program, alternately
from results import Row

POPULAR = 20_000  # items that EASE learns


def als(rows: int, repeats: int) -> Measured:
    """ALS with 128 factors until its lists are as good as implicit's after 15 epochs."""
    folder = arrays(rows)
    Program("implicit", "implicit_als.py").run(folder, 15)
    target = Program("matinee", "matinee_quality.py").run(folder)["ndcg"]
    own = Program("matinee", "matinee_als.py").run(folder, target, 15)
    epochs = own["trail"][-1]["epochs"]
    # Now that the epochs are known, both take turns.
    again, peer = alternately(
        repeats,
        (Program("matinee", "matinee_als.py"), (folder, target, epochs, epochs)),
        (Program("implicit", "implicit_als.py"), (folder, 15)),
    )
    own = again | {"trail": own["trail"], "reached": own["reached"]}
    seconds = own["seconds"], peer["seconds"]
    what = f"ALS, 128 factors, to NDCG@100 {target:.4f}"
    if not own["reached"]:
        what += f" (NOT reached: {own['trail'][-1]['ndcg@100']:.4f})"
    shown = [
        Row(f"{what}, {epochs} epochs", seconds[0], "s", 0.6, seconds[1], "implicit, 15"),
        Row("ALS, peak memory", own["peak_mb"], "MB", 1.2, peer["peak_mb"], "implicit"),
    ]
    return shown, {"matinee": own, "implicit": peer, "ndcg@100": target}


def ease(rows: int, repeats: int) -> Measured:
    """EASE on the most-rated items in float32: the statistic, the solve and the memory."""
    folder = arrays(rows)
    ours = (Program("matinee", "matinee_ease.py"), (folder, POPULAR))
    gram = (Program("matinee", "scipy_ease.py"), (folder, "gram"))
    solve = (Program("matinee", "scipy_ease.py"), (folder, "solve"))
    own, products, lapack = alternately(repeats, ours, gram, solve)
    matrix = own["items"] ** 2 * 4 / 1e6
    what = f"EASE, {own['items']:,} items"
    shown = [
        Row(
            f"{what}, XᵀX",
            *(own["gram_seconds"], "s", 0.5, products["seconds"], "SciPy"),
        ),
        Row(f"{what}, solve", own["seconds"], "s", 1.15, lapack["seconds"], "LAPACK"),
        Row(f"{what}, peak memory", own["peak_mb"], "MB", 1.3, matrix, "one float32 matrix"),
    ]
    return shown, {"matinee": own, "scipy": products, "lapack": lapack}


def one(rows: int, repeats: int) -> Measured:
    """Fold-in, scores and top 100 of one viewer with 100 films, of 20,000."""
    del rows
    program = Program("matinee", "matinee_one.py")
    found = alternately(repeats, *((program, (name,)) for name in ("ease", "als")))
    shown = [
        Row(f"one viewer, top 100 of 20,000 films, {name}", each["seconds"] * 1e3, "ms", 1.0)
        for name, each in zip(("EASE", "ALS 128"), found, strict=True)
    ]
    return shown, dict(zip(("ease", "als"), found, strict=True))


MODEL_MEASURES: dict[str, Callable[[int, int], Measured]] = {"als": als, "ease": ease, "one": one}
