"""The map and the path: the drawings of the product, as SVG. Geometry is in attributes, colours come by class."""

import math
from collections.abc import Sequence
from functools import lru_cache

Point = tuple[float, float]

#: Where the path passes, from the first month to the last, on a drawing 1200 wide and 190 high.
HEIGHTS = (150, 132, 138, 108, 118, 84, 90, 52, 34)
BEFORE: list[Point] = [(-900, 176), (-620, 160), (-380, 170), (-150, 152)]
BACK: list[Point] = [
    (-900, 150), (-640, 112), (-420, 136), (-180, 88), (0, 118), (90, 96), (210, 112), (330, 66), (450, 92), (580, 44),
    (720, 78), (850, 30), (980, 64), (1100, 22), (1210, 48), (1420, 6), (1660, 52), (1900, 20),
]  # fmt: skip
MIDDLE: list[Point] = [
    (-900, 160), (-560, 138), (-300, 150), (0, 142), (120, 128), (260, 116), (380, 124), (520, 86), (650, 104),
    (790, 62), (930, 88), (1060, 40), (1210, 66), (1480, 30), (1700, 70), (1900, 48),
]  # fmt: skip
WIDTH, HEIGHT = 1200, 190
HIDDEN = 'aria-hidden="true" focusable="false"'


def _curves(points: Sequence[Point], tension: float) -> list[str]:
    """The pieces of a smooth line through the points, the first one being where it starts."""
    pieces = [f"M{points[0][0]:.0f} {points[0][1]:.0f}"]
    for i in range(len(points) - 1):
        p0, p1, p2, p3 = points[max(i - 1, 0)], points[i], points[i + 1], points[min(i + 2, len(points) - 1)]
        a = (p1[0] + (p2[0] - p0[0]) * tension / 3, p1[1] + (p2[1] - p0[1]) * tension / 3)
        b = (p2[0] - (p3[0] - p1[0]) * tension / 3, p2[1] - (p3[1] - p1[1]) * tension / 3)
        pieces.append(f"C{a[0]:.0f} {a[1]:.0f} {b[0]:.0f} {b[1]:.0f} {p2[0]:.0f} {p2[1]:.0f}")
    return pieces


def _line(points: Sequence[Point], tension: float = 1.15) -> str:
    return "".join(_curves(points, tension))


