"""serve: the live service."""

import os
import time
from typing import Annotated

import typer
from rich.markup import escape

from matinee.cli.output import err, note
from matinee.cli.sources import place_compiled_code
from matinee.errors import InputError


def serve(
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65_535)] = 8000,
    host: Annotated[
        str, typer.Option("--host", help="Where to listen; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="Processes that answer.")
    ] = 1,
) -> None:
    """Serve pages over HTTP from the database: events in, fresh pages out.

    [bold]matinee database import --data starter[/bold]  films and ratings into the database
    [bold]matinee train --data database[/bold]           a model of them, else what is popular
    [bold]matinee serve --port 8000[/bold]               then http://127.0.0.1:8000 for viewers,
                                            /docs for programs

    The model or policy that [b]train --data database[/b] kept last is served; a newer one, and
    films that change, are taken up while it runs. Ctrl-C answers what has begun, and ends.
    """
    # A request asks for small things: threads of libraries only take turns with ours.
    for threads in ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    from matinee.settings import read_settings
    from matinee.store.opening import open_store

    settings = read_settings()
    place_compiled_code(settings)
    hold_to_free(host, port)
    store = open_store(settings)
    try:
        from matinee.service.keys import development_key
        from matinee.store.catalogue import changed_at

        if not changed_at(store.database):
            note("the database has no films: 'matinee database import --data NAME' puts some in")
        key = development_key(store.database, int(time.time()))
        name = store.database.name
    finally:
        store.database.close()
    shown = key or "$KEY"
    if key is not None:
        err.print(f"a key for development, shown this once: [b]{escape(key)}[/b]", soft_wrap=True)
    err.print(
        f"serving {escape(name)} on http://{host}:{port}, once it is read; pages for viewers are "
        "there, and for programs try",
        soft_wrap=True,
    )
    print_command(f"curl -H 'Authorization: Bearer {shown}' '{_page(host, port)}'")
    from matinee.service.running import run

    run("matinee.web.app:app_of_settings", host, port, workers)


def print_command(text: str) -> None:
    """A line to be copied: on standard error, as it is."""
    err.print(f"  {text}", soft_wrap=True, markup=False)


def hold_to_free(host: str, port: int) -> None:
    """InputError where nobody can listen there: told before anything is read."""
    import socket

    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family[0], family[1]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(family[4])
    except OSError as error:
        raise InputError(
            f"serve: expected to listen on {host}:{port}, got {error.strerror}; "
            "choose another with --port and --host"
        ) from error


def _page(host: str, port: int) -> str:
    return f"http://{host}:{port}/v1/page?user_id=v0001&rows=3&cards=4"
