"""What scenes are drawn with: a sheet of some size, its inks, its chance."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from matinee.web.art.inks import Inks

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Shapes come back as SVG elements; lengths are in the units of the sheet."""

    width: float
    height: float
    inks: Inks
    random: Random

    @property
    def unit(self) -> float:
        """The shorter side."""
        return min(self.width, self.height)

    def at(self, x: float, y: float) -> Point:
        """A point by shares of the sides."""
        return self.width * x, self.height * y

    def between(self, low: float, high: float) -> float:
        """By chance, evenly."""
        return self.random.uniform(low, high)


def disc(centre: Point, radius: float, colour: str, opacity: float = 1.0) -> str:
    """A filled circle."""
    return (
        f'<circle cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" r="{radius:.1f}" '
        f'fill="{colour}"{_opacity(opacity)}/>'
    )


def ring(centre: Point, radius: float, colour: str, thickness: float, opacity: float = 1.0) -> str:
    """A circle's line."""
    return (
        f'<circle cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" r="{radius:.1f}" fill="none" '
        f'stroke="{colour}" stroke-width="{thickness:.1f}"{_opacity(opacity)}/>'
    )


def box(corner: Point, width: float, height: float, colour: str, opacity: float = 1.0) -> str:
    """A rectangle from its upper left corner."""
    return (
        f'<rect x="{corner[0]:.1f}" y="{corner[1]:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" fill="{colour}"{_opacity(opacity)}/>'
    )


def polygon(points: Iterable[Point], colour: str, opacity: float = 1.0) -> str:
    """A filled polygon."""
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{text}" fill="{colour}"{_opacity(opacity)}/>'


def path(data: str, colour: str, opacity: float = 1.0) -> str:
    """A filled path."""
    return f'<path d="{data}" fill="{colour}"{_opacity(opacity)}/>'


def line(data: str, colour: str, thickness: float, opacity: float = 1.0) -> str:
    """A path's line."""
    return (
        f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{thickness:.1f}"'
        f"{_opacity(opacity)}/>"
    )


def turned(parts: Iterable[str], degrees: float, centre: Point) -> str:
    """Elements turned around a point."""
    inside = "".join(parts)
    return f'<g transform="rotate({degrees:.1f} {centre[0]:.1f} {centre[1]:.1f})">{inside}</g>'


def half(centre: Point, radius: float, colour: str, degrees: float = 0.0) -> str:
    """A half disc; without a turn its round side is above."""
    x, y = centre
    data = f"M{x - radius:.1f} {y:.1f}A{radius:.1f} {radius:.1f} 0 0 1 {x + radius:.1f} {y:.1f}Z"
    shape = path(data, colour)
    return turned([shape], degrees, centre) if degrees else shape


def quarter(corner: Point, radius: float, colour: str, turns: int) -> str:
    """A quarter disc in a square from `corner`; `turns` quarters place its right angle."""
    x, y = corner
    centre = (x + radius / 2, y + radius / 2)
    data = route("M", x, y, "H", x + radius, "A", radius, radius, "0 0 1", x, y + radius, "Z")
    return turned([path(data, colour)], 90 * (turns % 4), centre)


def route(*parts: str | float) -> str:
    """The data of a path from its letters and numbers.

    >>> route("M", 1, 2.25, "H", -3, "Z")
    'M 1.0 2.2 H -3.0 Z'
    """
    return " ".join(part if isinstance(part, str) else f"{part:.1f}" for part in parts)


def on_circle(centre: Point, radius: float, degrees: float) -> Point:
    """The point of a circle in that direction, clockwise from the right."""
    angle = math.radians(degrees)
    return centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)


def _opacity(opacity: float) -> str:
    return "" if opacity == 1.0 else f' opacity="{opacity:.2f}"'
