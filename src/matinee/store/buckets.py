"""Versions in an S3-compatible bucket: services with workspaces of their own swap together."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matinee.errors import ArtefactError, InputError, MissingPackage
from matinee.store.folders import current, replaced
from matinee.store.version_places import FolderPlaces, VersionPlaces

_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9._-]+)*)/?")
_FILES = "files.json"  # written last: what a version consists of
_CACHED = 3  # versions whose files a workspace keeps


def version_places(home: Path, artefacts: str | None) -> VersionPlaces:
    """Where MATINEE_ARTEFACTS says: a bucket, or by default folders of the workspace.

    InputError for an address that is none, MissingPackage without boto3. The bucket is asked for
    nothing yet; region, credentials and AWS_ENDPOINT_URL are those of boto3.
    """
    if artefacts is None:
        return FolderPlaces(home)
    bucket, prefix = _address(artefacts)
    return BucketPlaces(FolderPlaces(home), bucket, prefix, _boto3().client("s3"))


def reach(artefacts: str) -> None:
    """Ask a bucket whether it is there; ArtefactError within seconds where it does not answer.

    InputError and MissingPackage as `version_places`.
    """
    bucket, _ = _address(artefacts)
    boto3 = _boto3()
    from botocore.config import Config  # noqa: PLC0415  an extra

    quick = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1})
    with _told(f"s3://{bucket}"):
        boto3.client("s3", config=quick).head_bucket(Bucket=bucket)


def _address(artefacts: str) -> tuple[str, str]:
    """Bucket and prefix."""
    found = _ADDRESS.fullmatch(artefacts)
    if found is None:
        raise InputError(
            f"MATINEE_ARTEFACTS: expected such as s3://bucket/folder, got {artefacts!r}"
        )
    return found[1], found[2].strip("/")


def _boto3() -> Any:
    try:
        import boto3  # noqa: PLC0415  an extra
    except ImportError:
        raise MissingPackage(
            "MATINEE_ARTEFACTS: expected boto3 for a bucket, got none; install matinee[s3]"
        ) from None
    return boto3


@dataclass(frozen=True, slots=True, eq=False)
class BucketPlaces:
    """The bucket is the truth; a workspace has copies of the versions that it used last."""

    copies: FolderPlaces
    bucket: str
    prefix: str
    client: Any  # boto3's, which several threads may use

    def local(self, artefact_id: str) -> Path:
        """The folder of its copy."""
        return self.copies.local(artefact_id)

    def keep(self, artefact_id: str) -> str:
        """Upload the files, and last the list of them: without that there is no version."""
        folder = self.local(artefact_id)
        names = sorted(
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        )
        place = f"s3://{self.bucket}/{self._key(artefact_id)}"
        with _told(place):
            for name in names:
                key = f"{self._key(artefact_id)}/{name}"
                self.client.upload_file(str(folder / name), self.bucket, key)
            self.client.put_object(
                Bucket=self.bucket,
                Key=f"{self._key(artefact_id)}/{_FILES}",
                Body=json.dumps(names).encode(),
            )
        return place

    def fetch(self, artefact_id: str, place: str) -> Path:
        """The copy; downloaded from the place that the index names where there is none yet.

        Several workers may do so at once: each into a folder of its own, and one takes its place.
        """
        folder = self.local(artefact_id)
        if current(folder).is_dir():
            return folder
        found = _ADDRESS.fullmatch(place)
        if found is None:
            raise ArtefactError(
                f"version {artefact_id}: expected it in a bucket, got {place}; it was made without "
                "MATINEE_ARTEFACTS: make another"
            )
        bucket, key = found[1], found[2].strip("/")
        with _told(place):
            names = json.loads(self._read(bucket, f"{key}/{_FILES}"))
            with replaced(folder) as temporary:
                for name in names:
                    target = _within(temporary, name, place)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    self.client.download_file(bucket, f"{key}/{name}", str(target))
        self._forget_old(artefact_id)
        return folder

    def remove(self, artefact_id: str) -> None:
        """Delete the list first, then the files, then the copy."""
        self.copies.remove(artefact_id)
        key = self._key(artefact_id)
        with _told(f"s3://{self.bucket}/{key}"):
            try:
                names = json.loads(self._read(self.bucket, f"{key}/{_FILES}"))
            except self.client.exceptions.NoSuchKey:
                return
            for name in (_FILES, *names):
                self.client.delete_object(Bucket=self.bucket, Key=f"{key}/{name}")

    def drop(self, artefact_id: str) -> None:
        """Delete the copy; the bucket is asked for nothing."""
        self.copies.remove(artefact_id)

    def _key(self, artefact_id: str) -> str:
        self.local(artefact_id)  # an id, and nothing that leads elsewhere
        return f"{self.prefix}/{artefact_id}" if self.prefix else artefact_id

    def _read(self, bucket: str, key: str) -> bytes:
        body: bytes = self.client.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def _forget_old(self, artefact_id: str) -> None:
        """Remove the oldest copies; what is mapped by a program stays until it lets go."""
        parent = self.local(artefact_id).parent
        others = sorted(
            path
            for path in parent.iterdir()
            if path.is_dir() and not path.name.startswith(".") and path.name != artefact_id
        )
        for path in others[: -(_CACHED - 1)]:
            shutil.rmtree(path, ignore_errors=True)


def _within(folder: Path, name: object, place: str) -> Path:
    """Where a file of a version goes: never outside its folder, whatever the bucket says."""
    target = (folder / str(name)).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise ArtefactError(f"{place}: expected names of files in it, got {str(name)!r}")
    return target


@contextmanager
def _told(place: str) -> Iterator[None]:
    """What the bucket or the disk refuses, as one sentence."""
    from boto3.exceptions import Boto3Error  # noqa: PLC0415  an extra
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error, OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ArtefactError(f"{place}: expected the bucket to answer, got {reason}") from error
