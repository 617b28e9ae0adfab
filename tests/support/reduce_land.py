"""Reduce the outlines of the world's land to what the map of ``-o html`` needs: path data of SVG.

``npm pack world-atlas@2.0.2``, unpack it, then ``python tests/support/reduce_land.py package/land-110m.json``.
It is deterministic: the same source gives the same bytes.
"""

from __future__ import annotations

import json
import sys
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[2] / "rvhctl/formats/html/world/land.txt"
TENTHS = 10
"""Units of a degree: 0.1 degrees are a third of a pixel on a map of the world."""

AROUND, SOUTH_POLE = 360 * TENTHS, 90 * TENTHS

Point = tuple[int, int]


def main(source: Path) -> None:
    """Read TopoJSON and write the path, a ring a line."""
    topology = json.loads(source.read_text(encoding="utf-8"))
    arcs = [points_of(arc, topology["transform"]) for arc in topology["arcs"]]
    (land,) = topology["objects"]["land"]["geometries"]
    rings = [ring_of(ring, arcs) for polygon in land["arcs"] for ring in polygon]
    TARGET.write_text("".join(f"{path_of(ring)}\n" for ring in rings if len(ring) > 2), encoding="ascii")


def points_of(arc: list[list[int]], transform: dict[str, Any]) -> list[Point]:
    """The points of an arc, whose steps are quantized; y grows to the south, as on a screen."""
    (wide, high), (west, south) = transform["scale"], transform["translate"]
    columns, rows = map(accumulate, zip(*arc, strict=True))
    return [
        (round((column * wide + west) * TENTHS), -round((row * high + south) * TENTHS))
        for column, row in zip(columns, rows, strict=True)
    ]


def ring_of(numbers: list[int], arcs: list[list[Point]]) -> list[Point]:
    """The points of a closed line, without those that fell together; a negative number is an arc backwards."""
    points = list(chain.from_iterable(arcs[at] if at >= 0 else arcs[~at][::-1] for at in numbers))
    ring = unwrapped(points)
    if ring[0] == ring[-1]:
        ring.pop()
    else:
        # It goes around the pole, which is closed here.
        ring += [(ring[-1][0], SOUTH_POLE), (ring[0][0], SOUTH_POLE)]
    middle = (min(ring)[0] + max(ring)[0]) / 2
    shift = round(middle / AROUND) * AROUND
    return [(x - shift, y) for x, y in ring]


def unwrapped(points: list[Point]) -> list[Point]:
    """Points of which those beyond the antimeridian go on there: the map draws the world several times in a row."""
    line = [points[0]]
    for x_after, y_after in points:
        x, y = line[-1]
        after = (x + (x_after - x + AROUND // 2) % AROUND - AROUND // 2, y_after)
        if after != (x, y):
            line.append(after)
    return line


def path_of(ring: list[Point]) -> str:
    """The ring as path data, in steps."""
    (x, y), *_ = ring
    steps = (f"{after[0] - before[0]} {after[1] - before[1]}" for before, after in pairwise(ring))
    return f"M{x} {y}l{' '.join(steps).replace(' -', '-')}z"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
