"""Where versions are kept: folders of the workspace, side by side."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from matinee.errors import ArtefactError
from matinee.store.folders import current

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


class VersionPlaces(Protocol):
    """What keeps the files of versions."""

    def local(self, artefact_id: str) -> Path:
        """A folder of this machine, to write a new version into; not there yet."""
        ...

    def keep(self, artefact_id: str) -> str:
        """Keep what was written there; the place, as the index names it."""
        ...

    def fetch(self, artefact_id: str, place: str) -> Path:
        """The folder of this machine with the files; ArtefactError where they are not there."""
        ...

    def remove(self, artefact_id: str) -> None:
        """Have its files no more, where they are kept and on this machine."""
        ...

    def drop(self, artefact_id: str) -> None:
        """Have its files no more on this machine."""
        ...


@dataclass(frozen=True, slots=True)
class FolderPlaces:
    """Folders of one workspace, which every service of the database must see."""

    home: Path

    def local(self, artefact_id: str) -> Path:
        """Its folder; ArtefactError for an id that is none, such as one that leads elsewhere."""
        if not _ID.fullmatch(artefact_id):
            raise ArtefactError(f"version: expected an id of the index, got {artefact_id!r}")
        return self.home.absolute() / "versions" / artefact_id

    def keep(self, artefact_id: str) -> str:
        """It is kept already."""
        return str(self.local(artefact_id))

    def fetch(self, artefact_id: str, place: str) -> Path:
        """The folder of this workspace, or that which the index names."""
        for folder in (self.local(artefact_id), Path(place)):
            if current(folder).is_dir():
                return folder
        raise ArtefactError(
            f"version {artefact_id}: expected its files in {place}, got no such folder; services "
            "of several workspaces need a bucket: MATINEE_ARTEFACTS=s3://BUCKET/PREFIX"
        )

    def remove(self, artefact_id: str) -> None:
        """Delete the folder of this workspace, no other."""
        shutil.rmtree(self.local(artefact_id), ignore_errors=True)

    def drop(self, artefact_id: str) -> None:
        """The same: there is no other copy."""
        self.remove(artefact_id)
