"""Scenes of love, laughter, songs and journeys."""

import math

from matinee.web.art.sheet import (
    Sheet,
    box,
    disc,
    half,
    line,
    on_circle,
    path,
    polygon,
    quarter,
    ring,
    route,
    turned,
)


def two(sheet: Sheet) -> list[str]:
    """Romance: two discs and what they share."""
    centre, u, inks = sheet.at(0.5, 0.5), sheet.unit, sheet.inks
    direction, radius = sheet.between(-35, 35), 0.29 * u
    one, other = (on_circle(centre, 0.17 * u, direction + turn) for turn in (180, 0))
    angle = math.degrees(math.acos(0.17 * u / radius))
    points = [on_circle(one, radius, direction + turn) for turn in (-angle, angle)]
    (ax, ay), (bx, by) = points
    arc = f"A{radius:.1f} {radius:.1f} 0 0 1"
    lens = f"M{ax:.1f} {ay:.1f}{arc} {bx:.1f} {by:.1f}{arc} {ax:.1f} {ay:.1f}Z"
    return [disc(one, radius, inks.first), disc(other, radius, inks.second), path(lens, inks.third)]


def heart(sheet: Sheet) -> list[str]:
    """Romance: a heart of a square and two half discs, not quite together."""
    centre, side, inks = sheet.at(0.5, 0.55), 0.4 * sheet.unit, sheet.inks
    x, y = centre[0] - side / 2, centre[1] - side / 2
    apart = 0.035 * sheet.unit
    shapes = [
        box((x, y), side, side, inks.first),
        half((x + side / 2, y - apart), side / 2, inks.second),
        half(
            (x - apart, y + side / 2),
            side / 2,
            inks.third if sheet.random.random() < 0.5 else inks.first,
            -90,
        ),
    ]
    return [turned(shapes, 45, centre)]


def tiles(sheet: Sheet) -> list[str]:
    """Drama: quarters, halves and squares, laid like tiles."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    side = sheet.unit / 3
    columns, rows = math.ceil(w / side), math.ceil(h / side)
    left, top = (w - columns * side) / 2, (h - rows * side) / 2
    found = []
    for row in range(rows):
        for column in range(columns):
            corner = (left + column * side, top + row * side)
            middle = (corner[0] + side / 2, corner[1] + side / 2)
            ink = sheet.random.choice(inks.shapes)
            match sheet.random.randrange(6):
                case 0:
                    found.append(box(corner, side + 0.4, side + 0.4, ink))
                case 1:
                    found.append(disc(middle, side / 2, ink))
                case 2 | 3:
                    found.append(quarter(corner, side, ink, sheet.random.randrange(4)))
                case 4:
                    found.append(
                        half(middle, side / 2, ink, sheet.random.choice((0, 90, 180, 270)))
                    )
    return found


def window(sheet: Sheet) -> list[str]:
    """Drama: one large round against one large straight thing."""
    w, h, u, inks = sheet.width, sheet.height, sheet.unit, sheet.inks
    left = sheet.random.random() < 0.5
    x = 0.0 if left else w - 0.5 * w
    sun = (0.5 * w, sheet.between(0.42, 0.6) * h)
    found = [box((x, 0), 0.5 * w, h, inks.first), disc(sun, 0.31 * u, inks.second)]
    half_sun = half(sun, 0.31 * u, inks.third, 90 if left else -90)
    return [*found, half_sun, box((0.08 * w, 0.9 * h), 0.84 * w, 0.02 * u, inks.letters)]


def smiles(sheet: Sheet) -> list[str]:
    """Comedy: half discs that cannot keep still."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    size = sheet.unit / 3.3
    columns, rows = max(2, round(w / size)), max(2, round(h / size))
    found = []
    for row in range(rows):
        for column in range(columns):
            centre = (w * (column + 0.5) / columns, h * (row + 0.42) / rows)
            ink = inks.shapes[(row + column + sheet.random.randrange(2)) % 3]
            turn = sheet.random.choice((180, 180, 180, 160, 205, 0, 90))
            found.append(half(centre, 0.4 * size, ink, turn))
    return found


def bounce(sheet: Sheet) -> list[str]:
    """Comedy: a ball and the way it came."""
    w, h, u, inks = sheet.width, sheet.height, sheet.unit, sheet.inks
    floor, x, found = 0.86 * h, 0.0, [box((0, 0.86 * h), w, 0.14 * h, inks.third)]
    wide, tall = 0.5 * w, 0.62 * h
    while x < w:
        data = route("M", x, floor, "Q", x + wide / 2, floor - 2 * tall, x + wide, floor)
        found.append(line(data, inks.letters, 0.012 * u))
        x, wide, tall = x + wide, 0.72 * wide, 0.66 * tall
        if wide < 0.05 * w:
            break
    found.append(disc((0.25 * w, floor - 0.62 * h), 0.15 * u, inks.first))
    found.append(disc(sheet.at(0.76, 0.2), 0.07 * u, inks.second))
    return found


