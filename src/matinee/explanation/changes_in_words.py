"""What would change a recommendation, in plain words."""

from collections.abc import Sequence

from matinee.errors import listed
from matinee.explanation.counterfactuals import Counterfactual
from matinee.explanation.raising import Raise


def counterfactual_text(change: Counterfactual, titles: Sequence[str]) -> str:
    """What the history has to lack for the film not to be here; `titles` of its films.

    >>> counterfactual_text(Counterfactual(("6", "8"), 10, 5, 2, 31), ["Heat", "Ronin"])
    'without Heat and Ronin in the history this would not be here: place 31, asked again'
    >>> counterfactual_text(Counterfactual((), 10, 5, 2, None), [])
    'no set of up to 5 films of the history was found without which this would not be here'
    """
    if not change.verified:
        films = f"{change.most} films" if change.most > 1 else "one film"
        return (
            f"no set of up to {films} of the history was found without which this would not be here"
        )
    if not titles:
        return "not among the first as it is"
    return (
        f"without {listed(titles)} in the history this would not be here: place "
        f"{change.place_without}, asked again"
    )


def raising_text(up: Raise, title: str) -> str:
    """Which film would raise it; `title` of that film.

    >>> raising_text(Raise("6", 5, 1), "Heat")
    'liking Heat too would raise it from place 5 to 1, asked again'
    """
    return (
        f"liking {title} too would raise it from place {up.place} to {up.place_with}, asked again"
    )
