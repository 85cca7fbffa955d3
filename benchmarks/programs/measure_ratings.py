"""Pooled errors of what was predicted in folds: python measure_ratings.py name folder [folder ...].

Standard errors as in the published protocol: of the mean squared error, and of the mean.
"""

import sys
from pathlib import Path

import numpy as np
from arrays import load
from clock import report

name, folders = sys.argv[1], sys.argv[2:]
parts = [load(folder, f"{name}_mean", "test_ratings") for folder in folders]
errors = np.concatenate([mean - given for mean, given in parts]).astype(np.float64)
squared, absolute = errors**2, np.abs(errors)
rmse = float(np.sqrt(squared.mean()))
found = {
    "rmse": rmse,
    "rmse_error": float(squared.std() / np.sqrt(len(errors)) / (2 * rmse)),
    "mae": float(absolute.mean()),
    "ratings": len(errors),
}
if all(Path(folder, f"{name}_deviation.npy").exists() for folder in folders):
    deviations = np.concatenate([load(folder, f"{name}_deviation")[0] for folder in folders])
    for share, width in ((50, 0.67449), (80, 1.28155), (95, 1.95996)):
        found[f"within_{share}"] = float((absolute <= width * deviations).mean())
report(**found)
