"""The HTML report of a policy that was looked into."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matinee.errors import InputError
from matinee.exploration.picture import Picture
from matinee.reports.interpretation_pictures import (
    calibration_picture,
    curve_picture,
    deletion_picture,
    importance_pictures,
)
from matinee.reports.limits import limit_of
from matinee.reports.model_card import model_card
from matinee.reports.page import Figure, write_page
from matinee.reports.segment_pictures import effect_pictures, quality_pictures
from matinee.reports.shape_pictures import plane_picture, shape_pictures

_NEEDED = {
    "data",
    "policy",
    "protocol",
    "importance",
    "curves",
    "quality",
    "effects",
    "calibration",
}


def write_interpretation(document: Mapping[str, Any], folder: Path) -> Path:
    """Write `interpretation.html` and its `pictures/` into `folder`, and give the page's path.

    `document` is what `interpret --json` prints.
    """
    if missing := _NEEDED - document.keys():
        raise InputError(f"interpretation: expected a whole document, got no {sorted(missing)}")
    sections = _sections(document)
    return write_page(
        folder,
        "interpretation.html",
        "interpretation.html.j2",
        [one for _, _, _, pictures in sections for one in pictures],
        title=f"{document['data']}: {document['policy']['name']}",
        kicker="interpretation",
        heading=str(document["policy"]["name"]),
        simulated=bool(document.get("simulated", False)),
        contents=[
            ("card", "Model card"),
            *((anchor, words) for anchor, words, _, pictures in sections if pictures),
            ("features", "All features"),
        ],
        data=str(document["data"]),
        card=model_card(document),
        sections=[
            (anchor, words, text, [(Figure.of(one), limit_of(one.name)) for one in pictures])
            for anchor, words, text, pictures in sections
            if pictures
        ],
        importance=document["importance"],
        dropped=document.get("dropped") or {},
        reasons=document.get("reasons") or {},
        notes=list(document.get("notes") or []),
    )


def _sections(document: Mapping[str, Any]) -> list[tuple[str, str, str, list[Picture]]]:
    """Anchor, heading, a line of introduction and the pictures of each part."""
    plane, shapes = document.get("plane"), document.get("shapes") or []
    effects = document["effects"]
    return [
        (
            "quality",
            "Quality",
            "Lists against what was hidden, on viewers that were kept aside.",
            quality_pictures(document["quality"]),
        ),
        (
            "importance",
            "What it goes by",
            "Three answers to one question, which need not agree.",
            importance_pictures(document["importance"]),
        ),
        (
            "curves",
            "How the score moves",
            "The features that lose most when permuted, each on the values that occur.",
            [curve_picture(one, k) for k, one in enumerate(document["curves"], 1)],
        ),
        (
            "whole",
            "Rankers drawn whole",
            "The plane and the glass box learnt from the same examples: nothing of them is hidden. "
            "The glass box adds its curves to a multiple of the first stage's score.",
            [*([plane_picture(plane)] if plane else []), *shape_pictures(shapes)],
        ),
        (
            "effects",
            "Genres and directors",
            "Where films of a genre or director stand among a viewer's candidates.",
            [*effect_pictures(effects, "genre"), *effect_pictures(effects, "director")],
        ),
        (
            "calibration",
            "Chances",
            "Scores made into chances of a like by one logistic curve on what the ranker learnt.",
            [calibration_picture(document["calibration"])],
        ),
        (
            "reasons",
            "Are the reasons true?",
            "The reasons that name films of the history are those of the first stage. They are "
            "tested by asking it again.",
            [deletion_picture(document["reasons"])] if document.get("reasons") else [],
        ),
    ]
