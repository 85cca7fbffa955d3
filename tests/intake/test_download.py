"""Downloads from a loopback server that misbehaves in the ways that real ones do."""

import hashlib
import io
import re
import socket
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from matinee.errors import DownloadError, InputError
from matinee.intake import download as module
from matinee.intake.download import PUBLIC, get
from matinee.intake.transfer import download

QUICK = (0.0, 0.0)


def zip_bytes(size=300_000):
    """A zip whose content hardly compresses: many pieces on the wire."""
    content = b"".join(hashlib.sha256(str(k).encode()).digest() for k in range(size // 32))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ml/ratings.csv", content)
    return buffer.getvalue()


CONTENT = zip_bytes()


@dataclass
class Behaviour:
    """What the server serves, and how it misbehaves; `requests` is what it was asked."""

    files: dict[str, bytes]
    drop_at: list[int | None] = field(default_factory=list)  # bytes sent before each drop
    ranges: bool = True
    etag: bool = True
    busy: int = 0  # answers 503 so many times
    change: dict[str, bytes] = field(default_factory=dict)  # the files after the first drop
    requests: list[tuple[str, str | None]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        behaviour = self.server.behaviour
        asked = self.headers.get("Range")
        behaviour.requests.append((self.path, asked))
        if behaviour.busy:
            behaviour.busy -= 1
            self.send_error(503)
            return
        if self.path not in behaviour.files:
            self.send_error(404)
            return
        content = behaviour.files[self.path]
        etag = f'"{hashlib.md5(content).hexdigest()}"'
        start = 0
        if asked and behaviour.ranges and self.headers.get("If-Range") == etag:
            start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if behaviour.etag:
            self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        drop = behaviour.drop_at.pop(0) if behaviour.drop_at else None
        self.wfile.write(content[start:][:drop])
        if drop is not None:
            behaviour.files |= behaviour.change
            self.close_connection = True

    def log_message(self, *args):
        """Silent: the test's output is the test's."""


@contextmanager
def server(behaviour):
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.behaviour = behaviour
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{httpd.server_port}"
        finally:
            httpd.shutdown()
            thread.join()


def fetch(behaviour, tmp_path, name="ml-32m", **options):
    lines = []
    with server(behaviour) as address:
        path = get(
            name, tmp_path, url=f"{address}/data.zip", say=lines.append, waits=QUICK, **options
        )
    return path, lines


def test_a_data_set_arrives_whole_and_leaves_nothing_else(tmp_path):
    md5 = hashlib.md5(CONTENT).hexdigest()
    behaviour = Behaviour({"/data.zip": CONTENT, "/data.zip.md5": f"{md5}  data.zip".encode()})
    steps = []
    path, lines = fetch(behaviour, tmp_path, progress=lambda *step: steps.append(step))
    assert path.read_bytes() == CONTENT
    assert [file.name for file in tmp_path.iterdir()] == ["ml-32m.zip"]
    assert steps[0] == (0, len(CONTENT))
    assert steps[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert "licence: GroupLens" in lines[0]
    assert f"md5 {md5} verified" in lines[1]


def test_a_dropped_connection_goes_on_where_it_stopped(tmp_path):
    behaviour = Behaviour({"/data.zip": CONTENT}, drop_at=[100_000])
    path, lines = fetch(behaviour, tmp_path)
    assert path.read_bytes() == CONTENT
    (_, first), (_, second), *_ = behaviour.requests
    assert first is None
    begun = int(re.fullmatch(r"bytes=(\d+)-", second)[1])
    assert 0 < begun <= 100_000
    assert "no checksum is published" in lines[-1]


def test_a_server_without_ranges_is_asked_from_zero(tmp_path):
    behaviour = Behaviour({"/data.zip": CONTENT}, drop_at=[100_000], ranges=False)
    path, _ = fetch(behaviour, tmp_path)
    assert path.read_bytes() == CONTENT


def test_without_a_version_of_the_file_nothing_is_joined(tmp_path):
    behaviour = Behaviour({"/data.zip": CONTENT}, drop_at=[100_000], etag=False)
    path, _ = fetch(behaviour, tmp_path)
    assert path.read_bytes() == CONTENT
    assert {asked for _, asked in behaviour.requests} == {None}


def test_a_file_that_changed_meanwhile_starts_from_zero(tmp_path):
    new = zip_bytes(200_000)
    behaviour = Behaviour({"/data.zip": CONTENT}, drop_at=[100_000], change={"/data.zip": new})
    path, _ = fetch(behaviour, tmp_path)
    assert path.read_bytes() == new


def test_a_later_command_goes_on_with_the_part_of_an_earlier_one(tmp_path):
    behaviour = Behaviour({"/data.zip": CONTENT}, drop_at=[150_000, 0, 0, 0, 0])
    with server(behaviour) as address:
        with pytest.raises(DownloadError, match=r"got \d+,\d+ bytes .*run the command again"):
            get("ml-32m", tmp_path, url=f"{address}/data.zip", waits=QUICK)
        assert not (tmp_path / "ml-32m.zip").exists()
        behaviour.drop_at.clear()
        asked = len(behaviour.requests)
        path = get("ml-32m", tmp_path, url=f"{address}/data.zip", waits=QUICK)
    assert path.read_bytes() == CONTENT
    assert behaviour.requests[asked][1].startswith("bytes=")


def test_a_busy_server_is_asked_again(tmp_path):
    path, _ = fetch(Behaviour({"/data.zip": CONTENT}, busy=2), tmp_path)
    assert path.read_bytes() == CONTENT


def test_a_wrong_checksum_removes_the_file(tmp_path):
    wrong = "MD5 (data.zip) = " + "0" * 32
    behaviour = Behaviour({"/data.zip": CONTENT, "/data.zip.md5": wrong.encode()})
    with pytest.raises(DownloadError, match=f"expected md5 {'0' * 32}, got .*was removed"):
        fetch(behaviour, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_known_checksum_is_asked_of_a_mirror_too(tmp_path):
    known = PUBLIC["ml-latest-small"].sources[0].sha256
    with pytest.raises(DownloadError, match=f"expected sha256 {known}, got"):
        fetch(Behaviour({"/data.zip": CONTENT}), tmp_path, "ml-latest-small")
    assert not list(tmp_path.iterdir())


def test_a_zip_without_checksum_has_to_be_whole(tmp_path):
    with pytest.raises(DownloadError, match="expected a whole zip, got a truncated or damaged"):
        fetch(Behaviour({"/data.zip": CONTENT[:-500]}), tmp_path)
    spoilt = bytearray(CONTENT)
    spoilt[5000] ^= 255
    with pytest.raises(DownloadError, match=r"got a damaged 'ml/ratings.csv'"):
        fetch(Behaviour({"/data.zip": bytes(spoilt)}), tmp_path)


def test_a_file_that_is_gone_says_so_at_once(tmp_path):
    behaviour = Behaviour({})
    with pytest.raises(DownloadError, match="404 Not Found: the publisher moved it"):
        fetch(behaviour, tmp_path)
    assert len(behaviour.requests) == 1


def test_a_machine_without_network_says_where_to_put_the_file(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/data.zip"
    with pytest.raises(DownloadError, match=r"online\?; ml-32m\.zip can also be fetched"):
        get("ml-32m", tmp_path, url=url, waits=QUICK)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk to offer")
def test_a_full_disk_says_so(tmp_path):
    (tmp_path / "file.zip.part").symlink_to("/dev/full")
    with (
        server(Behaviour({"/data.zip": CONTENT})) as address,
        pytest.raises(DownloadError, match=r"file\.zip\.part: expected room on the disk"),
    ):
        download(f"{address}/data.zip", tmp_path / "file.zip.part", waits=QUICK)


def test_a_copy_that_is_there_is_taken_without_network(tmp_path):
    elsewhere = tmp_path / "data"
    elsewhere.mkdir()
    (elsewhere / "ml-10m.zip").write_bytes(CONTENT)
    assert get("ml-10m", tmp_path, elsewhere) == elsewhere / "ml-10m.zip"
    (tmp_path / "ml-10m.zip").write_bytes(CONTENT)
    assert get("ml-10m", tmp_path) == tmp_path / "ml-10m.zip"
    assert get("ml-10m", tmp_path, elsewhere) == elsewhere / "ml-10m.zip"


def test_a_damaged_copy_is_named_and_left_alone(tmp_path):
    for name in ("ml-latest-small.zip", "tmdb-5000.zip"):
        file = tmp_path / name
        file.write_bytes(CONTENT[:1000])
        with pytest.raises(DownloadError, match=rf"{name}: expected .*, got "):
            get(file.stem, tmp_path)
        assert file.exists()


def test_a_data_set_behind_an_account_says_where_it_is_and_where_to_put_it(tmp_path):
    with pytest.raises(DownloadError, match=r"kaggle\.com.* save it as .*tmdb-5000\.zip"):
        get("tmdb-5000", tmp_path)


def test_an_unknown_name_lists_the_known_ones(tmp_path):
    with pytest.raises(InputError, match=r"ml-latest-small, .*got 'ml-5b'"):
        get("ml-5b", tmp_path)


def test_several_files_become_one_zip(tmp_path, monkeypatch):
    files = {"ratings.dat": b"1::2::3::4\n", "movies.dat": b"2::Heat (1995)::Crime\n"}
    known = PUBLIC["movietweetings"]
    sources = tuple(
        replace(source, sha256=hashlib.sha256(files[Path(source.url).name]).hexdigest())
        for source in known.sources
    )
    monkeypatch.setitem(module.PUBLIC, "movietweetings", replace(known, sources=sources))
    with server(Behaviour({f"/{name}": content for name, content in files.items()})) as address:
        path = get("movietweetings", tmp_path, url=address, waits=QUICK)
    assert [file.name for file in tmp_path.iterdir()] == ["movietweetings-100k.zip"]
    with zipfile.ZipFile(path) as archive:
        assert {n: archive.read(f"movietweetings/{n}") for n in files} == files


@pytest.mark.data
def test_the_known_checksums_are_those_of_the_real_files(real_data, tmp_path):
    lines = []
    assert get("ml-latest-small", tmp_path, real_data, say=lines.append).parent == real_data
    assert "verified" in lines[-1]
    with zipfile.ZipFile(real_data / "movietweetings-100k.zip") as archive:
        for source in PUBLIC["movietweetings"].sources:
            content = archive.read(f"movietweetings/{Path(source.url).name}")
            assert hashlib.sha256(content).hexdigest() == source.sha256
