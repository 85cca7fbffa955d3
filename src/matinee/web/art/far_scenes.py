"""Scenes of speed, space, the past and what was really so."""

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
    ring,
    route,
    turned,
)


def burst(sheet: Sheet) -> list[str]:
    """Action: rays from where it went off."""
    centre = sheet.at(sheet.between(0.25, 0.75), sheet.between(0.5, 0.85))
    inks, far = sheet.inks, 1.5 * max(sheet.width, sheet.height)
    count, start = 14, sheet.between(0, 25)
    found = []
    for number in range(count):
        a = start + 360 * number / count
        wedge = [centre, on_circle(centre, far, a - 6), on_circle(centre, far, a + 6)]
        found.append(polygon(wedge, inks.first if number % 2 else inks.second))
    return [
        *found,
        disc(centre, 0.2 * sheet.unit, inks.ground),
        disc(centre, 0.12 * sheet.unit, inks.third),
    ]


def stripes(sheet: Sheet) -> list[str]:
    """Action: something fast from below."""
    h, u, inks = sheet.height, sheet.unit, sheet.inks
    centre, found = sheet.at(0.5, 0.5), []
    for number in range(-4, 5):
        x = centre[0] + number * 0.16 * u
        long = h * (0.95 - 0.13 * abs(number) + sheet.between(-0.08, 0.08))
        ink = inks.shapes[(number + 9) % 3] if number else inks.third
        wide = 0.115 * u
        points = [
            (x - wide / 2, h * 1.4),
            (x - wide / 2, h - long),
            (x + wide / 2, h - long - wide),
        ]
        found.append(polygon([*points, (x + wide / 2, h * 1.4)], ink))
    return [turned(found, sheet.random.choice((-24, 24)), centre)]


def arrow(sheet: Sheet) -> list[str]:
    """Action: triangles, one behind the other."""
    u, inks = sheet.unit, sheet.inks
    centre, found = sheet.at(0.5, 0.5), []
    for number, ink in enumerate((inks.third, inks.second, inks.first)):
        x, y, s = centre[0], centre[1] - 0.2 * u + 0.19 * u * number, 0.32 * u
        found.append(
            polygon(
                [(x - s, y + 0.6 * s), (x, y - 0.6 * s), (x + s, y + 0.6 * s), (x, y + 0.12 * s)],
                ink,
            )
        )
    return [turned(found, sheet.random.choice((0, 45, 90, -30)), centre)]


def orbits(sheet: Sheet) -> list[str]:
    """Science fiction: a planet, and what goes around it."""
    centre, u, inks = sheet.at(sheet.between(0.4, 0.6), 0.5), sheet.unit, sheet.inks
    found = [ring(centre, u * (0.24 + 0.1 * k), inks.second, 0.006 * u, 0.75) for k in range(5)]
    found.append(disc(centre, 0.17 * u, inks.first))
    found.append(half(centre, 0.17 * u, inks.third, sheet.between(100, 160)))
    for k in (1, 3):
        moon = on_circle(centre, u * (0.24 + 0.1 * k), sheet.between(0, 360))
        found.append(
            disc(moon, u * 0.028 * (2 if k == 3 else 1), inks.third if k == 1 else inks.letters)
        )
    return found


def horizon(sheet: Sheet) -> list[str]:
    """Science fiction: a striped sun over a grid."""
    w, h, u, inks = sheet.width, sheet.height, sheet.unit, sheet.inks
    level, sun = 0.64 * h, (0.5 * w, 0.6 * h)
    found = [disc(sun, 0.36 * u, inks.first)]
    for number in range(5):
        y = sun[1] - 0.2 * u + 0.075 * u * number
        found.append(box((0, y), w, u * (0.008 + 0.007 * number), inks.ground))
    found.append(box((0, level), w, h, inks.ground))
    for number in range(-9, 10):
        data = (
            f"M{w / 2 + 0.05 * u * number:.1f} {level:.1f}L{w / 2 + 0.32 * u * number:.1f} {h:.1f}"
        )
        found.append(line(data, inks.second, 0.006 * u))
    for number in range(5):
        y = level + (h - level) * (number / 4.4) ** 1.8
        found.append(line(f"M0 {y:.1f}H{w:.1f}", inks.second, 0.006 * u))
    return found


