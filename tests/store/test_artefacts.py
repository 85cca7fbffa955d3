import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from matinee.errors import ArtefactError
from matinee.store import artefacts
from matinee.store.artefacts import Manifest
from matinee.store.checked_files import Seen

ARRAYS = {
    "weights": np.arange(6, dtype=np.float32).reshape(2, 3),
    "counts": np.array([3, 1], np.int32),
}


def manifest(kind: str = "ease", ids: list[str] | None = None) -> Manifest:
    data = {"name": "tiny", "fingerprint": "ab"}
    item_ids = pl.Series(["m1", "ü\n2"] if ids is None else ids, dtype=pl.String)
    return Manifest(kind, {"ridge": 100.0}, item_ids, data, {"ndcg@10": 0.25})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    artefacts.write(tmp_path / "ease", manifest(), ARRAYS)
    return tmp_path / "ease"


def edit(folder: Path, **changes: object) -> None:
    """Change fields of the manifest and seal it again, as another program could."""
    document = json.loads((folder / "manifest.json").read_bytes()) | changes
    del document["sha256"]
    (folder / "manifest.json").write_bytes(artefacts._sealed(document))


plain = st.one_of(
    stn.boolean_dtypes(), stn.integer_dtypes(), stn.floating_dtypes(), stn.unicode_string_dtypes()
)
arrays = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
    stn.arrays(plain, stn.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)),
    max_size=3,
)
values = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text())
texts = st.text(st.characters(codec="utf-8"))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(arrays, st.lists(texts, unique=True), st.dictionaries(texts, values, max_size=3))
def test_what_is_written_is_read_back(tmp_path, arrays, ids, metrics):
    written = Manifest("als", metrics, pl.Series(ids, dtype=pl.String), {"name": "x"}, metrics)
    artefacts.write(tmp_path / "model", written, arrays)
    found, read = artefacts.read(tmp_path / "model")
    assert found.item_ids.to_list() == ids
    assert (found.kind, found.recipe, found.metrics) == ("als", metrics, metrics)
    assert found.versions["numpy"] == np.__version__
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


def test_arrays_are_mapped_and_cannot_be_written_to(folder):
    _, read = artefacts.read(folder)
    assert isinstance(read["weights"].base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        read["weights"][0, 0] = 1


@pytest.mark.parametrize("name", ["manifest.json", "items.json", "weights.npy", "counts.npy"])
def test_any_byte_changed_in_any_file_is_found(folder, name):
    path = folder / name
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for place, byte in enumerate(whole):
        changed = bytearray(whole)
        changed[place] = (byte + int(rng.integers(1, 256))) % 256
        path.write_bytes(changed)
        with pytest.raises(ArtefactError, match=str(folder)):
            artefacts.read(folder)
    path.write_bytes(whole)
    artefacts.read(folder)


@pytest.mark.parametrize("name", ["manifest.json", "items.json", "weights.npy"])
def test_a_truncated_file_is_damaged(folder, name):
    path = folder / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ArtefactError, match=f"{name}: expected"):
        artefacts.read(folder)


def test_a_missing_file_is_named(folder):
    (folder / "weights.npy").unlink()
    with pytest.raises(ArtefactError, match=r"weights\.npy: expected 152 bytes, got No such file"):
        artefacts.read(folder)


def test_a_file_that_is_not_listed_is_named_and_hidden_ones_are_let_be(folder):
    (folder / ".DS_Store").write_text("x")
    artefacts.read(folder)
    (folder / "more.npy").write_text("x")
    with pytest.raises(ArtefactError, match=r"got also 'more\.npy' \(1\)"):
        artefacts.read(folder)


@pytest.mark.parametrize(
    ("array", "found"), [(np.zeros((2, 3)), "<f8"), (np.zeros((3, 2), np.float32), r"\(3, 2\)")]
)
def test_an_array_of_another_type_or_shape_is_refused(folder, array, found):
    document = json.loads((folder / "manifest.json").read_bytes())
    path = folder / "weights.npy"
    np.save(path, array)
    entry = {"bytes": path.stat().st_size, "sha256": artefacts._sha256(path)}
    document["files"]["weights.npy"] |= entry
    edit(folder, files=document["files"])
    with pytest.raises(ArtefactError, match=rf"expected <f4 of shape \(2, 3\), got .*{found}"):
        artefacts.read(folder)


