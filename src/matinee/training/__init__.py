"""Data to fitted, saved models."""

from matinee.models.naming import describe, name_of, recipe_from_text
from matinee.training.fingerprints import fingerprint
from matinee.training.fitting import Trained, fit
from matinee.training.keeping import load, load_for, save, stale

__all__ = [
    "Trained",
    "describe",
    "fingerprint",
    "fit",
    "load",
    "load_for",
    "name_of",
    "recipe_from_text",
    "save",
    "stale",
]
