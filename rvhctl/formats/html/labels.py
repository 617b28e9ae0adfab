"""Names on the map, none over another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from rvhctl.formats.html.marks import Box, seen
from rvhctl.formats.html.window import WIDTH, Rectangle, Window

MOST: Final = 80
"""Names on a map."""
MOST_TRIED: Final = 400
"""Boxes for whose names room is looked for."""
MOST_INSISTED: Final = 12
"""Boxes that are not healthy up to which each has its name, wherever there is room."""
LONGEST: Final = 24
"""Characters of a name on the map; of a longer one the first, for the whole of it stands in the table."""
LETTER: Final = 7.0
LINE: Final = 15.0
"""Pixels of a letter and of a line, of the size of text that style.css has, with a little around it."""
SQUARE: Final = 64.0
"""Pixels of the squares by which what is near is found."""
EDGE: Final = 4.0
"""Pixels between a name and the border of the box that it stands in."""


class Label(NamedTuple):
    """A text of one line or two, where its middle is, and the health that it tells."""

    lines: tuple[str, ...]
    x: float
    y: float
    health: str

    @property
    def bounds(self) -> Rectangle:
        aside, up = max(map(len, self.lines)) * LETTER / 2, len(self.lines) * LINE / 2
        return Rectangle(self.x - aside, self.y - up, self.x + aside, self.y + up)


class _Taken:
    """Rectangles, found by where they are."""

    def __init__(self, rectangles: Iterable[Rectangle] = ()) -> None:
        self._squares: dict[tuple[int, int], list[Rectangle]] = {}
        for rectangle in rectangles:
            self.add(rectangle)

    def add(self, rectangle: Rectangle) -> None:
        for square in _squares(rectangle):
            self._squares.setdefault(square, []).append(rectangle)

    def meets(self, rectangle: Rectangle) -> bool:
        return any(
            rectangle.meets(other)
            for square in _squares(rectangle)
            for other in self._squares.get(square, ())
        )


def _squares(rectangle: Rectangle) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = (int(side // SQUARE) for side in rectangle)
    for x in range(left, right + 1):
        for y in range(top, bottom + 1):
            yield x, y


def labels_of(boxes: Iterable[Box], marks: Iterable[Rectangle], window: Window) -> Iterator[Label]:
    """Yield the names of boxes that have room: the worst and the largest first, in their box or else beside it.

    Args:
        marks: what a name covers only where all other room is taken.
    """
    ordered = list(boxes)[::-1]
    others = _Taken(piece for box in ordered for piece in seen(box, window))
    marked = _Taken(marks)
    said = _Taken()
    few = sum(box.health != "healthy" for box in ordered) <= MOST_INSISTED
    count = 0
    for box in ordered[:MOST_TRIED]:
        piece = max(seen(box, window), key=lambda piece: piece.right - piece.left)
        insists = few and box.health != "healthy"
        for label, free_of in _tries(box, piece, said, marked, others, insists=insists):
            bounds = label.bounds
            on_map = (
                bounds.left >= 0
                and bounds.right <= WIDTH
                and bounds.top >= 0
                and bounds.bottom <= window.height
            )
            if on_map and not any(taken.meets(bounds) for taken in free_of):
                said.add(bounds)
                yield label
                count += 1
                break
        if count == MOST:
            return


def _tries(
    box: Box, piece: Rectangle, said: _Taken, marked: _Taken, others: _Taken, *, insists: bool
) -> Iterator[tuple[Label, tuple[_Taken, ...]]]:
    """Where a name might stand, and what must not be there; one that ``insists`` may be further away, or over boxes."""
    inside = list(_inside(box, piece))
    beside = _words(box)
    for label in inside:
        yield label, (said, marked)
    for label in _beside(box, beside, piece):
        yield label, (said, marked, others)
    for label in inside:
        yield label, (said,)
    for label in _beside(box, beside, piece):
        yield label, (said, others)
    if not insists:
        return
    for free_of in ((said, others), (said,)):
        for far in range(7):
            for label in _beside(box, beside, piece, far * 0.5):
                yield label, free_of


def _words(box: Box) -> tuple[str, ...]:
    name = shortened(box.name)
    return (name,) if box.health == "healthy" else (name, box.health)


def _inside(box: Box, piece: Rectangle) -> Iterator[Label]:
    """In the corners, which arrows leave free, and between them, if the box is large enough."""
    words = _words(box)
    for lines in dict.fromkeys(((" ".join(words),), words)):
        aside, up = max(map(len, lines)) * LETTER / 2 + EDGE, len(lines) * LINE / 2 + EDGE
        left, right, top, bottom = piece.left + aside, piece.right - aside, piece.top + up, piece.bottom - up
        if left <= right and top <= bottom:
            for x in (left, right, (left + right) / 2):
                for y in (top, bottom):
                    yield Label(lines, x, y, box.health)
            return


def _beside(box: Box, words: Sequence[str], piece: Rectangle, far: float = 0.0) -> Iterator[Label]:
    """Below, above, to the right and to the left; ``far`` is how often its own distance it is further away."""
    text = " ".join(words)
    x, y = (piece.left + piece.right) / 2, (piece.top + piece.bottom) / 2
    down = ((piece.bottom - piece.top) / 2 + LINE / 2 + 1) * (1 + far)
    aside = ((piece.right - piece.left) / 2 + len(text) * LETTER / 2 + 3) * (1 + far)
    for to_x, to_y in ((0.0, down), (0.0, -down), (aside, 0.0), (-aside, 0.0)):
        yield Label((text,), x + to_x, y + to_y, box.health)


def shortened(name: str) -> str:
    """Return a name in no more than `LONGEST` characters."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