def test_a_pickled_array_is_never_loaded(folder):
    path = folder / "weights.npy"
    np.save(path, np.array([object()]), allow_pickle=True)
    document = json.loads((folder / "manifest.json").read_bytes())
    entry = {"bytes": path.stat().st_size, "sha256": artefacts._sha256(path)}
    document["files"]["weights.npy"] |= entry
    edit(folder, files=document["files"])
    with pytest.raises(ArtefactError, match=r"weights\.npy: expected"):
        artefacts.read(folder)


def test_a_manifest_cannot_point_outside_the_folder(folder):
    outside = folder.parent / "outside.npy"
    np.save(outside, np.zeros(1))
    files = json.loads((folder / "manifest.json").read_bytes())["files"]
    edit(folder, files=files | {"../outside.npy": files["counts.npy"]})
    with pytest.raises(ArtefactError, match=r"expected names of \.npy files, got '\.\./outside"):
        artefacts.read(folder)


def test_a_foreign_folder_is_named_with_what_is_in_it(tmp_path):
    with pytest.raises(ArtefactError, match="nothing: expected an artefact folder, got none"):
        artefacts.read(tmp_path / "nothing")
    (tmp_path / "weights.bin").write_text("x")
    with pytest.raises(ArtefactError, match=r"expected manifest\.json, got 'weights\.bin' \(1\)"):
        artefacts.read(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": "another"}')
    with pytest.raises(
        ArtefactError, match="expected the format 'matinee artefact', got 'another'"
    ):
        artefacts.read(tmp_path)
    (tmp_path / "manifest.json").write_text("[1]")
    with pytest.raises(ArtefactError, match="expected the format 'matinee artefact', got 'list'"):
        artefacts.read(tmp_path)


def test_a_newer_format_says_who_wrote_it(folder):
    edit(folder, version=2, versions={"matinee": "9.1"})
    with pytest.raises(ArtefactError, match=r"expected format version 1, got 2, .*'9\.1'"):
        artefacts.read(folder)


def test_a_manifest_without_a_field_is_refused(folder):
    document = json.loads((folder / "manifest.json").read_bytes())
    edit(folder, recipe=None)
    with pytest.raises(ArtefactError, match="expected the fields of format version 1"):
        artefacts.read(folder)
    edit(folder, recipe=document["recipe"], files=3)
    with pytest.raises(ArtefactError, match="expected the fields of format version 1"):
        artefacts.read(folder)


def test_objects_and_odd_names_are_not_stored(tmp_path):
    with pytest.raises(ArtefactError, match="expected arrays of plain values"):
        artefacts.write(tmp_path / "a", manifest(), {"x": np.array([object()])})
    with pytest.raises(ArtefactError, match=r"got '\.\./x'"):
        artefacts.write(tmp_path / "a", manifest(), {"../x": np.zeros(1)})
    assert not list(tmp_path.iterdir())


def test_a_new_artefact_takes_the_place_of_the_old_and_leaves_nothing_behind(folder):
    artefacts.write(folder, manifest("bias"), {"level": np.zeros(2)})
    found, read = artefacts.read(folder)
    assert (found.kind, list(read)) == ("bias", ["level"])
    assert [path.name for path in folder.parent.iterdir()] == ["ease"]


def test_a_mapped_array_outlives_its_replacement(folder):
    _, read = artefacts.read(folder)
    artefacts.write(folder, manifest("bias"), {"level": np.zeros(2)})
    np.testing.assert_array_equal(read["weights"], ARRAYS["weights"])


def test_a_writer_that_fails_leaves_the_old_artefact(folder):
    with pytest.raises(ValueError, match="not JSON compliant"):
        artefacts.write(folder, Manifest("bias", {"x": np.inf}, pl.Series(["a"]), {}), ARRAYS)
    assert artefacts.read(folder)[0].kind == "ease"
    assert [path.name for path in folder.parent.iterdir()] == ["ease"]


def test_a_writer_killed_between_its_renames_leaves_the_old_artefact(folder):
    folder.rename(folder.with_name(".ease.previous"))
    assert artefacts.exists(folder)
    assert artefacts.read(folder)[0].kind == "ease"
    artefacts.write(folder, manifest("bias"), ARRAYS)
    assert artefacts.read(folder)[0].kind == "bias"


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
import numpy as np, polars as pl
from matinee.store.artefacts import Manifest, write
arrays = {name: np.full(100_000, 7.0) for name in "abcdefgh"}
print("ready", flush=True)
for k in range(1_000_000):
    kind = f"kind{k}"
    write(Path(sys.argv[1]), Manifest(kind, {}, pl.Series(["a"]), {}), arrays)
    print(kind, flush=True)
"""


def test_a_killed_writer_leaves_a_whole_artefact(folder):
    """Killed at several moments of writing; what is there is whole, and no older than promised."""
    for wait in (0.0, 0.011, 0.017, 0.023):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            try:
                writer.wait(wait)
            except subprocess.TimeoutExpired:
                os.kill(writer.pid, signal.SIGKILL)
            done = writer.stdout.read().split()
        kind = artefacts.read(folder)[0].kind
        if done:
            assert kind in (done[-1], f"kind{len(done)}")


def test_a_temporary_folder_of_a_dead_writer_is_removed_after_a_day(folder):
    old = folder.with_name(".ease.0a.partial")
    recent = folder.with_name(".ease.0b.partial")
    for path in (old, recent):
        path.mkdir()
    os.utime(old, (0, 0))
    artefacts.write(folder, manifest(), ARRAYS)
    assert not old.exists()
    assert recent.exists()


def test_a_disk_that_refuses_is_an_artefact_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArtefactError, match="expected to write it, got File exists"):
        artefacts.write(tmp_path / "file" / "ease", manifest(), ARRAYS)


def test_a_replacement_while_reading_is_read_again(folder, tmp_path, monkeypatch):
    """The folder is swapped just after its manifest was read."""
    artefacts.write(tmp_path / "next", manifest("bias"), {"weights": np.ones(4)})
    first = artefacts._manifest_bytes

    def swap(place: Path) -> bytes:
        text = first(place)
        if (tmp_path / "next").exists():
            shutil.rmtree(folder)
            (tmp_path / "next").rename(folder)
        return text

    monkeypatch.setattr(artefacts, "_manifest_bytes", swap)
    found, read = artefacts.read(folder)
    assert found.kind == "bias"
    np.testing.assert_array_equal(read["weights"], np.ones(4))


def test_writers_and_readers_at_once_see_whole_artefacts(folder):
    """Two threads replace it again and again; a reader always finds one of theirs."""
    stop = threading.Event()
    failures: list[Exception] = []

    def replace(value: float) -> None:
        try:
            while not stop.wait(0.01):
                artefacts.write(folder, manifest(f"kind{value}"), {"x": np.full(500, value)})
        except ArtefactError as error:
            failures.append(error)

    writers = [threading.Thread(target=replace, args=(value,)) for value in (1.0, 2.0)]
    for writer in writers:
        writer.start()
    kinds = set()
    try:
        reads = 0
        while reads < 100 or (len(kinds) < 2 and reads < 100_000):  # a disk may be slow to write
            reads += 1
            found, read = artefacts.read(folder)
            kinds.add(found.kind)
            if found.kind != "ease":
                assert set(read["x"]) == {float(found.kind.removeprefix("kind"))}
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not failures
    assert len(kinds) > 1


def test_a_large_file_is_checked_once_and_again_when_it_was_written_to(tmp_path: Path) -> None:
    path = tmp_path / "weights.npy"
    path.write_bytes(bytes(1_000_000))
    os.utime(path)

    def seen() -> Seen:
        with path.open("rb") as file:
            return Seen.of(file)

    seen().keep(path, "digest")
    assert not seen().before(path, "digest")  # it changed a moment ago
    old = replace(seen(), changed_ns=seen().changed_ns - 10**10)
    old.keep(path, "digest")
    assert old.before(path, "digest")
    assert not old.before(path, "another")
    assert not seen().before(path, "digest")
    small = replace(old, size=10)
    small.keep(path, "digest")
    assert not small.before(path, "digest")
