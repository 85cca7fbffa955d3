"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        "-d",
        metavar="PATH|NAME",
        help="A file, folder or zip; a name that [b]get[/b] knows; [b]starter[/b] (simulated); "
        "[b]database[/b], that of the service. "
        "Give it again to join several. Default: what was imported last.",
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document on standard output.")
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="Seed of every draw. Default: MATINEE_SEED or 0."),
]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="Stop at the first broken row, do not set it aside.")
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="OURS=THEIRS",
        help="For a CSV or Parquet file of your own: --map user_id=customer --map item_id=film.",
        show_default=False,
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FOLDER", help="Also write an HTML report here."),
]
