"""Forgetting and adding viewers in a workspace, against one in which they were never or always."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from matinee import training
from matinee.dataset import Dataset
from matinee.errors import InputError, MissingData, UnknownId
from matinee.models.autoencoder import Autoencoder, FittedAutoencoder
from matinee.models.autoencoder_training import initial
from matinee.models.blend import Blend
from matinee.schema import MOVIES, QUARANTINE, RATINGS, TAGS, RatingScale, Tables, empty
from matinee.store import artefacts
from matinee.store.workspace import Workspace
from matinee.training.fingerprints import fingerprint
from matinee.training.keeping import stale
from matinee.training.learnt import Learnt, keep_statistics
from matinee.training.updating import add, forget
from matinee.training.viewers import with_ratings, without

MODELS = ("ease:ridge=5", "dan", "linear:ridge=5", "als:factors=3,epochs=2", "popularity", "soup")
BLEND = Blend(("linear:ridge=5", "als:factors=3,epochs=2", "soup"), (1, 0.3, 0.2))
LIKED_BY_ONE = "only-here"  # a film that u62 alone has rated


def tables() -> Tables:
    """40 viewers of 29 films with uneven popularity, in the columns that imports have."""
    rng = np.random.default_rng(2)
    rows = []
    for user in range(40):
        for item in np.flatnonzero(rng.random(29) < 2.5 / np.sqrt(np.arange(1, 30)) * 0.4):
            rating = float(rng.choice([1, 2, 3, 4, 4.5, 5]))
            rows.append((f"u{5 + 3 * user}", f"m{item}", rating, 10**6 + int(rng.integers(10**5))))
    rows.append(("u62", LIKED_BY_ONE, 5.0, 10**6))
    ratings = pl.DataFrame(rows, schema=RATINGS, orient="row")
    films = [f"m{k}" for k in range(31)]
    movies = pl.DataFrame({"item_id": films}).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in MOVIES.items() if name != "item_id"
    )
    movies = movies.with_columns(
        title=pl.Series([f"Film {k}" for k in range(31)]),
        genres=pl.Series([["Drama" if k % 3 else "Comedy"] for k in range(31)]),
    )
    tags = pl.DataFrame([("u62", "m3", "slow", 5), ("u5", "m3", "fast", 5)], TAGS, orient="row")
    broken = [
        ("ratings.csv", 3, "rating", "x", "not a number", "u62,m1,x"),
        ("ratings.csv", 4, "rating", "y", "not a number", "u620,m1,y"),
    ]
    return Tables(
        "lopsided",
        movies.select(list(MOVIES)),
        ratings.with_columns(
            ratings[name].cast(pl.Enum(ratings[name].unique(maintain_order=True)))
            for name in ("user_id", "item_id")
        ),
        RatingScale(0.5, 5, 0.5),
        tags,
        users=pl.DataFrame({"user_id": ["u5", "u62"], "age": [30, 40]}),
        published={
            "ratings": ratings.rename({"user_id": "customer"}),
            "movies": pl.DataFrame({"movieId": ["u62"]}),
        },
        quarantine=pl.DataFrame(broken, QUARANTINE, orient="row"),
    )


def trained(home: Path, data: Tables, blend: bool = True) -> Workspace:
    """A workspace with the data imported and every model kept."""
    workspace = Workspace(home)
    workspace.save(data)
    dataset = Dataset.from_tables(data)
    for model in (*MODELS, *((BLEND,) if blend else ())):
        fitted = training.fit(model, dataset)
        training.save(fitted, workspace.model_folder(data.name, fitted.name), dataset)
        keep_statistics(workspace, dataset, fitted.recipe)
    return workspace


def kept(workspace: Workspace, name: str, data: Dataset) -> training.Trained | None:
    return training.load_for(workspace.model_folder("lopsided", name), data)


def assert_as_never_seen(workspace: Workspace, after: Tables) -> None:
    """Data, ledgers, linear weights: those of a workspace in which `after` was always the data."""
    loaded = workspace.load("lopsided")
    data = Dataset.from_tables(after)
    assert fingerprint(Dataset.from_tables(loaded)) == fingerprint(data)
    for folder in workspace.statistic_folders("lopsided"):
        learnt, of = Learnt.load(folder)
        expected = Learnt.of(data, learnt.weighing)
        assert learnt.statistic.difference(expected.statistic) == 0
        assert learnt.users == expected.users
        assert of["fingerprint"] == fingerprint(data)
    for model in MODELS:
        name, recipe = training.recipe_from_text(model)
        found = kept(workspace, name, data)
        if name == "als":
            assert found is None
            continue
        assert found is not None
        refit = recipe.fit(data, np.random.default_rng(0))
        assert found.scorer.items == refit.items
        scores = refit.score(data.histories)
        close = 1e-5 * np.abs(scores).max()
        np.testing.assert_allclose(found.scorer.score(data.histories), scores, atol=close, rtol=0)


def traces(home: Path, text: str) -> list[Path]:
    """Files of data and ledgers that hold the text; Parquet is read, since it is compressed."""
    found = []
    for path in home.rglob("*"):
        if path.suffix == ".parquet":
            table = pl.read_parquet(path)
            names = [c for c in table.columns if isinstance(table[c].dtype, pl.Enum)]
            held = [*table.rows(), *(table[name].dtype.categories.to_list() for name in names)]
            if f"'{text}'" in str(held) or f"{text}," in str(held):
                found.append(path)
        elif path.is_file() and f'"{text}"'.encode() in path.read_bytes():
            found.append(path)
    return found


def test_a_forgotten_viewer_is_as_one_who_never_was(tmp_path: Path) -> None:
    before = tables()
    workspace = trained(tmp_path, before)
    assert traces(tmp_path, "u62")
    found = forget(workspace, "lopsided", "u62")
    assert traces(tmp_path, "u62") == [workspace.data_folder("lopsided") / "published-1.parquet"]
    own = (before.ratings["user_id"] == "u62").sum()
    never = replace(
        before,
        ratings=before.ratings.cast({"user_id": str, "item_id": str}).filter(
            pl.col("user_id") != "u62"
        ),
    )
    # A film of no rating is no film of the data, unless the catalogue has it.
    assert LIKED_BY_ONE not in Dataset.from_tables(workspace.load("lopsided")).items.ids
    assert_as_never_seen(workspace, never)
    assert found.sums_difference == 0
    assert (found.changed_viewers, found.changed_ratings) == (1, own)
    assert found.viewers == 39
    assert not found.tuned


def test_the_report_says_what_was_reached_and_what_was_not(tmp_path: Path) -> None:
    workspace = trained(tmp_path, tables())
    models = {model.name: model for model in forget(workspace, None, "u5").models}
    for name in ("ease", "dan", "linear"):
        assert models[name].exact == (models[name].recipe,)
        assert models[name].weights_difference is not None
        assert models[name].weights_difference <= 1e-5
    for name in ("popularity", "soup"):
        assert models[name].exact
        assert models[name].weights_difference is None
    assert models["als"].exact == ()
    assert models["als"].stale == (models["als"].recipe,)
    folder = workspace.model_folder("lopsided", "als")
    assert stale(folder) == "a viewer it learnt from has been forgotten since"
    assert models["blend"].exact == (BLEND.parts[0], BLEND.parts[2])
    assert models["blend"].stale == (BLEND.parts[1],)
    assert stale(workspace.model_folder("lopsided", "blend")).startswith("als:factors=3,epochs=2: ")


def test_an_autoencoder_is_marked_without_pytorch_too(tmp_path: Path) -> None:
    workspace = trained(tmp_path, tables(), blend=False)
    data = Dataset.from_tables(workspace.load())
    recipe = Autoencoder(factors=2, hidden=3)
    layers = initial(recipe, np.ones(len(data.items)), np.random.default_rng(0))
    model = FittedAutoencoder.from_arrays(recipe, data.items, layers)
    folder = workspace.model_folder("lopsided", "autoencoder")
    training.save(training.Trained("autoencoder", recipe, model, 0.0), folder, data)
    models = {model.name: model for model in forget(workspace, None, "u5").models}
    assert models["autoencoder"].exact == ()
    assert models["autoencoder"].stale == (models["autoencoder"].recipe,)
    assert stale(folder) == "a viewer it learnt from has been forgotten since"


def test_the_linear_parts_of_a_blend_are_those_of_a_refit(tmp_path: Path) -> None:
    workspace = trained(tmp_path, tables())
    forget(workspace, None, "u5")
    data = Dataset.from_tables(workspace.load())
    assert kept(workspace, "blend", data) is None
    blend = training.load(workspace.model_folder("lopsided", "blend")).scorer
    refit = training.fit("linear:ridge=5", data).scorer
    np.testing.assert_allclose(blend.parts[0].weights, refit.weights, rtol=0, atol=1e-6)


def test_a_blend_of_parts_that_are_all_reached_is_as_new(tmp_path: Path) -> None:
    workspace = trained(tmp_path, tables(), blend=False)
    recipe = Blend(("root-ease:ridge=5", "popularity", "soup"), (1, 0.3, 0.2))
    before = Dataset.from_tables(workspace.load())
    training.save(training.fit(recipe, before), workspace.model_folder("lopsided", "blend"), before)
    (model,) = (m for m in forget(workspace, None, "u62").models if m.name == "blend")
    assert (model.exact, model.stale) == (recipe.parts, ())
    data = Dataset.from_tables(workspace.load())
    found = kept(workspace, "blend", data)
    assert found is not None
    expected = training.fit(recipe, data).scorer.score(data.histories)
    np.testing.assert_allclose(found.scorer.score(data.histories), expected, rtol=1e-4, atol=1e-5)


def test_viewers_forgotten_one_after_another_are_exact_too(tmp_path: Path) -> None:
    workspace = trained(tmp_path, tables(), blend=False)
    after = tables()
    for user in ("u5", "u62", "u8"):
        assert forget(workspace, None, user).sums_difference == 0
        after = without(after, user)
    assert_as_never_seen(workspace, after)


def test_a_model_whose_sums_were_not_kept_is_reached_as_well(tmp_path: Path) -> None:
    workspace = trained(tmp_path, tables(), blend=False)
    for folder in workspace.statistic_folders("lopsided"):
        artefacts.remove(folder)
    forget(workspace, None, "u5")
    assert workspace.statistic_folders("lopsided")
    assert_as_never_seen(workspace, without(tables(), "u5"))


def test_a_damaged_model_or_ledger_goes_and_does_not_keep_anybody(tmp_path: Path) -> None:
    workspace = trained(tmp_path, tables(), blend=False)
    folder = workspace.model_folder("lopsided", "ease")
    (folder / "weights.npy").write_bytes(b"x")
    (workspace.statistic_folders("lopsided")[0] / "manifest.json").write_bytes(b"x")
    found = {model.name: model for model in forget(workspace, None, "u62").models}
    assert found["ease"].removed
    assert not folder.exists()
    assert traces(tmp_path, "u62") == [workspace.data_folder("lopsided") / "published-1.parquet"]


def test_the_last_viewer_takes_the_models_along(tmp_path: Path) -> None:
    alone = tables()
    alone = replace(alone, ratings=alone.ratings.filter(pl.col("user_id") == "u62"))
    alone = replace(
        alone,
        ratings=alone.ratings.with_columns(
            alone.ratings["user_id"].cast(str), alone.ratings["item_id"].cast(str)
        ),
    )
    workspace = Workspace(tmp_path)
    workspace.save(alone)
    data = Dataset.from_tables(alone)
    training.save(training.fit("ease", data), workspace.model_folder("lopsided", "ease"), data)
    keep_statistics(workspace, data, training.recipe_from_text("ease")[1])
    (model,) = forget(workspace, None, "u62").models
    assert model.removed
    assert workspace.load().ratings.height == 0
    assert workspace.model_folders("lopsided") == []
    assert traces(tmp_path, "u62") == [workspace.data_folder("lopsided") / "published-1.parquet"]


def test_an_unknown_viewer_changes_nothing(tmp_path: Path) -> None:
    workspace = trained(tmp_path, tables(), blend=False)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UnknownId, match=r"user: expected one of 40 viewers of lopsided \(u5, "):
        forget(workspace, None, "u6")
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())


def added(rows: list[tuple[str, str, float | None, int | None]]) -> Tables:
    ratings = pl.DataFrame(rows, schema=RATINGS, orient="row")
    return Tables("more", empty(MOVIES), ratings, RatingScale(0.5, 5, 0.5))


MORE = added(
    [
        ("u5", "m0", 5.0, 3 * 10**6),  # whatever was said before
        ("u5", "m30", 4.0, 3 * 10**6),  # a film that nobody had rated
        ("new", "m0", 4.5, 2 * 10**6),
        ("new", "a new film", 5.0, None),
        ("newer", "a new film", 4.0, 2 * 10**6),
        ("newer", "m1", 1.0, 2 * 10**6),
    ]
)


def test_added_viewers_are_as_in_a_fit_of_everything(tmp_path: Path) -> None:
    workspace = trained(tmp_path, tables())
    found = add(workspace, None, MORE)
    data = Dataset.from_tables(workspace.load())
    assert len(data.users) == found.viewers == 42
    assert found.changed_viewers == 3
    own = data.histories.take(data.users.numbers(["u5"]))
    first = own.numbers == data.items.number("m0")
    assert own.rating[first].tolist() == [5.0]
    assert_as_never_seen(workspace, with_ratings(tables(), MORE))
    assert stale(workspace.model_folder("lopsided", "als")) == (
        "viewers were added since it was trained"
    )


def test_who_was_added_can_be_forgotten_again(tmp_path: Path) -> None:
    workspace = trained(tmp_path, tables(), blend=False)
    add(workspace, None, added([("new", "m0", 5.0, 5), ("new", "m4", 1.0, 5)]))
    assert forget(workspace, None, "new").sums_difference == 0
    assert_as_never_seen(workspace, tables())


def test_ratings_off_the_scale_and_none_at_all_are_refused(tmp_path: Path) -> None:
    workspace = trained(tmp_path, tables(), blend=False)
    with pytest.raises(
        InputError, match=r"more: expected ratings from 0.5 to 5 as in lopsided, got"
    ):
        add(workspace, None, added([("u5", "m0", 9.0, 1)]))
    with pytest.raises(MissingData, match="more: expected ratings to add, got none"):
        add(workspace, None, added([]))
    assert_as_never_seen_before_als(workspace)


def assert_as_never_seen_before_als(workspace: Workspace) -> None:
    data = Dataset.from_tables(workspace.load())
    assert fingerprint(data) == fingerprint(Dataset.from_tables(tables()))
    assert kept(workspace, "als", data) is not None


def test_of_two_ratings_of_a_film_the_later_stays_and_one_without_a_time_is_now() -> None:
    old = replace(tables(), ratings=added([("a", "x", 1.0, 50), ("a", "y", 1.0, 50)]).ratings)
    for time, stays in ((49, 1.0), (50, 5.0), (51, 5.0), (None, 5.0)):
        found = with_ratings(old, added([("a", "x", 5.0, time)])).ratings
        rows = found.select("user_id", "item_id", "rating").rows()
        assert sorted(rows) == [("a", "x", stays), ("a", "y", 1.0)]


def test_what_others_did_stays_as_it_was() -> None:
    before, after = tables(), without(tables(), "u62")
    others = before.ratings.filter(pl.col("user_id") != "u62")
    assert after.ratings.cast({"user_id": str, "item_id": str}).equals(
        others.cast({"user_id": str, "item_id": str})
    )
    assert after.tags["user_id"].to_list() == ["u5"]
    assert after.users["user_id"].to_list() == ["u5"]
    assert after.quarantine["row"].to_list() == [4]
    assert after.movies.equals(before.movies)
    assert after.published["movies"].equals(before.published["movies"])
    customers = before.published["ratings"]["customer"]
    assert after.published["ratings"].height == (customers != "u62").sum()


DIES = """
import os, signal, sys
from pathlib import Path
import matinee.store.folders, matinee.store.changes
from matinee.store.workspace import Workspace
from matinee.training.updating import forget
left = int(sys.argv[2])
rename = Path.rename

