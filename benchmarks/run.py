"""Speed and memory of matinee beside other libraries: make bench ARGS="--only top".

Prints a table and writes .bench/results/NAME.json. The exit status is 1 if a target is missed.
"""

import argparse
import sys

from measures import MEASURES as DATA_MEASURES
from model_measures import MODEL_MEASURES
from results import record, table

MEASURES = DATA_MEASURES | MODEL_MEASURES


def main() -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=list(MEASURES), metavar="NAME", default=None)
    parser.add_argument("--rows", type=int, default=20_000_000, help="of the generated file")
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    rows = []
    for name in asked.only or MEASURES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        found, facts = MEASURES[name](asked.rows, asked.repeats)
        record(name if asked.rows == 20_000_000 else f"{name}-{asked.rows}", found, facts)
        rows += found
    print(table(rows))
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
