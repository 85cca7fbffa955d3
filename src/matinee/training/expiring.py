"""What is too old leaves the database, and each workspace of it follows."""

from dataclasses import dataclass, field

from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.store import lake
from matinee.store.folders import written_at
from matinee.store.opening import Store
from matinee.store.retention import Expired, Expiry, Retention, expire, last_expiry, run_is_due
from matinee.store.workspace import Workspace
from matinee.training.from_events import DATABASE, tables_of_signals
from matinee.training.learnt import bring_up_to_date


@dataclass(slots=True)
class Keeper:
    """Looks, now and then, after what a workspace of the database may still hold."""

    store: Store
    workspace: Workspace
    retention: Retention
    followed: Expiry = field(default_factory=Expiry)

    def expire(self, actor: str, now: int) -> Expired:
        """Delete what is too old, and have this workspace follow."""
        found = expire(self.store.database, self.retention, actor, now)
        self.follow()
        return found

    def look(self, actor: str, now: int) -> None:
        """Do the daily run, where it is due and nobody else of this database does it."""
        if any(self.retention.limits(now)) and run_is_due(self.store.database, now):
            expire(self.store.database, self.retention, actor, now)

    def follow(self) -> bool:
        """Have lake and sums over viewers hold no expired event; whether any expired since."""
        expiry = last_expiry(self.store.database)
        if expiry == self.followed:
            return False
        lake.follow(self.store.log, self.store.lake)
        folders = self.workspace.statistic_folders(DATABASE)
        if any(written_at(folder) < expiry.at + 1 for folder in folders):
            self._sums()
        self.followed = expiry
        return True

    def _sums(self) -> None:
        try:
            data = Dataset.from_tables(tables_of_signals(self.store.database))
        except InputError:  # nothing is left to learn from
            data = None
        with self.workspace.change() as change:
            if data is None:
                for folder in self.workspace.statistic_folders(DATABASE):
                    change.remove(folder)
                return
            for _ in bring_up_to_date(self.workspace, change, data):
                pass
