"""Every picture of an exploration."""

from typing import TYPE_CHECKING

from matinee.exploration.catalogue_pictures import (
    budget_picture,
    correlation_picture,
    genre_picture,
    missing_picture,
    revenue_picture,
    runtime_picture,
    vote_picture,
)
from matinee.exploration.picture import Picture
from matinee.exploration.viewing_pictures import (
    activity_picture,
    popularity_picture,
    rating_picture,
    time_picture,
)

if TYPE_CHECKING:  # an exploration draws itself, too
    from matinee.exploration.analysis import Exploration


def pictures(exploration: "Exploration") -> tuple[Picture, ...]:
    """The pictures that the data has something for, in the order of a first look."""
    drawn: list[Picture | None] = []
    catalogue, viewing = exploration.catalogue, exploration.viewing
    movies = next((table for table in exploration.cleaned if table.name == "movies"), None)
    if catalogue:
        drawn += [genre_picture(catalogue), budget_picture(catalogue), revenue_picture(catalogue)]
        drawn += [vote_picture(catalogue), runtime_picture(catalogue)]
    if movies:
        drawn.append(missing_picture(movies))
    if catalogue:
        drawn.append(correlation_picture(catalogue))
    if viewing:
        drawn += [rating_picture(viewing), popularity_picture(viewing.popularity)]
        drawn += [activity_picture(viewing.activity), time_picture(viewing)]
    else:
        drawn.append(popularity_picture(exploration.votes, "votes"))
    return tuple(one for one in drawn if one)
