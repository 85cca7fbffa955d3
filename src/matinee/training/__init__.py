"""Data to fitted, saved models."""
