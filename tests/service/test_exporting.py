"""Everything that is known of a viewer, in one ZIP file; nothing of anybody else."""

import io
import json
import zipfile

import polars as pl
from tests.service.conftest import Service, event


def test_an_export_has_what_is_known_of_the_viewer_and_of_nobody_else(service: Service) -> None:
    service.send(event("add_to_list", "m13", user_id="u5"), event("like", "m12", user_id="u8"))
    service.ask("PUT", "/v1/users/u5/consent", json={"experiments": False})
    service.ask("PUT", "/v1/users/u5/taste/taken_out/m11")
    found = service.ask("GET", "/v1/users/u5/export")
    assert found.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    named = {name for name in files if name != "README.txt"}
    assert all(name in files["README.txt"].decode() for name in named)
    events = pl.read_csv(files["events.csv"])
    assert events["user_id"].unique().to_list() == ["u5"]
    own = service.tables.ratings.filter(pl.col("user_id") == "u5")
    assert pl.read_csv(files["ratings.csv"]).height == own.height
    assert pl.read_csv(files["list.csv"])["item_id"].to_list() == ["m13"]
    assert json.loads(files["consent.json"])["experiments"] is False
    assert json.loads(files["profile.json"])["taken_out"] == ["m11"]
    taste = json.loads(files["taste.json"])
    assert {film["item_id"] for film in taste["films"]} >= set(own["item_id"])
    assert "pages.csv" in files
    assert service.ask("GET", "/v1/users/u5/export", key="ingest").status_code == 403
