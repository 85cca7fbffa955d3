"""The card of what serves: what it learnt from, its settings, its quality, what not to conclude."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from matinee.errors import MatineeError
from matinee.reports.model_card import NOT_CONCLUDED, PURPOSE
from matinee.service.served import Served, newest_folder
from matinee.service.worker import Worker
from matinee.store import artefacts
from matinee.store.artefacts import Manifest
from matinee.store.folders import current
from matinee.store.index import version
from matinee.training.policy_keeping import MODEL
from matinee.web.studio.words import moment, plain

_COUNTS = (("users", "viewers"), ("items", "films"), ("interactions", "ratings and signals"))


@dataclass(frozen=True, slots=True)
class Part:
    """One heading: facts by name, or sentences."""

    heading: str
    facts: Sequence[tuple[str, str]] = ()
    lines: Sequence[str] = ()


def card_of(worker: Worker, served: Served, document: Mapping[str, Any] | None) -> list[Part]:
    """All parts. `document` is what looking into it found, where that is done."""
    manifest = _manifest(worker, served)
    parts = [Part("What it is", _what(served, manifest))]
    if manifest is None:
        lines = ["Nothing is trained: films are ordered by what most people like."]
        return [*parts, Part("What it learnt from", lines=lines)]
    parts.append(Part("What it learnt from", _learnt(manifest)))
    parts.append(Part("Settings", [(n, plain(v)) for n, v in manifest.recipe.items()]))
    if (policy := served.maker.policy) is not None and policy.policy.ranker is not None:
        recipe = policy.policy.ranker
        settings = [(f.name, plain(getattr(recipe, f.name))) for f in fields(recipe)]
        parts.append(Part("Ranker", [("kind", recipe.kind), *settings]))
    parts.append(Part("How good it is", lines=_quality(worker, served, document)))
    parts.append(Part("What it is for", lines=[PURPOSE]))
    return [*parts, Part("What must not be concluded", lines=NOT_CONCLUDED)]


def _manifest(worker: Worker, served: Served) -> Manifest | None:
    """Of the model, or of a policy's first stage; None where nothing trained serves."""
    try:
        if served.artefact_id is not None:
            kept = version(worker.store.database, served.artefact_id)
            folder = worker.store.versions.fetch(kept.artefact_id, kept.place)
        elif (newest := newest_folder(worker.live.workspace)) is not None:
            folder = newest
        else:
            return None
        if not artefacts.exists(folder):
            folder = current(folder) / MODEL
        return artefacts.manifest_of(folder)
    except MatineeError:
        return None


def _what(served: Served, manifest: Manifest | None) -> list[tuple[str, str]]:
    found = [("Serves as", served.name)]
    if served.artefact_id is not None:
        found.append(("Version", served.artefact_id))
    if manifest is not None:
        found.append(("Model", manifest.kind))
        found += [(name, text) for name, text in manifest.versions.items()]
    return found


def _learnt(manifest: Manifest) -> list[tuple[str, str]]:
    data = manifest.data
    found = [("Data", str(data.get("name", "unknown")))]
    found += [(word.capitalize(), f"{data[key]:,}") for key, word in _COUNTS if key in data]
    if data.get("seconds"):
        found.append(("Training took", f"{data['seconds']:.1f} s"))
    if data.get("stale"):
        found.append(("To be trained again", str(data["stale"])))
    found.append(("Fingerprint of the data", str(data.get("fingerprint", "unknown"))))
    return found


def _quality(worker: Worker, served: Served, document: Mapping[str, Any] | None) -> list[str]:
    found = []
    if served.artefact_id is not None:
        kept = version(worker.store.database, served.artefact_id)
        if reason := (kept.metrics.get("check") or {}).get("reason"):
            found.append(f"When it was made, {moment(kept.made_at)}: {reason}.")
    if document and document["quality"]:
        own = document["quality"]["overall"][0]
        found.append(f"NDCG@10 {own['value']:.4f}{_interval(own)}. {document['protocol']['text']}")
    return found or [
        "Not measured on viewers from whom nothing was learnt: versions that `matinee train --data "
        "database --live` makes hold some out. The leaderboard says how its recipe did."
    ]


def _interval(figure: Mapping[str, Any]) -> str:
    if figure["low"] is None or figure["high"] is None:
        return ""
    return f" (95 % interval {figure['low']:.4f} to {figure['high']:.4f})"
