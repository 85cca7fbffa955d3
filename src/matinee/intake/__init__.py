"""One reader per outside format, to checked tables."""
