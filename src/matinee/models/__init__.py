"""One file, one recipe and its fitted model."""
