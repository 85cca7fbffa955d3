"""Scores to ranked lists."""
