"""The owner's own recommendations: what viewers were shown before they played a film."""

import numpy as np

from matinee.evaluation.replay import Answers, K, Replayed

SHOWN = "shown"


def shown_answers(replayed: Replayed) -> Answers | None:
    """The last page before each asked like as an answer; None without pages.

    A like of a viewer without a page before is not asked of it. Films stand in reading order.
    """
    log, events = replayed.log, replayed.asked.events
    if log.shown is None:
        return None
    user, item, time = log.user[events], log.item[events], log.time[events]
    pages = log.shown.pages(user, item, time)
    place = log.shown.places(pages, item)
    if (place < 0).all():
        return None
    lists = log.shown.first(pages, K)
    recipe = "the last page that the viewer was shown before"
    return Answers(SHOWN, recipe, place, np.asarray(lists), None, 0.0, 0.0)
