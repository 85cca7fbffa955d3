"""One simulated world of viewers, and the starter data."""