def monolith(sheet: Sheet) -> list[str]:
    """Science fiction: a slab, and a disc that rises behind it."""
    u, inks = sheet.unit, sheet.inks
    (x, y) = sheet.at(0.5, 0.56)
    found = [
        disc((x, y - 0.2 * u), 0.27 * u, inks.first),
        ring((x, y - 0.2 * u), 0.35 * u, inks.third, 0.01 * u),
    ]
    slab = [(x - 0.1 * u, y - 0.32 * u), (x + 0.1 * u, y - 0.32 * u)]
    slab += [(x + 0.13 * u, sheet.height), (x - 0.13 * u, sheet.height)]
    found.append(polygon(slab, inks.second))
    sky = [sheet.at(sheet.random.random(), 0.6 * sheet.random.random()) for _ in range(16)]
    return [*found, *(disc(place, 0.006 * u, inks.letters, 0.8) for place in sky)]


def moon(sheet: Sheet) -> list[str]:
    """Fantasy: a crescent, a star, hills."""
    w, h, u, inks = sheet.width, sheet.height, sheet.unit, sheet.inks
    centre = sheet.at(0.5, 0.4)
    bite = on_circle(centre, 0.13 * u, sheet.between(-60, 10))
    found = [disc(centre, 0.27 * u, inks.first), disc(bite, 0.23 * u, inks.ground)]
    found.append(star(bite, 0.11 * u, inks.third))
    sky = [sheet.at(sheet.random.random(), 0.5 * sheet.random.random()) for _ in range(5)]
    found += [star(place, 0.022 * u, inks.second) for place in sky]
    for k, ink in enumerate((inks.second, inks.third)):
        x, radius = w * (0.18 + 0.62 * k), w * 0.62
        found.append(disc((x, h + radius * (0.72 + 0.06 * k)), radius, ink))
    return found


def spires(sheet: Sheet) -> list[str]:
    """Fantasy: towers on a hill."""
    w, h, u, inks = sheet.width, sheet.height, sheet.unit, sheet.inks
    found = [disc(sheet.at(0.5, 0.42), 0.34 * u, inks.second)]
    for x, top, wide in (
        (0.5, 0.16, 0.13),
        (0.36, 0.36, 0.1),
        (0.64, 0.32, 0.1),
        (0.24, 0.52, 0.08),
        (0.77, 0.5, 0.08),
    ):
        cx, y, s = w / 2 + (x - 0.5) * u, h * top, wide * u / 2
        found.append(
            polygon(
                [(cx - s * 1.25, y + 2.6 * s), (cx, y - s), (cx + s * 1.25, y + 2.6 * s)],
                inks.first,
            )
        )
        found.append(box((cx - s, y + 2.6 * s), 2 * s, h, inks.third))
    return [*found, disc((w / 2, h + 0.52 * w), 0.7 * w, inks.letters)]


def star(centre: tuple[float, float], size: float, colour: str) -> str:
    """A star with four points."""
    (x, y), s = centre, size
    turns = [(x + s, y), (x, y + s), (x - s, y), (x, y - s)]
    data = route("M", x, y - s, *(part for end in turns for part in ("Q", x, y, *end)), "Z")
    return path(data, colour)


def mesas(sheet: Sheet) -> list[str]:
    """Western: rocks, a sun, and the ground in layers."""
    w, h, u, inks = sheet.width, sheet.height, sheet.unit, sheet.inks
    found = [disc(sheet.at(sheet.between(0.35, 0.65), 0.46), 0.3 * u, inks.second)]
    x = -0.1 * w
    while x < w:
        wide, top = u * sheet.between(0.16, 0.36), h * sheet.between(0.38, 0.6)
        found.append(
            polygon(
                [
                    (x, top),
                    (x + wide, top),
                    (x + 1.22 * wide, 0.74 * h),
                    (x - 0.22 * wide, 0.74 * h),
                ],
                inks.first,
            )
        )
        x += wide * sheet.between(1.7, 2.6)
    for k, ink in enumerate((inks.first, inks.third, inks.first)):
        found.append(box((0, h * (0.73 + 0.1 * k)), w, 0.3 * h, ink, 1 if k != 1 else 0.9))
    return found