def heights(months: int) -> list[float]:
    """The heights of HEIGHTS, spread over another number of months."""
    if months == 1:
        return [HEIGHTS[len(HEIGHTS) // 2]]
    last = len(HEIGHTS) - 1
    spread = []
    for i in range(months):
        at = i * last / (months - 1)
        low = min(int(at), last - 1)
        spread.append(round(HEIGHTS[low] + (HEIGHTS[low + 1] - HEIGHTS[low]) * (at - low), 1))
    return spread


@lru_cache(maxsize=128)
def path(states: tuple[str, ...]) -> str:
    """The relief a cohort walks through: one stop a month, `past`, `here` or `ahead`, and a flag where it stands."""
    n = len(states)
    step = WIDTH / n
    stops = [(step * (i + 0.5), y) for i, y in enumerate(heights(n))]
    after: list[Point] = [(WIDTH + 120, 46), (WIDTH + 360, 20), (WIDTH + 620, 48), (WIDTH + 900, 30)]
    way = [*BEFORE, *stops, *after]
    whole = _line(way)
    # How far the cohort has come: the current month, else the last one behind it.
    come = max((i for i, state in enumerate(states) if state in ("past", "here")), default=-1)
    if come == n - 1 and states[come] == "past":
        walked = whole
    else:
        walked = "".join(_curves(way, 1.15)[: len(BEFORE) + come + 1]) if come >= 0 else ""
    out = [f'<svg class="relief" viewBox="0 0 {WIDTH} {HEIGHT}" {HIDDEN}>']
    for name, outline in (("far", _line(BACK, 1.1)), ("mid", _line(MIDDLE, 1.1)), ("near", whole)):
        out.append(f'<path class="{name}" d="{outline}L2100 {HEIGHT}L-900 {HEIGHT}z"/>')
    for depth in (16, 32, 48, 66, 86):  # contour lines follow the slope and flatten with depth
        line = [(x, min(y + depth + (HEIGHT - y) * depth / 420, HEIGHT - 1)) for x, y in way]
        out.append(f'<path class="contour" opacity="{0.62 - depth / 200:.2f}" d="{_line(line)}"/>')
    out.append(f'<path class="way" d="{whole}"/>')
    if walked:
        out.append(f'<path class="walked" d="{walked}"/>')
    for (x, y), state in zip(stops, states, strict=True):
        if state == "past":
            out.append(f'<circle class="stop past" cx="{x:.0f}" cy="{y:.0f}" r="10"/>')
            out.append(f'<path class="tick-mark" d="M{x - 4:.0f} {y:.0f}l3 3.2 5.2-6"/>')
        elif state == "here":
            out.append(f'<path class="pole" d="M{x:.0f} {y + 2:.0f}v-46"/>')
            out.append(f'<path class="flag" d="M{x + 1.5:.1f} {y - 44:.0f}h30l-7 9 7 9h-30z"/>')
            out.append(f'<circle class="stop here" cx="{x:.0f}" cy="{y:.0f}" r="11"/>')
        else:
            out.append(f'<circle class="stop ahead" cx="{x:.0f}" cy="{y:.0f}" r="8"/>')
    return "".join([*out, "</svg>"])


def _ring(cx: float, cy: float, r: float, bend: float, turn: float) -> str:
    points = []
    for i in range(10):
        a = 2 * math.pi * i / 10
        radius = r * (1 + bend * math.sin(2 * a + turn) + bend * 0.6 * math.cos(3 * a - turn))
        points.append((cx + radius * 1.25 * math.cos(a), cy + radius * math.sin(a)))
    d = f"M{points[1][0]:.0f} {points[1][1]:.0f}"
    for i in range(1, 11):
        p0, p1, p2, p3 = points[i - 1], points[i % 10], points[(i + 1) % 10], points[(i + 2) % 10]
        d += (
            f"C{p1[0] + (p2[0] - p0[0]) / 6:.0f} {p1[1] + (p2[1] - p0[1]) / 6:.0f}"
            f" {p2[0] - (p3[0] - p1[0]) / 6:.0f} {p2[1] - (p3[1] - p1[1]) / 6:.0f} {p2[0]:.0f} {p2[1]:.0f}"
        )
    return d


@lru_cache(maxsize=1)
def contours() -> str:
    """Two summits, one territory: the contour lines behind the filled panel."""
    rings = [_ring(250, 110, r, 0.07, 0.5) for r in (14, 30, 46, 62)]
    rings += [_ring(365, 205, r, 0.08, 2.1) for r in (12, 26, 40)]
    rings += [
        _ring(300, 150, r, 0.07 + 0.004 * i, 0.9 + 0.08 * i) for i, r in enumerate((96, 118, 142, 168, 196, 226, 258))
    ]
    return (
        f'<svg class="contours" viewBox="0 0 420 320" preserveAspectRatio="xMaxYMin slice" {HIDDEN}>'
        f'<path d="{"".join(rings)}"/></svg>'
    )


def step(progress: float, *, walker: bool = True) -> str:
    """A step of a session as a pass to cross, `progress` from 0 to 1; the rest of the way is dotted."""

    def level(x: float) -> float:
        return 96 - 66 * math.exp(-(((x - 330) / 150) ** 2)) - 24 * math.exp(-(((x - 110) / 90) ** 2))

    width, height = 600, 120
    progress = min(max(progress, 0.0), 1.0)
    x = progress * width
    points: list[Point] = [(at, level(at)) for at in range(-20, width + 41, 40)]
    done: list[Point] = [*(point for point in points if point[0] < x), (x, level(x))]
    out = [f'<svg class="pass" viewBox="0 0 {width} {height}" preserveAspectRatio="none" {HIDDEN}>']
    out.append(f'<path class="ground" d="{_line(points, 1)}L{width + 40} {height}L-20 {height}z"/>')
    out.append(f'<path class="crossed" d="{_line(done, 1)}L{x:.0f} {height}L-20 {height}z"/>')
    out.append(f'<path class="way" d="{_line(points, 1)}"/><path class="walked" d="{_line(done, 1)}"/>')
    if walker:
        out.append(f'<circle class="walker" cx="{x:.0f}" cy="{level(x):.0f}" r="13"/>')
    return "".join([*out, "</svg>"])


LOGO = (
    f'<svg class="logo" viewBox="0 0 44 30" {HIDDEN}>'
    '<path class="sun" d="M17 26C20.5 16 24.5 4.5 30.5 4.5S40 16 43 26z"/>'
    '<path class="hill" d="M1 26C4 18.5 8.5 9.5 14 9.5S24.5 18.5 28 26z"/>'
    '<path class="gate" d="M8.2 26c1.6-4.6 3.4-8 5.8-8s4.6 3.6 6.2 8"/></svg>'
)
