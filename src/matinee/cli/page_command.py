"""page: the rows of films that one viewer sees."""

from typing import TYPE_CHECKING, Annotated

import typer

from matinee.cli.film_commands import OneModelOption, kept_model, settled
from matinee.cli.options import DataOption, JsonOption, SeedOption
from matinee.cli.output import out, print_json, working
from matinee.cli.policy_option import PolicyOption, fitted_policy
from matinee.cli.sources import read_data

if TYPE_CHECKING:
    from matinee.training import Trained


def page(
    data: DataOption = None,
    user: Annotated[
        str | None, typer.Option("--user", "-u", help="A viewer of the data, by id.")
    ] = None,
    like: Annotated[
        list[str] | None,
        typer.Option("--like", "-l", metavar="TITLE", help="A film you like; may be repeated."),
    ] = None,
    history: Annotated[
        str | None,
        typer.Option(
            "--history", metavar="PATH", help="Your Letterboxd export (zip) or IMDb ratings (CSV)."
        ),
    ] = None,
    model: OneModelOption = None,
    policy: PolicyOption = None,
    rows: Annotated[
        int | None,
        typer.Option(min=1, max=100, help="How many rows at most. Default: the policy's, else 10."),
    ] = None,
    cards: Annotated[
        int | None,
        typer.Option(
            min=1, max=100, help="Films in a row at most. Default: the policy's, else 10."
        ),
    ] = None,
    day: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM-DD",
            help="The page as it would have been that day: nothing later is known.",
            show_default=False,
        ),
    ] = None,
    seed: SeedOption = None,
    json: JsonOption = False,
) -> None:
    """The page of a viewer: rows of films, each with a reason that is true.

    [bold]matinee page --data ml-latest-small --user 15[/bold]
    [bold]matinee page -d ml-latest-small -d tmdb-5000.zip --user 15 --rows 6[/bold]
    [bold]matinee page -d starter --like Alien --like "Blade Runner (1982)"[/bold]
    [bold]matinee page -d ml-latest-small --user 15 --policy mine.toml[/bold]

    Which rows there are and in which order is the viewer's own: top picks, films because of one you
    watched, themes, what is trending or new, hidden gems, films to watch again. Without a viewer
    it is the page of anybody.
    """
    from matinee import api
    from matinee.api.paging import as_of_day
    from matinee.settings import read_settings

    settings = read_settings()
    seed = settings.seed if seed is None else seed
    dataset = as_of_day(api.as_dataset(read_data(data, settings)), day)
    titles = [settled(dataset, title) for title in like or ()]
    chosen = fitted_policy(dataset, policy, settings, seed) if policy else None
    with working("making the page"):
        asked = user is not None or titles or history is not None
        fitted: Trained | str | None = model
        if asked and chosen is None:
            fitted = kept_model(dataset, model, settings)
        found = api.page(
            dataset,
            user=user,
            like=titles,
            history=history,
            model=fitted,
            policy=chosen,
            rows=rows,
            cards=cards,
            seed=seed,
        )
    if json:
        print_json(found.to_json_dict())
        return
    from matinee.cli.page_view import render_page

    render_page(found, out)
