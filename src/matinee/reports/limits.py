"""Under each picture of an interpretation: what a reader may conclude, and what not."""

from collections.abc import Mapping

# By the beginning of the picture's name, the longest that fits.
LIMITS: Mapping[str, str] = {
    "quality": "You may conclude how well lists found hidden likes of these viewers. You may not "
    "conclude what viewers would like who were shown other films: what nobody was shown, nobody "
    "liked.",
    "segments": "You may conclude for which of these viewers hidden likes were found more often. "
    "You may not conclude that a kind of viewer is treated worse for what it is: who watches more "
    "has more to be found, and several kinds are compared at once.",
    "importance-permuted": "You may conclude which single features this ranker cannot do without. "
    "You may not conclude that a feature at 0 is of no use: one that says the same may stand in "
    "for it. A feature of the viewer was permuted between viewers, all others within.",
    "importance-mean-contribution": "You may conclude which features move this ranker's scores "
    "most. You may not conclude that they make its lists better: a score may move for nothing.",
    "importance-gain": "You may conclude on which features trees were split with most gain in what "
    "was learnt from. You may not conclude anything of other viewers, and features with many "
    "values are favoured.",
    "curve": "You may conclude how this ranker's score moves with the feature. You may not "
    "conclude that viewers like a film more because of it, nor trust partial dependence where the "
    "feature goes with others: it then averages over films that do not exist.",
    "plane": "You may conclude everything about this ranker: it is no more than this. You may not "
    "conclude that popularity makes films liked; weights also speak for what was left out.",
    "shape": "You may read the ranker's own curve. You may not read it as a cause, nor single "
    "steps where few pairs are.",
    "interaction": "You may read what the two add together, beyond their own curves. You may not "
    "read the corners in which no film lies.",
    "genre-effects": "You may conclude which genres this policy puts higher among candidates. You "
    "may not conclude that the genre is why: a film has several, and people besides.",
    "genre-segments": "You may compare rows for a kind of viewer. You may not take small "
    "differences for real: each tile is a mean over few viewers.",
    "director-effects": "You may conclude whose films this policy puts higher for these viewers. "
    "You may not conclude anything of directors that are not shown, nor that the director is why.",
    "director-segments": "You may compare rows for a kind of viewer. You may not take small "
    "differences for real: most directors have one or two films among the candidates.",
    "calibration": "You may conclude whether a chance can be taken by its word, on candidates "
    "of the first stage. You may not conclude it of films that are no candidates, nor that who "
    "did not like a film disliked it: most had not seen it.",
    "deletion": "You may conclude that the named films carry the recommendation in this model, and "
    "that others do not. You may not conclude that the viewer would say so: the model is "
    "explained, not the person.",
}


def limit_of(name: str) -> str:
    """The sentence for a picture of this name.

    >>> limit_of("curve-3") == LIMITS["curve"]
    True
    """
    fitting = [key for key in LIMITS if name.startswith(key)]
    return LIMITS[max(fitting, key=len)]
