"""Renew the starter data, or write a simulated world of any size to a folder."""

import argparse
import sys
import tempfile
from pathlib import Path

import polars as pl

from matinee.errors import MatineeError
from matinee.simulation.catalogue import LISTS, movies
from matinee.simulation.evenings import blocks
from matinee.simulation.events import named_events, numbered_events
from matinee.simulation.shipped import EVENTS_FILE, RATINGS_FILE, WORLD, write_starter
from matinee.simulation.tables import named_ratings, numbered_ratings
from matinee.simulation.world import World

EXAMPLES = f"""\
examples:
  python -m matinee.simulation
      simulate the starter world again (seed {WORLD.seed}, {WORLD.viewers:,} viewers) and write
      the files that come with the program: {RATINGS_FILE}, {EVENTS_FILE}
  python -m matinee.simulation --viewers 20000 --seed 7 --out world
      write world/ratings.csv, world/movies.csv and world/events.parquet
  python -m matinee.simulation --viewers 100000 --out world --no-events
      the same without the event log, which is about 2,200 events a viewer

Viewer n is the same in worlds of every size: a larger world of one seed adds viewers.
Everything written is simulated; docs/simulation.md says how.
"""


def main(arguments: list[str] | None = None) -> int:
    """Write what was asked for; 2 where it was wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m matinee.simulation",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--viewers", type=int, default=2_000, help="how many (default: 2000)")
    parser.add_argument("--seed", type=int, default=0, help="of the world (default: 0)")
    parser.add_argument("--out", type=Path, help="folder to write to; without it, the starter data")
    parser.add_argument("--no-events", action="store_true", help="ratings and films alone")
    asked = parser.parse_args(arguments)
    try:
        if asked.out is None:
            if asked.viewers != 2_000 or asked.seed != 0 or asked.no_events:
                parser.error("--viewers, --seed and --no-events go with --out FOLDER")
            folder = Path(__file__).parent
            write_starter(folder)
            written = [folder / RATINGS_FILE, folder / EVENTS_FILE]
        else:
            world = World(asked.seed, asked.viewers)
            written = write_world(world, asked.out, with_events=not asked.no_events)
    except (MatineeError, OSError) as error:
        sys.stderr.write(f"matinee.simulation: {error}\n")
        return 2
    for path in written:
        sys.stderr.write(f"{path}: {path.stat().st_size / 1e6:.1f} MB\n")
    return 0


def write_world(world: World, folder: Path, *, with_events: bool) -> list[Path]:
    """Write ratings.csv, movies.csv and events.parquet; memory is that of one block of viewers."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "movies.csv", folder / "ratings.csv"]
    joined = [pl.col(name).list.join("|") for name in (*LISTS, "countries")]
    known = [name for name, nulls in movies().null_count().row(0, named=True).items() if not nulls]
    movies().select(known).with_columns(joined).write_csv(written[0])
    with written[1].open("wb") as file, tempfile.TemporaryDirectory(dir=folder) as parts:
        for number, (pages, plays) in enumerate(blocks(world)):
            ratings = named_ratings(numbered_ratings(plays))
            ratings.write_csv(file, include_header=number == 0)
            if with_events:
                events = named_events(numbered_events(pages, plays), world.seed)
                events.write_parquet(Path(parts) / f"{number:06d}.parquet")
        if with_events:
            written.append(folder / "events.parquet")
            pl.scan_parquet(Path(parts) / "*.parquet").sink_parquet(written[-1])
    return written


if __name__ == "__main__":
    sys.exit(main())
