"""A bucket of a server on this machine, and services that share it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from matinee.settings import Settings


@dataclass
class Bucket:
    """A bucket of a server on this machine."""

    server: Any
    client: Any

    def names(self) -> set[str]:
        """The versions that have files in it."""
        found = self.client.list_objects_v2(Bucket="models").get("Contents", [])
        return {each["Key"].split("/")[1] for each in found}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    import boto3  # two seconds, and few tests need a bucket
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    httpx.post(f"http://{host}:{port}/moto-api/reset")  # what tests before this one left
    client = boto3.client("s3")
    client.create_bucket(Bucket="models")
    yield Bucket(server, client)
    server.stop()


def settings_of(home: Path, url: str) -> Settings:
    """Of one service among several on a database and a bucket."""
    return Settings(
        home=home,
        database_url=SecretStr(url),
        secret=SecretStr("the same for all services of it"),
        artefacts="s3://models/matinee",
    )
