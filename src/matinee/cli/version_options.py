"""Options of `train` that make versions for the live service."""

from typing import Annotated

import typer

LiveOption = Annotated[
    bool,
    typer.Option(
        "--live",
        help="With --data database: make a version for the service. It is compared with the "
        "running one on viewers that neither learnt from, and goes live if it is not worse.",
    ),
]
WatchOption = Annotated[
    bool,
    typer.Option("--watch", help="The same again and again, as events come in; Ctrl-C ends."),
]
AfterOption = Annotated[
    int,
    typer.Option("--after", min=1, help="With --watch: train when so many events are new."),
]
EveryOption = Annotated[
    str | None,
    typer.Option(
        "--every",
        metavar="DURATION",
        help="With --watch: and after this time, such as 30m, 6h or 1d, if anything is new.",
        show_default=False,
    ),
]
HoldOutOption = Annotated[
    float,
    typer.Option("--hold-out", help="With --live: the share of viewers kept for comparisons."),
]
ThresholdOption = Annotated[
    float,
    typer.Option(
        "--threshold",
        min=0.0,
        help="With --live: the loss of NDCG@10 that must be ruled out (95 %).",
    ),
]
KeepOption = Annotated[
    int,
    typer.Option("--keep", min=1, help="With --live: versions kept beside the live one."),
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", help="With --live: go live whatever the comparison says; audited."),
]
