"""NDCG@100 of the factors that matinee_als.py or implicit_als.py left: folder, "matinee" or so."""

import sys

from arrays import load
from clock import report
from quality import ndcg

folder, whose = sys.argv[1:]
users, factors = load(f"{folder}/als-{whose}", "users", "factors")
report(seconds=[], ndcg=ndcg(folder, users, factors))
