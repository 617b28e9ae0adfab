"""Names on the map, none over another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from rvhctl.formats.html.marks import Box
from rvhctl.formats.html.window import WIDTH

MOST: Final = 80
"""Names on a map."""
MOST_TRIED: Final = 400
"""Boxes for whose names room is looked for."""
MOST_INSISTED: Final = 12
"""Boxes that are not healthy up to which each has its name, wherever there is room."""
LONGEST: Final = 24
"""Characters of a name on the map; of a longer one the first, for the whole of it stands in the table."""
LARGE: Final = 60.0
"""Pixels of the width of a box from which on a name may stand in it."""
LETTER: Final = 7.0
LINE: Final = 15.0
"""Pixels of a letter and of a line, of the size of text that style.css has, with a little around it."""


class Label(NamedTuple):
    """A text, where its middle is, and the health that it tells."""

    text: str
    x: float
    y: float
    health: str


class Rectangle(NamedTuple):
    """In pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rectangle) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def labels_of(boxes: Iterable[Box], height: float) -> Iterator[Label]:
    """Yield the names of boxes that have room: the worst and the largest first, below, above or beside their box."""
    ordered = list(boxes)[::-1]
    taken = [_bounds(box) for box in ordered if box.width <= LARGE]
    few = sum(box.health != "healthy" for box in ordered) <= MOST_INSISTED
    said: list[Rectangle] = []
    for box in ordered[:MOST_TRIED]:
        text = shortened(box.name) if box.health == "healthy" else f"{shortened(box.name)} {box.health}"
        wide = len(text) * LETTER
        for x, y, obstacles in _tries(box, wide, said, taken, insists=few and box.health != "healthy"):
            label = Rectangle(x - wide / 2, y - LINE / 2, x + wide / 2, y + LINE / 2)
            inside = label.left >= 0 and label.right <= WIDTH and label.top >= 0 and label.bottom <= height
            if inside and not any(map(label.meets, obstacles)):
                said.append(label)
                yield Label(text, x, y, box.health)
                break
        if len(said) == MOST:
            return


def _tries(
    box: Box, wide: float, said: list[Rectangle], taken: list[Rectangle], *, insists: bool
) -> Iterator[tuple[float, float, list[Rectangle]]]:
    """Where a name might stand, and what must not be there; one that ``insists`` may be further away, or over boxes."""
    everything = said + taken
    for x, y in _places(box, wide):
        yield x, y, everything
    if not insists:
        return
    for obstacles in (everything, said):
        for far in range(7):
            for x, y in _places(box, wide):
                yield x + (x - box.x) * far * 0.5, y + (y - box.y) * far * 0.5, obstacles


def _bounds(box: Box) -> Rectangle:
    aside, up = box.width / 2, box.height / 2
    return Rectangle(box.x - aside, box.y - up, box.x + aside, box.y + up)


def shortened(name: str) -> str:
    """Return a name in no more than `LONGEST` characters."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _places(box: Box, wide: float) -> Iterator[tuple[float, float]]:
    down, aside = box.height / 2 + LINE / 2 + 1, box.width / 2 + wide / 2 + 3
    yield box.x, box.y + down
    yield box.x, box.y - down
    yield box.x + aside, box.y
    yield box.x - aside, box.y
    if box.width > LARGE:
        yield box.x, box.y - box.height / 2 + LINE
