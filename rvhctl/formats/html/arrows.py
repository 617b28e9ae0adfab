"""Arrows of traffic on the map: bent, as wide as their share, and around the world where that is shorter."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from rvhctl.formats.html.parts import Area, Flow
from rvhctl.formats.html.text import element, point, text
from rvhctl.formats.html.window import Rectangle, Window
from rvhctl.formats.wording import shown

MOST: Final = 300
"""Arrows on a map, the largest shares first."""
MOST_SHARES: Final = 40
"""Arrows up to which each has its number beside it."""
SHORTEST: Final = 12.0
"""Pixels of an arrow at least."""
READABLE: Final = 45.0
"""Pixels of an arrow with room for its number."""
NUMBER: Final = 32.0
"""Pixels of the width of a number, which is half as high."""
CLEAR: Final = 8.0
"""Pixels from the middle of an area that an arrow leaves free."""


class Arrow(NamedTuple):
    """From where and whereto an arrow goes, in pixels; the end may lie beyond the border of the map."""

    x: float
    y: float
    to_x: float
    to_y: float
    share: float
    title: str

    @property
    def length(self) -> float:
        return math.hypot(self.to_x - self.x, self.to_y - self.y)

    @property
    def turn(self) -> tuple[float, float]:
        """The point towards which the line is bent."""
        bend = min(0.18 * self.length, 60.0) / self.length
        across, down = self.to_x - self.x, self.to_y - self.y
        return (self.x + self.to_x) / 2 + down * bend, (self.y + self.to_y) / 2 - across * bend

    @property
    def middle(self) -> tuple[float, float]:
        """The point of the line where its number stands."""
        turn_x, turn_y = self.turn
        return (self.x + self.to_x) / 4 + turn_x / 2, (self.y + self.to_y) / 4 + turn_y / 2

    def is_numbered(self, count: int) -> bool:
        """Tell whether there is room for its number, with so many arrows on the map."""
        return count <= MOST_SHARES and self.length >= READABLE


def arrows_of(areas: Sequence[Area], flows: Sequence[Flow], window: Window) -> list[Arrow]:
    """Return the arrows of flows that are long enough to be seen, at most `MOST`, the largest share first."""
    arrows = [_arrow(areas[flow.origin], areas[flow.server], flow.share, window) for flow in flows]
    seen = [arrow for arrow in arrows if arrow.length >= SHORTEST]
    return sorted(seen, key=lambda arrow: -arrow.share)[:MOST]


def _arrow(origin: Area, server: Area, share: float, window: Window) -> Arrow:
    x, to_x = window.x(origin.lon), window.x(server.lon)
    half = window.around / 2
    to_x -= window.around * math.floor((to_x - x + half) / window.around)
    title = f"{origin.name} to {server.name}: {shown(share)} %"
    return Arrow(x, window.y(origin.lat), to_x, window.y(server.lat), share, title)


def drawn(arrow: Arrow, window: Window, count: int) -> str:
    """Return an arrow, of so many, as SVG; what leaves the map on one side comes in again on the other."""
    x, y, to_x, to_y, share, title = arrow
    length = arrow.length
    turn_x, turn_y = arrow.turn
    # The bend leaves as it arrives; its head points where its last part goes.
    side = math.hypot(to_x - turn_x, to_y - turn_y)
    away_x, away_y = (turn_x - x) / side, (turn_y - y) / side
    ahead_x, ahead_y = (to_x - turn_x) / side, (to_y - turn_y) / side
    clear = min(CLEAR, length / 4)
    width = 1.2 + share * 0.035
    head = min(5.0 + 1.8 * width, length / 2)
    start = point(x + away_x * clear, y + away_y * clear)
    tip_x, tip_y = to_x - ahead_x * clear, to_y - ahead_y * clear
    foot_x, foot_y = tip_x - ahead_x * head, tip_y - ahead_y * head
    wing_x, wing_y = -ahead_y * head * 0.45, ahead_x * head * 0.45
    line = f"M{start}Q{point(turn_x, turn_y)} {point(foot_x, foot_y)}"
    wings = f"{point(foot_x + wing_x, foot_y + wing_y)} {point(foot_x - wing_x, foot_y - wing_y)}"
    parts = (
        f'<title>{text(title)}</title><path d="{line}" stroke-width="{width:.1f}"/>'
        f'<path class="head" d="M{point(tip_x, tip_y)}L{wings}z"/>'
    )
    if arrow.is_numbered(count):
        middle_x, middle_y = arrow.middle
        parts += f'<text x="{middle_x:.1f}" y="{middle_y + 4:.1f}">{shown(share)} %</text>'
    return "".join(
        element("g", parts, class_="flow", transform=f"translate({move:.1f} 0)" if move else None)
        for move in window.repeats(min(x, to_x), max(x, to_x))
    )


def numbers_of(arrows: Sequence[Arrow], window: Window) -> Iterator[Rectangle]:
    """Yield where the numbers of arrows stand."""
    for arrow in arrows:
        if arrow.is_numbered(len(arrows)):
            x, y = arrow.middle
            for move in window.repeats(min(arrow.x, arrow.to_x), max(arrow.x, arrow.to_x)):
                yield Rectangle(x + move - NUMBER / 2, y - NUMBER / 4, x + move + NUMBER / 2, y + NUMBER / 4)
