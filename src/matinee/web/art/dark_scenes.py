"""Scenes of fear, crime, war and the unknown."""

from matinee.web.art.sheet import (
    Sheet,
    box,
    disc,
    half,
    line,
    on_circle,
    path,
    polygon,
    ring,
    turned,
)


def claws(sheet: Sheet) -> list[str]:
    """Horror: a moon torn by claws."""
    centre, radius = sheet.at(0.5, 0.5), 0.4 * sheet.unit
    torn = []
    for number in range(4):
        x = centre[0] + (number - 1.5) * 0.42 * radius
        top, bottom = centre[1] - 1.3 * radius, centre[1] + sheet.between(0.75, 1.2) * radius
        wide = 0.11 * radius
        torn.append(polygon([(x - wide, top), (x + wide, top), (x, bottom)], sheet.inks.ground))
    lean = sheet.random.choice((-1, 1)) * sheet.between(14, 28)
    return [disc(centre, radius, sheet.inks.first), turned(torn, lean, centre)]


def jaws(sheet: Sheet) -> list[str]:
    """Horror: teeth from above and below around something small."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    count = max(5, round(7 * w / sheet.unit))
    step = w / count
    found = []
    for number in range(-1, count + 1):
        x = number * step
        long, short = sheet.between(0.3, 0.42) * h, sheet.between(0.2, 0.34) * h
        found.append(polygon([(x, 0), (x + step, 0), (x + step / 2, long)], inks.first))
        x += step / 2
        found.append(polygon([(x, h), (x + step, h), (x + step / 2, h - short)], inks.first))
    return [disc(sheet.at(0.5, 0.56), 0.075 * sheet.unit, inks.second), *found]


def eye(sheet: Sheet) -> list[str]:
    """Horror and mystery: an eye that does not close."""
    (x, y), r, inks = sheet.at(0.5, 0.5), 0.44 * sheet.unit, sheet.inks
    lid = f"M{x - 1.15 * r:.1f} {y:.1f}Q{x:.1f} {y - 1.25 * r:.1f} {x + 1.15 * r:.1f} {y:.1f}"
    lid += f"Q{x:.1f} {y + 1.25 * r:.1f} {x - 1.15 * r:.1f} {y:.1f}Z"
    pupil = polygon(
        [(x, y - 0.42 * r), (x + 0.11 * r, y), (x, y + 0.42 * r), (x - 0.11 * r, y)], inks.ground
    )
    shapes = [path(lid, inks.first), disc((x, y), 0.47 * r, inks.second), pupil]
    return [turned(shapes, sheet.random.choice((0, 0, -28, 90)), (x, y))]


def spiral(sheet: Sheet) -> list[str]:
    """Thriller: falling in."""
    centre, inks = sheet.at(0.5, 0.5), sheet.inks
    start = sheet.between(0, 360)
    points = []
    turns, most = 5.2, 0.56 * sheet.unit
    for step in range(int(turns * 48)):
        share = step / (turns * 48)
        points.append(on_circle(centre, most * share**1.15, start + 360 * turns * share))
    data = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return [line(data, inks.first, 0.045 * sheet.unit), disc(centre, 0.05 * sheet.unit, inks.third)]


def blinds(sheet: Sheet) -> list[str]:
    """Thriller: somebody behind the blinds."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    found = [disc(sheet.at(sheet.between(0.36, 0.64), 0.5), 0.36 * sheet.unit, inks.third)]
    count = 9
    gone = sheet.random.randrange(3, 6)
    for number in range(count):
        thick = h / count * (0.34 + 0.06 * number)
        if number == gone:
            continue
        bar = box((-0.2 * w, h * number / count), 1.4 * w, thick, inks.first)
        lean = sheet.between(-4, 4) if abs(number - gone) == 1 else 0
        found.append(turned([bar], lean, (w / 2, h * number / count)))
    return found


