"""The card of a policy: what it was trained on, what it is for, for whom, and what not."""

from collections.abc import Mapping
from typing import Any

from matinee.exploration.wording import percent

PURPOSE = (
    "To put films that a viewer has not seen in an order of likely enjoyment, for viewers with "
    "some history in a catalogue like this one. Not for telling what a person is like, nor for "
    "deciding which films are made or bought."
)
NOT_CONCLUDED = (
    "Likes that were not given are unknown, not dislikes; figures are lower than what viewers "
    "would enjoy.",
    "Importances, curves and effects describe this policy on this data. They are no causes.",
    "The data says nothing of viewers' age, sex or origin that was used here: whether such groups "
    "are served alike was not measured.",
)


def model_card(document: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Headings with their lines (Mitchell et al. 2019), all from the document of `interpret`."""
    policy, quality = document["policy"], document["quality"]
    learnt, asked = document["learnt_from"], document["asked"]
    return [
        (
            "What it is",
            [
                f"{policy['name']}: candidates of {policy['model']}, put in order by a ranker that "
                "looks at features of the film, of the viewer and of both.",
            ],
        ),
        (
            "What it was trained on",
            [
                f"{document['data']}{' (simulated viewers)' if document['simulated'] else ''}. "
                f"The ranker learnt from {learnt['pairs']:,} pairs of {learnt['viewers']:,} "
                f"viewers in {learnt['parts']} parts, of which {learnt['liked']:,} were likes.",
                document["protocol"]["text"],
            ],
        ),
        (
            "What it is for",
            [PURPOSE],
        ),
        ("Quality", [_overall(quality, asked)]),
        ("For whom", _segments(quality)),
        ("What must not be concluded", list(NOT_CONCLUDED)),
    ]


def _overall(quality: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    own = quality["overall"][0]
    gap = quality["against_first_stage"][own["name"]]
    text = (
        f"NDCG@10 {own['value']:.3f} ({_ends(own)}) on {asked['viewers']:,} viewers with "
        f"{asked['likes']:,} hidden likes, {percent(asked['liked'] / max(asked['likes'], 1))} of "
        "which are among the candidates"
    )
    if gap["low"] is not None:
        text += (
            f"; against the first stage alone {gap['difference']:+.4f} ({_ends(gap)}, p = "
            f"{gap['p']:.2g})"
        )
    return f"{text}."


def _segments(quality: Mapping[str, Any]) -> list[str]:
    found = [
        f"{one['by']}, {one['segment']}: {one['value']['value']:.3f} ({_ends(one['value'])}), "
        f"{one['difference']['value']:+.3f} to all others ({_ends(one['difference'])}; "
        f"{one['viewers']} viewers)"
        for one in quality["segments"]
    ]
    return found or ["Too few viewers to tell kinds of viewers apart."]


def _ends(figure: Mapping[str, Any]) -> str:
    if figure["low"] is None or figure["high"] is None:
        return "no interval"
    return f"{figure['low']:.3f} to {figure['high']:.3f}"