def dying(path, target):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(path, target)

Path.rename = dying
forget(Workspace(Path(sys.argv[1])), None, "u62")
"""


@pytest.mark.slow
def test_a_forget_that_is_killed_leaves_the_old_or_the_new_state(tmp_path: Path) -> None:
    ends = set()
    for renames in (0, 3, 6, 9, 10, 11, 12, 13, 16, 20):
        home = tmp_path / str(renames)
        data = tables()
        workspace = Workspace(home)
        workspace.save(data)
        dataset = Dataset.from_tables(data)
        for model in ("ease:ridge=5", "popularity"):
            fitted = training.fit(model, dataset)
            training.save(fitted, workspace.model_folder(data.name, fitted.name), dataset)
            keep_statistics(workspace, dataset, fitted.recipe)
        command = [sys.executable, "-c", DIES, str(home), str(renames)]
        done = subprocess.run(command, check=False, timeout=120)
        after = Workspace(home)
        now = Dataset.from_tables(after.load())
        forgotten = "u62" not in now.users.ids
        ends.add((done.returncode, forgotten))
        for name in ("ease", "popularity"):
            assert kept(after, name, now) is not None
        learnt, _ = Learnt.load(after.statistic_folders("lopsided")[0])
        assert ("u62" in learnt.users.ids) == (not forgotten)
        if forgotten:
            others = [path.name for path in traces(home, "u62")]
            assert others == ["published-1.parquet"]
    assert {(-signal.SIGKILL, False), (-signal.SIGKILL, True), (0, True)} == ends
    assert os.name == "posix"