def mountains(sheet: Sheet) -> list[str]:
    """Adventure: ranges before a sun."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    found = [disc(sheet.at(sheet.between(0.3, 0.7), 0.34), 0.22 * sheet.unit, inks.second)]
    for layer, ink in enumerate((inks.third, inks.first, inks.letters)):
        base = h * (0.62 + 0.14 * layer)
        step = w / (2.4 + 0.6 * layer)
        x, points = -step * sheet.between(0.2, 0.9), [(-10.0, h)]
        while x < w + step:
            points += [(x, base + 0.05 * h), (x + step / 2, base - h * sheet.between(0.14, 0.3))]
            x += step
        points += [(x, base), (w + 10, h)]
        found.append(polygon(points, ink, 1 if layer < 2 else 0.92))
    return found


def waves(sheet: Sheet) -> list[str]:
    """Adventure: a sea, in layers, and a sail."""
    w, h, u, inks = sheet.width, sheet.height, sheet.unit, sheet.inks
    (x, y) = sheet.at(sheet.between(0.35, 0.65), 0.5)
    found = [
        disc(sheet.at(0.72, 0.26), 0.15 * u, inks.second),
        polygon([(x, y - 0.34 * u), (x, y), (x + 0.2 * u, y)], inks.letters),
        polygon([(x - 0.025 * u, y - 0.27 * u), (x - 0.025 * u, y), (x - 0.15 * u, y)], inks.third),
    ]
    for layer, ink in enumerate((inks.first, inks.third, inks.first, inks.letters)):
        top, step = h * (0.52 + 0.13 * layer), 0.36 * u
        data = f"M{-step * (0.3 + 0.35 * (layer % 2)):.1f} {top:.1f}"
        for _ in range(math.ceil(w / step) + 1):
            data += f"q{step / 4:.1f} {-0.09 * u:.1f} {step / 2:.1f} 0t{step / 2:.1f} 0"
        found.append(path(f"{data}V{h + 5:.0f}H-{step:.0f}Z", ink, 0.94))
    return found


def vinyl(sheet: Sheet) -> list[str]:
    """Music: a record."""
    centre = sheet.at(*sheet.random.choice(((0.5, 0.5), (0.5, 0.72), (0.3, 0.5))))
    u, inks = sheet.unit, sheet.inks
    found = [disc(centre, 0.47 * u, inks.second if inks.second != inks.ground else inks.first)]
    found += [ring(centre, 0.43 * u - 0.035 * u * k, inks.ground, 0.008 * u, 0.7) for k in range(7)]
    found += [disc(centre, 0.17 * u, inks.first), disc(centre, 0.022 * u, inks.ground)]
    return found


def sound(sheet: Sheet) -> list[str]:
    """Music: bars that a band could read."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    count = max(9, round(11 * w / sheet.unit))
    step, phase = w / count, sheet.between(0, 6)
    found = []
    for number in range(count):
        size = 0.16 + 0.3 * abs(math.sin(phase + 0.63 * number)) * abs(
            math.cos(0.31 * number + phase)
        )
        tall = 2 * size * h * sheet.between(0.8, 1.05)
        ink = inks.shapes[sheet.random.choice((0, 0, 1, 2))]
        x = step * (number + 0.5)
        data = f"M{x:.1f} {h / 2 - tall / 2:.1f}V{h / 2 + tall / 2:.1f}"
        bar = line(data, ink, 0.56 * step)
        found.append(bar.replace("/>", ' stroke-linecap="round"/>'))
    return found


def confetti(sheet: Sheet) -> list[str]:
    """Animation: balls, rings and pills that overlap."""
    u, inks = sheet.unit, sheet.inks
    centres = [(0.3, 0.36), (0.68, 0.3), (0.5, 0.66), (0.16, 0.74), (0.86, 0.68)]
    found = []
    for number, (x, y) in enumerate(centres):
        centre = sheet.at(x + sheet.between(-0.05, 0.05), y + sheet.between(-0.05, 0.05))
        size, ink = u * sheet.between(0.12, 0.23), inks.shapes[number % 3]
        kind = sheet.random.randrange(3)
        if kind == 0:
            found.append(disc(centre, size, ink, 0.95))
        elif kind == 1:
            found.append(ring(centre, 0.8 * size, ink, 0.42 * size))
        else:
            ends = [on_circle(centre, size, sheet.between(0, 360))]
            ends.append((2 * centre[0] - ends[0][0], 2 * centre[1] - ends[0][1]))
            data = f"M{ends[0][0]:.1f} {ends[0][1]:.1f}L{ends[1][0]:.1f} {ends[1][1]:.1f}"
            found.append(line(data, ink, 0.8 * size).replace("/>", ' stroke-linecap="round"/>'))
    return found


def balloons(sheet: Sheet) -> list[str]:
    """Animation: balloons on their way up."""
    u, h, inks = sheet.unit, sheet.height, sheet.inks
    found = []
    for number, x in enumerate((0.22, 0.5, 0.78)):
        cx, cy = sheet.at(x + sheet.between(-0.04, 0.04), sheet.between(0.24, 0.58))
        size = u * sheet.between(0.14, 0.2)
        curve = (0.05 * u, 0.15 * u, 0, 0.3 * u)
        string = route("M", cx, cy + size, "q", *curve, "T", cx, h + 10)
        found.append(line(string, inks.letters, 0.008 * u))
        found.append(disc((cx, cy), size, inks.shapes[number]))
        found.append(
            polygon(
                [
                    (cx - 0.03 * u, cy + size + 0.035 * u),
                    (cx + 0.03 * u, cy + size + 0.035 * u),
                    (cx, cy + size - 0.01 * u),
                ],
                inks.shapes[number],
            )
        )
    return found


def arcs(sheet: Sheet) -> list[str]:
    """Family: a rainbow from the corner."""
    w, h, u, inks = sheet.width, sheet.height, sheet.unit, sheet.inks
    centre = (sheet.random.choice((0.0, w / 2, w)), h)
    found, thick = [], 0.125 * u
    for number in range(5):
        ink = (*inks.shapes, inks.letters)[number % 4]
        found.append(ring(centre, 0.95 * u - number * thick * 1.12, ink, thick))
    return [*found, disc(sheet.at(0.5 if centre[0] else 0.82, 0.13), 0.06 * u, inks.first)]
