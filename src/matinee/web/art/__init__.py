"""Posters for films that have none: shapes and inks by genre, lettering by decade."""

from matinee.web.art.poster import Sleeve, ground, poster, wide

__all__ = ["Sleeve", "ground", "poster", "wide"]
