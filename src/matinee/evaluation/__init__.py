"""Metrics, their uncertainty, and the leaderboard that puts models side by side."""
