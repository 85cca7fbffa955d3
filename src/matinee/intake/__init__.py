"""One reader per outside format, to checked tables."""

from matinee.intake.reading import read

__all__ = ["read"]
