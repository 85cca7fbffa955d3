"""Erasures of the live service: certificates made and checked, what is left, after a restore."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from matinee.cli.options import JsonOption
from matinee.cli.output import note, out, print_json, working
from matinee.cli.sources import place_compiled_code
from matinee.errors import InputError

if TYPE_CHECKING:
    from matinee.settings import Settings
    from matinee.store.opening import Store
    from matinee.store.workspace import Workspace


def erase_from_service(user: str, settings: "Settings") -> None:
    """Erase a viewer from the database and all that learnt from it; prints the certificate."""
    from matinee.store.opening import open_store
    from matinee.store.workspace import Workspace
    from matinee.training.erasing import erase_viewer

    store = open_store(settings)
    workspace, now = Workspace(settings.home), int(time.time())
    with working("erasing"):
        print_json(erase_viewer(store, workspace, user, now, settings.erasure_days))
    store.database.close()


def verify(
    certificate: Annotated[
        Path, typer.Argument(help="The file with the certificate; - reads standard input.")
    ],
    json: JsonOption = False,
) -> None:
    """Check a certificate of erasure: its signature, and what has become of what was pending.

    [bold]matinee forget 42 --data database > certificate.json[/bold]
    [bold]matinee verify certificate.json[/bold]
    """
    from matinee.settings import read_settings
    from matinee.store.erasures import hold_to_certificate, read_erasures
    from matinee.store.opening import open_store
    from matinee.training.erasing import settle_what_can_be

    text = _text(certificate)
    settings = read_settings()
    store, workspace, now = *_opened(settings, open_store), int(time.time())
    try:
        document = hold_to_certificate(store.key, text)
        settle_what_can_be(store, workspace, now)
        known = {each.number: each for each in read_erasures(store.database)}
    finally:
        store.database.close()
    number = document["number"]
    if number not in known:
        raise InputError(
            f"certificate: expected an erasure of this database, got {number}, of which it knows "
            "nothing; was it restored from a backup? 'matinee database replay-tombstones'"
        )
    settled = known[number].settled_at
    places = [_now(place, settled, now) for place in document["places"]]
    found = {"number": number, "signature": "valid", "settled_at": settled, "places": places}
    if json:
        print_json(found)
        return
    erased = _moment(document["erased_at"])
    out.print(f"[b]{number}[/b] signed with the key of this workspace, erased {erased}")
    for place in places:
        until = f" until {_moment(place['until'])}" if place["state"] == "pending" else ""
        more = f" ({escape(place['note'])})" if place["note"] else ""
        out.print(f"{place['state']}{until}: {escape(place['place'])}{more}", soft_wrap=True)


def export(
    user: Annotated[str, typer.Option("--user", help="The viewer, by id.")],
    out_file: Annotated[Path, typer.Option("--out", help="The ZIP file to write.")],
) -> None:
    """Everything that the service's database knows of a viewer, as one ZIP file.

    [bold]matinee database export --user 42 --out 42.zip[/bold]
    """
    from matinee.settings import read_settings
    from matinee.store.exporting import export as exported
    from matinee.store.opening import open_store

    store = open_store(read_settings())
    try:
        found = exported(store.database, user)
    finally:
        store.database.close()
    out_file.write_bytes(found)
    out.print(f"{escape(str(out_file))}: {len(found):,} bytes", soft_wrap=True)


def erasures(
    retrain: Annotated[
        bool, typer.Option("--retrain", help="Fit again now the models that are marked.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """What of erased viewers is left in models, and until when; what is late is removed.

    [bold]matinee database erasures --retrain[/bold]
    """
    from matinee.settings import read_settings
    from matinee.store.erasures import read_erasures
    from matinee.store.opening import open_store
    from matinee.training.erasing import settle_what_can_be, train_again

    settings = read_settings()
    place_compiled_code(settings)
    store, workspace = _opened(settings, open_store)
    try:
        with working("training again"):
            again = train_again(store, workspace, settings.seed) if retrain else []
        settle_what_can_be(store, workspace, int(time.time()))
        left = read_erasures(store.database, outstanding=True)
    finally:
        store.database.close()
    if json:
        waiting = [{"number": e.number, "due_at": e.due_at} for e in left]
        print_json({"trained_again": again, "outstanding": waiting})
        return
    for name in again:
        out.print(f"[b]{escape(name)}[/b] fitted again")
    for erasure in left:
        out.print(f"{erasure.number}: due {_moment(erasure.due_at)}")
    if left:
        note("models that 'train --data database' makes anew, or --retrain, settle them")
    else:
        out.print("nothing is left of erased viewers")


def replay_tombstones(json: JsonOption = False) -> None:
    """After a backup was restored: erase again the viewers who came back with it.

    [bold]matinee database replay-tombstones[/bold]

    Their tombstones are in tombstones.jsonl of the workspace, which no restore may overwrite.
    """
    from matinee.settings import read_settings
    from matinee.store.opening import open_store
    from matinee.training.erasing import replay_tombstones as replay

    settings = read_settings()
    place_compiled_code(settings)
    store, workspace = _opened(settings, open_store)
    try:
        with working("erasing"):
            count = replay(store, workspace, int(time.time()), settings.erasure_days)
    finally:
        store.database.close()
    if json:
        print_json({"erased": count})
    else:
        out.print(f"{count:,} viewers were back, and are erased again")


def _opened(settings: "Settings", open_store: Any) -> tuple["Store", "Workspace"]:
    from matinee.store.workspace import Workspace

    return open_store(settings), Workspace(settings.home)


def _text(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no text"
        raise InputError(f"{path}: expected a certificate to read, got {reason}") from None


def _now(place: dict[str, Any], settled: int | None, now: int) -> dict[str, Any]:
    """What was pending is done once the erasure is settled and its time, if it is memory, over."""
    over = place["until"] is not None and place["until"] <= now
    memory = place["place"] == "memory of workers"
    if place["state"] == "pending" and (over if memory else settled is not None):
        return place | {"state": "done", "until": None}
    return place


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
