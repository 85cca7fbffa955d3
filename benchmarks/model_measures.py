"""Fitting ALS and EASE, and answering one viewer: rows of the table and what programs said."""

from collections.abc import Callable

from measures import Measured, arrays
from processes import Program, alternately
from results import Row

POPULAR = 20_000  # items that EASE learns


def als(rows: int, repeats: int) -> Measured:
    """ALS with 128 factors until its lists are as good as implicit's after 15 epochs."""
    folder = arrays(rows)
    ours, theirs = Program("matinee", "matinee_als.py"), Program("implicit", "implicit_als.py")
    judge = Program("matinee", "matinee_quality.py")
    theirs.run(folder, 15)
    target = judge.run(folder, "implicit")["ndcg"]
    trail: list[float] = []  # of one epoch, of two, ...
    while len(trail) < 15 and max(trail, default=0.0) < target:
        ours.run(folder, len(trail) + 1)
        trail.append(judge.run(folder, "matinee")["ndcg"])
    epochs = len(trail)
    # Now that the epochs are known, both take turns.
    own, peer = alternately(repeats, (ours, (folder, epochs)), (theirs, (folder, 15)))
    seconds = own["seconds"], peer["seconds"]
    what = f"ALS, 128 factors, to NDCG@100 {target:.4f}"
    if trail[-1] < target:
        what += f" (NOT reached: {trail[-1]:.4f})"
    shown = [
        Row(f"{what}, {epochs} epochs", seconds[0], "s", 0.6, seconds[1], "implicit, 15"),
        Row("ALS, peak memory", own["peak_mb"], "MB", 1.2, peer["peak_mb"], "implicit"),
    ]
    return shown, {"matinee": own, "implicit": peer, "ndcg@100": target, "trail": trail}


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


def page(rows: int, repeats: int) -> Measured:
    """A whole page of one viewer with 100 films, of 20,000, by the default blend."""
    del rows
    (found,) = alternately(repeats, (Program("matinee", "matinee_page.py"), ()))
    shown = [Row("one viewer, a whole page of 20,000 films", found["seconds"] * 1e3, "ms", 12.0)]
    return shown, {"page": found}


def ranking(rows: int, repeats: int) -> Measured:
    """500 candidates of one viewer described and ranked, beside LightGBM on the same matrices."""
    del rows
    (found,) = alternately(repeats, (Program("matinee", "matinee_one_ranking.py"), ()))
    what = "one viewer, 500 candidates of 20,000 films"
    shown = [
        Row(f"{what}, described and ranked", found["seconds"] * 1e3, "ms", 5.0),
        Row(
            f"{what}, ranked",
            *(found["score_seconds"] * 1e3, "ms", 1.2),
            *(found["lightgbm_seconds"] * 1e3, "LightGBM"),
        ),
    ]
    return shown, {"ranking": found}


def stars(rows: int, repeats: int) -> Measured:
    """One viewer with 100 ratings: what the factorisation machine predicts for 20,000 films."""
    del rows
    (found,) = alternately(repeats, (Program("matinee", "matinee_one_rating.py"), (20_000,)))
    what = "one viewer, predicted stars of 20,000 films, fm"
    shown = [
        Row(what, found["seconds"] * 1e3, "ms", 5.0),
        Row(f"{what}, with deviations", found["predict_seconds"] * 1e3, "ms", 5.0),
    ]
    return shown, {"fm": found}


MODEL_MEASURES: dict[str, Callable[[int, int], Measured]] = {
    "als": als,
    "ease": ease,
    "one": one,
    "page": page,
    "ranking": ranking,
    "stars": stars,
}
