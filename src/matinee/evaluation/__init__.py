"""Metrics, significance and leaderboards."""
