"""Speed and memory of matinee beside other libraries: make bench ARGS="--only top".

Prints a table and writes .bench/results/NAME.json. The exit status is 1 if a target is missed.
--publish measures nothing: it puts what is on record into benchmarks/README.md.
"""

import argparse
import sys

from measures import MEASURES as DATA_MEASURES
from model_measures import MODEL_MEASURES
from results import publish, record, table

MEASURES = DATA_MEASURES | MODEL_MEASURES


def main() -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=list(MEASURES), metavar="NAME", default=None)
    parser.add_argument("--rows", type=int, default=20_000_000, help="of the generated file")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--publish", action="store_true", help="write README.md's table")
    asked = parser.parse_args()
    if asked.publish:
        publish(list(MEASURES))
        return 0
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
