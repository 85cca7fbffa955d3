"""NDCG@100 of the factors that implicit_als.py left."""

import sys

from arrays import load
from clock import report
from quality import ndcg

folder = sys.argv[1]
users, factors = load(f"{folder}/als", "users", "factors")
report(seconds=[], ndcg=ndcg(folder, users, factors))
