"""What is too close to be drawn apart on the map, as one: boxes of areas, spots of nodes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Final, NamedTuple, TypeVar

from rvhctl.formats.html.parts import Area, Dot
from rvhctl.formats.html.text import NAMED, named
from rvhctl.formats.html.window import WIDTH, Rectangle, Window
from rvhctl.formats.wording import aligned, counted, share_of
from rvhctl.streams.progress import watched

BOX: Final = 16.0
"""Pixels of the side of a box at least; smaller areas that are closer to each other share one."""
CLOSE: Final = 5.0
"""Pixels; nodes that are closer share a spot."""
MOST_SPOTS: Final = 1500
"""Spots on a map; where there would be more, nodes that are further apart share one, too."""
HEALTHS: Final = ("healthy", "degraded", "down")
"""The better first."""
CLASSES: Final = 5
"""Of latencies, with as many nodes in each."""

Thing = TypeVar("Thing")


class Box(NamedTuple):
    """An area, or several small ones that are close to each other, in pixels."""

    x: float
    y: float
    """The middle."""
    width: float
    height: float
    health: str
    """The worst of them."""
    name: str
    title: str
    nodes: int


class Spot(NamedTuple):
    """A node, or several that are close to each other, in pixels."""

    x: float
    y: float
    radius: float
    level: int
    """The class of the latency, of several nodes that serve the median; -1 without any, or where none serves."""
    title: str

    @property
    def bounds(self) -> Rectangle:
        x, y, radius = self.x, self.y, self.radius
        return Rectangle(x - radius, y - radius, x + radius, y + radius)


def _close(
    things: Iterable[Thing], place: Callable[[Thing], tuple[float, float]], size: float
) -> list[list[Thing]]:
    """Things in squares of that size."""
    squares: dict[tuple[int, int], list[Thing]] = {}
    for thing in things:
        x, y = place(thing)
        squares.setdefault((int(x // size), int(y // size)), []).append(thing)
    return list(squares.values())


def _joined(
    several: Iterable[list[Thing]], place: Callable[[Thing], tuple[float, float]], size: float
) -> list[list[Thing]]:
    """Things in squares of twice the size, out of those that they were in."""
    larger = _close(several, lambda some: place(some[0]), size)
    return [list(chain.from_iterable(some)) for some in larger]


def boxes_of(areas: Sequence[Area], kind: str, window: Window) -> list[Box]:
    """Return the boxes of areas, the worst last, so that nothing covers them."""

    def place(area: Area) -> tuple[float, float]:
        return window.x(area.lon), window.y(area.lat)

    def is_small(area: Area) -> bool:
        return max(area.width * window.x_scale, area.height * window.y_scale) < BOX

    small = [area for area in areas if is_small(area)]
    several = [[area] for area in areas if not is_small(area)] + _close(small, place, BOX)
    boxes = [_box(some, kind, window) for some in several]
    return sorted(boxes, key=lambda box: (HEALTHS.index(box.health), -box.nodes))


def _box(areas: list[Area], kind: str, window: Window) -> Box:
    first = max(areas, key=lambda area: (HEALTHS.index(area.health), area.nodes))
    nodes, serving = sum(area.nodes for area in areas), sum(area.serving for area in areas)
    share = share_of(serving, nodes, "node", "serve")
    name, title = first.name, f"{first.name}: {first.health}, {share}"
    if len(areas) > 1:
        counts = Counter(area.health for area in areas)
        healths = ", ".join(f"{counts[health]} {health}" for health in reversed(HEALTHS) if counts[health])
        names = named((area.name for area in areas), len(areas))
        name, title = (
            f"{first.name} +{len(areas) - 1}",
            f"{counted(len(areas), kind)}: {healths}, {share}: {names}",
        )
    width = max(first.width * window.x_scale, BOX)
    height = max(first.height * window.y_scale, BOX)
    return Box(window.x(first.lon), window.y(first.lat), width, height, first.health, name, title, nodes)


def seen(box: Box, window: Window) -> list[Rectangle]:
    """Return what is seen of a box: two pieces of one that is cut where the map is."""
    left, right = box.x - box.width / 2, box.x + box.width / 2
    top, bottom = box.y - box.height / 2, box.y + box.height / 2
    return [
        Rectangle(max(left + move, 0.0), top, min(right + move, WIDTH), bottom)
        for move in window.repeats(left, right)
    ]


def limits_of(dots: Iterable[Dot]) -> list[float]:
    """Return the greatest latency of each class; fewer than classes where latencies are few."""
    latencies = sorted(dot.latency for dot in dots if dot.latency == dot.latency)
    if not latencies:
        return []
    places = (math.ceil(len(latencies) * number / CLASSES) - 1 for number in range(1, CLASSES + 1))
    return sorted({latencies[max(place, 0)] for place in places})


def spots_of(dots: Sequence[Dot], limits: Sequence[float], window: Window) -> tuple[list[Spot], float]:
    """Return the spots of nodes, those with most of them first, and the pixels within which nodes share one."""

    def place(dot: Dot) -> tuple[float, float]:
        return window.x(dot.lon), window.y(dot.lat)

    several, size = _close(watched(dots, "drawing nodes", len(dots), "nodes"), place, CLOSE), CLOSE
    while len(several) > MOST_SPOTS:
        size *= 2
        several = _joined(several, place, size)
    spots = [_spot(some, limits, window) for some in several]
    return sorted(spots, key=lambda spot: -spot.radius), size


def _spot(dots: list[Dot], limits: Sequence[float], window: Window) -> Spot:
    kept = [dot for dot in dots if dot.kept]
    ordered = sorted(kept or dots, key=lambda dot: (dot.latency != dot.latency, dot.latency))
    middle = ordered[(len(ordered) - 1) // 2]
    level = next((at for at, limit in enumerate(limits) if middle.latency <= limit), -1) if kept else -1
    latency = f"{aligned([middle.latency])[0]} ms" if middle.latency == middle.latency else "no measurement"
    title = f"{middle.name}: {latency}, {'serves' if kept else 'dropped'}"
    if len(dots) > 1:
        shown = [*ordered, *(dot for dot in dots if kept and not dot.kept)][:NAMED]
        share = share_of(len(kept), len(dots), "node", "serve")
        title = f"{share}, the median: {latency}: {named((dot.name for dot in shown), len(dots))}"
    radius = min(3.6 + 0.5 * math.log2(len(dots)), 6.5)
    return Spot(window.x(middle.lon), window.y(middle.lat), radius, level, title)
