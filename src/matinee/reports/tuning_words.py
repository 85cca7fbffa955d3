"""A search and its verdict in words: for the terminal and the page alike."""

from collections.abc import Mapping
from typing import Any


def verdict(model: Mapping[str, Any]) -> str:
    """What a person should take from the figures of one model."""
    who = f"{model['users']:,} {_asked(model)}"
    if model["verdict"] == "better":
        return f"better than the default on {who}; train and recommend use it for this data now"
    if model["verdict"] == "unsure":
        return (
            f"ahead of the default on {who}, but by less than they can settle; train and recommend "
            "use it for this data now"
        )
    if len(model["trials"]) == 1:
        return "the default stays: the budget was too small to try anything else"
    if model["difference"] == 0:
        return "the defaults are already best: no other settings did better"
    return f"the defaults are already best: what won on the validation part was no better on {who}"


def effort(model: Mapping[str, Any]) -> str:
    """How much was tried and why no more."""
    trials = model["trials"]
    seconds = sum(trial["seconds"] for trial in trials)
    failed = sum(trial["value"] is None for trial in trials)
    words = f"{len(trials)} trials in {seconds:.0f} s; ended because {model['stopped']}"
    if failed:
        words += f"; {failed} could not be fitted"
    return words + ("; the same command goes on" if model["interrupted"] else "")


def _asked(model: Mapping[str, Any]) -> str:
    if model["split"] == "strong":
        return "held-out viewers"
    return "viewers' hidden ratings"