def rider(sheet: Sheet) -> list[str]:
    """Western: a long road under a low sun."""
    w, h, u, inks = sheet.width, sheet.height, sheet.unit, sheet.inks
    found = [half((w / 2, 0.56 * h), 0.38 * u, inks.second), box((0, 0.56 * h), w, h, inks.first)]
    found.append(
        polygon(
            [
                (w / 2 - 0.012 * u, 0.56 * h),
                (w / 2 + 0.012 * u, 0.56 * h),
                (w / 2 + 0.3 * u, h),
                (w / 2 - 0.3 * u, h),
            ],
            inks.third,
        )
    )
    for x, tall in ((0.17, 0.26), (0.84, 0.34)):
        cx, y, s = w * x, 0.6 * h, 0.024 * u
        found.append(box((cx - s, y - tall * h), 2 * s, (tall + 0.1) * h, inks.letters))
        left = ("M", cx, y - 0.06 * h, "h", -0.08 * u, "v", -0.09 * h)
        right = ("M", cx, y - 0.1 * h, "h", 0.08 * u, "v", -0.08 * h)
        found.append(line(route(*left, *right), inks.letters, 1.6 * s))
    return found


def arches(sheet: Sheet) -> list[str]:
    """History: arches, within arches."""
    w, h, u, inks = sheet.width, sheet.height, sheet.unit, sheet.inks
    found, x, y = [], w / 2, 0.5 * h
    for number, ink in enumerate((inks.first, inks.ground, inks.third, inks.ground, inks.second)):
        r = u * (0.44 - 0.088 * number)
        data = f"M{x - r:.1f} {h:.1f}V{y:.1f}A{r:.1f} {r:.1f} 0 0 1 {x + r:.1f} {y:.1f}V{h:.1f}Z"
        found.append(path(data, ink))
    return found


def banner(sheet: Sheet) -> list[str]:
    """History: columns, and what they carry."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    count = max(4, round(5 * w / sheet.unit))
    found = [
        box((0, 0.16 * h), w, 0.1 * h, inks.first),
        box((0, 0.88 * h), w, 0.12 * h, inks.first),
    ]
    odd = sheet.random.randrange(count)
    for number in range(count):
        x, wide = w * (number + 0.24) / count, 0.52 * w / count
        found.append(
            box((x, 0.3 * h), wide, 0.54 * h, inks.second if number == odd else inks.first)
        )
        found.append(box((x - 0.05 * w / count, 0.275 * h), wide * 1.2, 0.035 * h, inks.third))
    return found


def dots(sheet: Sheet) -> list[str]:
    """Documentary: a printed photograph, from very near."""
    w, h, inks = sheet.width, sheet.height, sheet.inks
    step = sheet.unit / 13
    focus = sheet.at(sheet.between(0.3, 0.7), sheet.between(0.3, 0.7))
    found = []
    for row in range(math.ceil(h / step)):
        for column in range(math.ceil(w / step)):
            centre = ((column + 0.5 * (row % 2) + 0.25) * step, (row + 0.5) * step)
            near = math.dist(centre, focus) / sheet.unit
            size = step * 0.56 * max(0.08, 1 - 1.25 * near)
            found.append(disc(centre, size, inks.first))
    return [*found, ring(focus, 0.34 * sheet.unit, inks.third, 0.02 * sheet.unit)]


def frame(sheet: Sheet) -> list[str]:
    """Documentary: what a finder shows."""
    u, inks = sheet.unit, sheet.inks
    x, y = sheet.at(0.5, 0.5)
    a, b, arm = 0.4 * u, 0.32 * u, 0.13 * u
    corners = "".join(
        f"M{x + sx * a:.1f} {y + sy * (b - arm):.1f}V{y + sy * b:.1f}H{x + sx * (a - arm):.1f}"
        for sx in (-1, 1)
        for sy in (-1, 1)
    )
    return [
        disc((x, y), 0.2 * u, inks.second),
        half((x, y), 0.2 * u, inks.first, sheet.random.choice((0, 45, 90, 180))),
        line(corners, inks.first, 0.022 * u),
        disc((x + a - 0.03 * u, y - b + 0.03 * u), 0.022 * u, inks.third),
    ]
