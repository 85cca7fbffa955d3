"""The matinee command: its subcommands, and how an error reaches a person."""

import os
import sys

import typer

from matinee.cli.config_commands import app as config
from matinee.cli.data_commands import explore, get, import_
from matinee.cli.database_commands import app as database
from matinee.cli.demo_command import demo
from matinee.cli.erasure_commands import verify
from matinee.cli.film_commands import recommend, similar
from matinee.cli.frontier_command import frontier
from matinee.cli.interpret_command import interpret
from matinee.cli.keys_commands import app as keys
from matinee.cli.model_commands import evaluate, train
from matinee.cli.models_commands import app as models
from matinee.cli.output import forgive_encoding
from matinee.cli.page_command import page
from matinee.cli.replay_command import replay
from matinee.cli.serve_command import serve
from matinee.cli.tune_command import tune
from matinee.cli.viewer_commands import forget
from matinee.errors import MatineeError

app = typer.Typer(
    name="matinee",
    help="A movie recommender: look at the data, compare models honestly, recommend with reasons.",
    epilog=(
        "Start here:  matinee demo  ·  matinee get ml-latest-small  ·  "
        'matinee recommend --data ml-latest-small --like "Toy Story" --why'
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(get)
app.command("import")(import_)
app.command()(explore)
app.command()(train)
app.command()(evaluate)
app.command()(replay)
app.command()(tune)
app.command()(frontier)
app.command()(interpret)
app.command()(recommend)
app.command()(similar)
app.command()(page)
app.command()(forget)
app.command()(verify)
app.add_typer(database, name="database")
app.add_typer(models, name="models")
app.add_typer(keys, name="keys")
app.add_typer(config, name="config")
app.command()(serve)
app.command()(demo)


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    if version:
        from matinee import __version__

        typer.echo(f"matinee {__version__}")
        raise typer.Exit


def main() -> None:
    """Run a command; a user's mistake is one line on standard error and exit status 2."""
    forgive_encoding()
    try:
        app()
    except MatineeError as error:
        typer.echo(f"matinee: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away (matinee ... | head): nothing is wrong with us.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        # A full disk, a folder that may not be written to: the system's words say what to mend.
        typer.echo(
            f"matinee: {error.filename or 'the system'}: {error.strerror or error}", err=True
        )
        sys.exit(2)