def cut_paper(sheet: Sheet) -> list[str]:
    """Crime: strips of paper, cut by hand, one of them wrong."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    found, count = [], 6
    odd = sheet.random.randrange(1, count - 1)
    for number in range(count):
        x = w * (number + 0.5) / count
        top = h * sheet.between(0.02, 0.3) if number % 2 else -0.05 * h
        bottom = 1.05 * h if number % 2 else h * sheet.between(0.55, 0.97)
        wide = w / count * sheet.between(0.34, 0.46)
        slip = w / count * sheet.between(-0.22, 0.22)
        corners = [(x - wide, top), (x + wide, top + 0.03 * h)]
        corners += [(x + wide + slip, bottom), (x - wide + slip, bottom - 0.04 * h)]
        found.append(polygon(corners, inks.second if number == odd else inks.first))
    return found


def city(sheet: Sheet) -> list[str]:
    """Crime: a street by night, one window lit."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    found = [disc(sheet.at(sheet.between(0.2, 0.8), 0.3), 0.17 * sheet.unit, inks.second)]
    step, x = 0.155 * sheet.unit, -0.05 * w
    lit = []
    while x < w:
        wide, top = step * sheet.between(0.8, 1.35), h * sheet.between(0.3, 0.72)
        found.append(
            polygon([(x, top), (x + wide, top - 0.05 * h), (x + wide, h), (x, h)], inks.first)
        )
        lit.append((x + 0.35 * wide, top + 0.07 * h))
        x += wide + 0.012 * w
    windows = sheet.random.sample(lit, min(3, len(lit)))
    wide, tall = 0.022 * sheet.unit, 0.045 * sheet.unit
    return [*found, *(box(place, wide, tall, inks.ground) for place in windows)]


def keyhole(sheet: Sheet) -> list[str]:
    """Mystery: light through a keyhole."""
    (x, y), u, inks = sheet.at(0.5, 0.42), sheet.unit, sheet.inks
    beam = [(x - 0.09 * u, y), (x + 0.09 * u, y)]
    beam += [(x + 0.52 * u, sheet.height), (x - 0.52 * u, sheet.height)]
    hole = [
        (x - 0.05 * u, y),
        (x + 0.05 * u, y),
        (x + 0.1 * u, y + 0.3 * u),
        (x - 0.1 * u, y + 0.3 * u),
    ]
    return [
        polygon(beam, inks.second),
        disc((x, y), 0.3 * u, inks.first),
        ring((x, y), 0.35 * u, inks.first, 0.012 * u),
        disc((x, y - 0.03 * u), 0.105 * u, inks.ground),
        polygon(hole, inks.ground),
    ]


def eclipse(sheet: Sheet) -> list[str]:
    """Mystery: one disc before another, and their rings."""
    centre, u, inks = sheet.at(0.5, 0.5), sheet.unit, sheet.inks
    over = on_circle(centre, 0.14 * u, sheet.between(0, 360))
    rings = [ring(over, 0.3 * u + 0.055 * u * k, inks.first, 0.012 * u, 0.8) for k in range(1, 4)]
    return [disc(centre, 0.36 * u, inks.first), *rings, disc(over, 0.3 * u, inks.second)]


def searchlights(sheet: Sheet) -> list[str]:
    """War: beams that cross over a horizon."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    found = []
    for share in (0.12, 0.45, 0.88):
        x = w * (share + sheet.between(-0.05, 0.05))
        to = w * (1 - share + sheet.between(-0.3, 0.3))
        wide = 0.13 * w
        found.append(
            polygon(
                [(x, 0.86 * h), (to - wide, -0.05 * h), (to + wide, -0.05 * h)], inks.second, 0.5
            )
        )
    found.append(disc(sheet.at(0.5, 0.2), 0.09 * sheet.unit, inks.third))
    return [*found, box((0, 0.84 * h), w, 0.16 * h, inks.first)]


def ranks(sheet: Sheet) -> list[str]:
    """War: chevrons in rows, one turned around."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    size = sheet.unit / 5.2
    columns, rows = max(3, round(w / (size * 1.25))), max(3, round(h / (size * 1.1)))
    odd = (sheet.random.randrange(columns), sheet.random.randrange(1, rows - 1))
    found = []
    for row in range(rows):
        for column in range(columns):
            x, y = w * (column + 0.5) / columns, h * (row + 0.5) / rows
            d, t = size * 0.42, size * 0.24
            points = [(x - d, y + d / 2), (x, y - d / 2), (x + d, y + d / 2)]
            points += [(x + d, y + d / 2 + t), (x, y - d / 2 + t), (x - d, y + d / 2 + t)]
            wrong = (column, row) == odd
            shape = polygon(points, inks.third if wrong else inks.first)
            found.append(turned([shape], 180, (x, y)) if wrong else shape)
    return found


def stairs(sheet: Sheet) -> list[str]:
    """Drama: steps, and a sun that is going."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    count = 6
    rising = sheet.random.choice((True, False))
    found = [half(sheet.at(0.3 if rising else 0.7, 0.52), 0.3 * sheet.unit, inks.second)]
    for number in range(count):
        x = w * number / count
        share = (number + 1) / count if rising else 1 - number / count
        found.append(box((x, h * (1 - 0.78 * share)), w / count + 1.5, h, inks.first))
    return found
