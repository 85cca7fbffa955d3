"""Summary statistics and pictures of a data set."""
