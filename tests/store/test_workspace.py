import json
import shutil
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from matinee.errors import InputError
from matinee.schema import CHANGES, MOVIES, QUARANTINE, RATINGS, RatingScale, Tables, empty
from matinee.store.workspace import Workspace


def tables(name: str = "tiny", **more: object) -> Tables:
    movies = pl.DataFrame(
        {"item_id": ["m1", "m2"], "title": ["Ää", None], "genres": [["Drama"], None]},
        schema_overrides={"genres": pl.List(pl.String)},
    )
    movies = movies.with_columns(
        pl.lit(None, dtype).alias(column)
        for column, dtype in MOVIES.items()
        if column not in movies.columns
    ).select(list(MOVIES))
    ratings = pl.DataFrame([("u1", "m2", 4.5, None)], schema=RATINGS, orient="row")
    ratings = ratings.with_columns(pl.col("item_id").cast(pl.Enum(["m1", "m2"])))
    broken = [("ratings.csv", 3, "rating", "x", "not a number", 'u1,"m,1",x')]
    return Tables(
        name,
        movies,
        ratings,
        RatingScale(0.5, 5, 0.5),
        published={"movies/all": pl.DataFrame({"id": [1], "budget": [0]})},
        changes=pl.DataFrame([("movies", "budget", "0 is unknown", 1)], CHANGES, orient="row"),
        quarantine=pl.DataFrame(broken, QUARANTINE, orient="row"),
        **more,  # type: ignore[arg-type]
    )


def assert_same(found: Tables, expected: Tables) -> None:
    for field in fields(Tables):
        left, right = getattr(found, field.name), getattr(expected, field.name)
        if isinstance(right, pl.DataFrame):
            assert_frame_equal(left, right)
        elif isinstance(right, dict):
            assert left.keys() == right.keys()
            for name, table in right.items():
                assert_frame_equal(left[name], table)
        else:
            assert left == right, field.name


def test_what_was_saved_is_loaded_with_its_types(tmp_path):
    users = pl.DataFrame({"user_id": ["u1"], "age": [30]})
    saved = tables(users=users, simulated=True)
    workspace = Workspace(tmp_path / "new" / "home")
    workspace.save(saved)
    assert_same(workspace.load("tiny"), saved)


def test_without_a_name_the_last_import_is_loaded(tmp_path):
    workspace = Workspace(tmp_path)
    for name in ("b", "a", "c", "a"):
        workspace.save(tables(name))
    assert workspace.load().name == "a"
    assert workspace.names() == ["a", "b", "c"]


def test_an_import_takes_the_place_of_the_one_before(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.save(tables(users=pl.DataFrame({"user_id": ["u1"]})))
    second = replace(tables(), ratings=empty(RATINGS))
    workspace.save(second)
    assert_same(workspace.load(), second)
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["tiny"]


@pytest.mark.parametrize("name", ["tmdb-5000+ml-latest-small", "../x", "a/b", "a b", ".hid", "ü"])
def test_any_name_is_kept_and_stays_inside_the_workspace(tmp_path, name):
    workspace = Workspace(tmp_path / "home")
    folder = workspace.save(tables(name))
    assert workspace.names() == [name]
    assert workspace.load(name).name == name
    assert folder.parent == tmp_path / "home" / "data"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_names_that_look_alike_on_disk_do_not_collide(tmp_path):
    workspace = Workspace(tmp_path)
    for name in ("a/b", "a b", "a_b"):
        workspace.save(tables(name))
    assert workspace.names() == ["a b", "a/b", "a_b"]


def test_quarantine_is_also_a_csv_file_for_people(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.save(tables())
    found = pl.read_csv(workspace.quarantine_file("tiny"))
    assert found.rows() == tables().quarantine.rows()


def test_an_unknown_name_lists_the_known_and_how_to_import(tmp_path):
    workspace = Workspace(tmp_path)
    with pytest.raises(InputError, match="expected imported data, got none; import some with"):
        workspace.load()
    workspace.save(tables("a"))
    workspace.save(tables("b"))
    with pytest.raises(InputError, match="expected one of a, b, got 'c'; import it with"):
        workspace.load("c")


def test_a_home_that_is_a_file_is_named_with_its_setting(tmp_path):
    home = tmp_path / "file"
    home.write_text("x")
    workspace = Workspace(home)
    for act in (lambda: workspace.save(tables()), workspace.reports_folder, workspace.numba_folder):
        with pytest.raises(InputError, match=f"MATINEE_HOME: expected a folder .* got {home}"):
            act()
    assert workspace.names() == []


def test_a_home_that_cannot_be_written_to_is_named(tmp_path):
    """/proc refuses new folders to everybody, root too."""
    if not Path("/proc/self").exists():
        tmp_path.chmod(0o500)
    home = Path("/proc/matinee") if Path("/proc/self").exists() else tmp_path / "home"
    with pytest.raises(InputError, match="MATINEE_HOME: expected a folder that can be written to"):
        Workspace(home).save(tables())


def test_damaged_tables_say_what_to_import_again(tmp_path):
    workspace = Workspace(tmp_path)
    folder = workspace.save(tables())
    path = folder / "ratings.parquet"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(
        InputError, match=r"expected what 'matinee import' wrote.*import tiny again"
    ):
        workspace.load()


def test_a_writer_killed_between_its_renames_leaves_the_old_tables(tmp_path):
    workspace = Workspace(tmp_path)
    folder = workspace.save(tables())
    folder.rename(folder.with_name(".tiny.previous"))
    assert_same(workspace.load("tiny"), tables())
    shutil.rmtree(folder.with_name(".tiny.previous"))
    assert workspace.names() == []


def test_folders_of_models_and_reports(tmp_path):
    workspace = Workspace(tmp_path)
    assert workspace.model_folder("tiny", "ease") == tmp_path / "models" / "tiny" / "ease"
    assert workspace.model_folder("a/b", "ease") != workspace.model_folder("a_b", "ease")
    assert workspace.reports_folder().is_dir()
    assert workspace.numba_folder().is_dir()


@pytest.mark.parametrize(
    "change",
    [
        {"name": 3},
        {"name": None},
        {"imported_ns": "soon"},
        {"imported_ns": None},
        {"scale": {"minimum": 9, "maximum": 5, "step": 1}},
        {"scale": None},
        {"published": 3},
    ],
)
def test_an_index_that_somebody_edited_is_a_message(tmp_path: Path, change: dict[str, object]):
    index = Workspace(tmp_path).save(tables()) / "tables.json"
    index.write_text(json.dumps(json.loads(index.read_text()) | change))
    with pytest.raises(InputError, match=r"expected (imported data|what 'matinee import' wrote)"):
        Workspace(tmp_path).load()


@pytest.mark.parametrize("name", ["movies", "ratings", "quarantine", "changes", "tags", "links"])
@pytest.mark.parametrize("damage", ["gone", "cut", "another table"])
def test_a_table_that_is_not_as_it_was_written_is_a_message(tmp_path: Path, name: str, damage: str):
    folder = Workspace(tmp_path).save(tables())
    path = folder / f"{name}.parquet"
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-20])
    else:
        pl.DataFrame({"x": [1]}).write_parquet(path)
    with pytest.raises(InputError, match=r"what 'matinee import' wrote, .*import tiny aga"):
        Workspace(tmp_path).load()


def test_any_bit_turned_in_a_table_is_read_or_a_message(tmp_path: Path):
    path = Workspace(tmp_path).save(tables()) / "movies.parquet"
    content = path.read_bytes()
    for at in range(0, len(content), 37):
        damaged = bytearray(content)
        damaged[at] ^= 16
        path.write_bytes(damaged)
        with suppress(InputError):
            Workspace(tmp_path).load()


def test_a_disk_that_fills_up_while_writing_is_a_message(tmp_path: Path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise pl.exceptions.ComputeError("parquet: No space left on device (os error 28)")

    Workspace(tmp_path).save(tables())
    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(InputError, match=r"MATINEE_HOME: expected a folder .*No space left on de"):
        Workspace(tmp_path).save(tables())
    monkeypatch.undo()
    assert_same(Workspace(tmp_path).load("tiny"), tables())
