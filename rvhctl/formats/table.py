"""Tables for people: nothing in the data is read as markup, no text is cut, no line is too wide.

A list of more than a few lines ends with how many more there are.
"""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, repeat, zip_longest
from operator import not_
from typing import Any, Final

import orjson

from rvhctl.core.columns import Floats
from rvhctl.core.text.lines import SideBySide, longest_line, number_lines
from rvhctl.core.words import COMPILED
from rvhctl.formats.shapes import IdList, View, cell_text, cell_texts, named_side
from rvhctl.formats.wording import aligned
from rvhctl.streams.folding import few_lines, folded, length
from rvhctl.streams.progress import watched
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice, use_color, visible

Paint = Callable[..., str]
"""Shows a text in styles."""

SOME: Final = 1000
"""Rows drawn at a time."""

MOST_WRITTEN: Final = 1 << 16
"""Characters written at a time, and those of the lines that exceed them."""

NARROWEST: Final = 10
"""Columns for a text that folds; where it has fewer, one value a line reads better."""

SHORTEST_BAR: Final = 2
"""Characters of the longest bar where the terminal has hardly any room for it."""

LONGEST_BAR: Final = 72
"""And where it is wide: longer ones are not compared more easily."""

EDGES: Final = 2
"""Blanks to the left and right of a table."""

WIDEST_GAP: Final = 3
"""Columns between two cells; one less where that makes the table fit."""

NUMBERS: Final = frozenset({int, float})
NUMBER_COLUMNS: Final = frozenset({range, Floats})

BOLD: Final = "1"
DIM: Final = "2"
RED: Final = "31"
YELLOW: Final = "33"
"""What text looks like, as parameters of an escape sequence (ECMA-48, 8.3.117)."""

STYLES: Final = {
    ("health", "degraded"): YELLOW,
    ("health", "down"): RED,
    ("verdict", "down"): RED,
    ("reason", "down"): RED,
    ("reason", "dropped_by_safeguard"): RED,
    ("reason", "damped"): YELLOW,
    ("reason", "kept_by_safeguard"): YELLOW,
}
"""The colour of a value in a column: what needs a look. Everything else has none."""


def write(view: View, sink: Sink, color: ColorChoice) -> None:
    """Draw a view on standard output, as wide as the terminal, with its caption below.

    What does not fit side by side is drawn one value a line.
    """
    view = view.for_people()
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    width = shutil.get_terminal_size((80, 24)).columns
    paint = _styled if use_color(color, sys.stdout) else _plain
    parts: list[list[Any]] = [[] for _ in view.columns]
    for piece in view.pieces():
        for of_column, part in zip(parts, piece, strict=True):
            of_column.append(part)
    vital = chain.from_iterable(parts[view.names.index(view.vital)]) if view.vital else ()
    faint = list(map(not_, vital)) if view.vital else [False] * sum(map(len, parts[0]))
    columns = [_Column(name, some, encoding, width) for name, some in zip(view.columns, parts, strict=True)]
    body = _side_by_side(columns, faint, width, paint) or _one_below_another(columns, faint, width, paint)
    caption = (folded(_safe(line, encoding), width) for line in view.caption.split("\n"))
    lines = chain(body, (paint(line, DIM) for line in chain.from_iterable(caption)))
    for block in _blocks(lines):
        sink.draw("\n".join([*block, ""]).encode(encoding))


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Some lines at a time; a text among them may be many lines."""
    block: list[str] = []
    characters = 0
    for line in lines:
        block.append(line)
        characters += len(line)
        if characters > MOST_WRITTEN:
            yield block
            block = []
            characters = 0
    yield block


class _Column:
    """The cells of a column as a terminal can show them.

    ``name:r`` and ``name:l`` stay on one line, aligned to the right or left; ``name:b`` is numbers drawn as bars;
    the others fold a long text over several lines, and numbers among them are aligned to the right.
    """

    def __init__(self, column: str, parts: Sequence[Any], encoding: str, screen: int) -> None:
        """``parts``: the values, some at a time; ``screen``: the columns of the terminal."""
        name, side = named_side(column)
        self.name: Final = "" if side == "b" else _safe(name, encoding)
        self.bars: Final[Sequence[float]] = [*chain.from_iterable(parts)] if side == "b" else ()
        self.mark: Final = _drawable("█", "#", encoding)
        self.rule: Final = _drawable("─", "-", encoding)
        self.styles: Final = {value: style for (of, value), style in STYLES.items() if of == name}
        self._lines = None if side == "b" else _lines_of(parts)
        self._cells: Sequence[str] | None = None
        self.narrow = self._lines is not None
        """Whether each character takes one column."""
        self._lists: Sequence[Any] = ()
        self._encoding: Final = encoding
        numbers = bool(parts) and type(parts[0]) in NUMBER_COLUMNS
        if side == "b":
            self._cells = []
        elif self._lines is None:
            values = [*chain.from_iterable(parts)]
            numbers = bool(values) and set(map(type, values)) <= NUMBERS
            self._lists = values if {*map(type, values)} & {list, IdList} else ()
            self._cells = _texts(values)
            whole = "".join(self._cells)
            self.narrow = whole.isascii()
            if not (self.narrow and whole.isprintable()):
                self._cells = [_safe(text, encoding) for text in self._cells]
        self.side: Final = side or ("r" if numbers else "")
        self.widest = max(length(self.name), self._widest())
        unbroken = self._widest_id(parts)
        self.unbroken: Final = unbroken if unbroken <= screen else 0
        """Columns in which no id breaks; none where the terminal is too narrow for that."""
        folds_to = max(NARROWEST, length(self.name), self.unbroken)
        self.narrowest: Final = (
            SHORTEST_BAR if side == "b" else self.widest if self.side else min(self.widest, folds_to)
        )

    @property
    def cells(self) -> Sequence[str]:
        if self._cells is None:
            assert self._lines is not None
            self._cells = self._lines.decode().split("\n")[:-1]
        return self._cells

    @property
    def lines(self) -> bytes:
        """The cells, a line each, of a narrow column."""
        if self._lines is None:
            self._lines = "\n".join([*self.cells, ""]).encode()
        return self._lines

    def _widest(self) -> int:
        """Columns that the widest cell takes."""
        if self._lines is not None:
            return longest_line(self._lines)
        return max(map(len if self.narrow else length, self.cells), default=0)

    def _widest_id(self, parts: Sequence[Any]) -> int:
        if self._lists:
            return 1 + max(map(len if self.narrow else length, ", ".join(self.cells).split(", ")))
        return self.widest if parts and type(parts[0]) is IdList else 0

    def style_of(self, text: str, dim: bool) -> str:
        """Return how a cell is painted: by what it says, else faintly, if its row is."""
        return self.styles.get(text) or (DIM if dim else "")

    def folded(self, row: int, width: int) -> list[str]:
        """Return the lines of a cell; of a list the first few."""
        text = self.cells[row]
        if not self._lists or length(text) <= width:
            return folded(text, width)
        return few_lines([_safe(cell_text([part]), self._encoding) for part in self._lists[row]], width)

    def draw_bars(self, room: int) -> None:
        """Make bars of the numbers, the longest as long as there is room."""
        scale = min(max(room, SHORTEST_BAR), LONGEST_BAR) / max(1.0, *self.bars)
        bars = [self.mark * max(round(value * scale), int(value > 0)) for value in self.bars]
        self._cells, self._lines = bars, None
        self.narrow = self.mark.isascii()
        self.widest = max(map(len, bars))

    def padded(self, text: str, width: int, painted: str) -> str:
        """``painted``, which looks like ``text``, and blanks up to the width."""
        blanks = " " * (width - length(text))
        return blanks + painted if self.side == "r" else painted + blanks

    def drawn(self, first: int, faint: Sequence[bool], width: int, paint: Paint) -> Iterable[str]:
        """Return the cells from this row on, none of which folds, padded to the width."""
        cells = self.cells[first : first + len(faint)]
        if paint is _plain and self.narrow:
            return map(str.rjust if self.side == "r" else str.ljust, cells, repeat(width))
        return [
            self.padded(text, width, paint(text, self.style_of(text, dim)))
            for text, dim in zip(cells, faint, strict=True)
        ]


def _side_by_side(
    columns: Sequence[_Column], faint: Sequence[bool], width: int, paint: Paint
) -> Iterator[str] | None:
    """The lines of a table with a row a line; None where the columns have no room."""
    needed = sum(column.narrowest for column in columns) + EDGES
    gap = next((gap for gap in (WIDEST_GAP, WIDEST_GAP - 1) if needed + gap * (len(columns) - 1) <= width), 0)
    if not gap:
        return None
    room = width - gap * (len(columns) - 1) - EDGES
    taken = sum(min(column.widest, 3 * NARROWEST) for column in columns)
    for column in columns:
        if column.bars:
            column.draw_bars(room - taken)
    return _table(columns, _shares(columns, room), faint, " " * gap, paint)


def _shares(columns: Sequence[_Column], room: int) -> list[int]:
    """The width of each column; where the room is short, the widest of those that fold give way first."""

    def widths(most: int) -> list[int]:
        return [min(column.widest, max(column.narrowest, most)) for column in columns]

    most = next(most for most in range(room, 0, -1) if most == 1 or sum(widths(most)) <= room)
    shares = widths(most)
    for at in reversed(range(len(columns))):
        # A column more for some of those that gave way.
        if shares[at] == most < columns[at].widest and sum(shares) < room:
            shares[at] += 1
    return shares


def _table(
    columns: Sequence[_Column], widths: Sequence[int], faint: Sequence[bool], gap: str, paint: Paint
) -> Iterator[str]:
    places = list(zip(columns, widths, strict=True))
    yield ""
    head = (column.padded(column.name, width, paint(column.name, BOLD)) for column, width in places)
    yield f" {gap.join(head)}".rstrip()
    yield " " + columns[0].rule * (sum(widths) + len(gap) * (len(columns) - 1))
    if any(column.widest > width for column, width in places):
        yield from _folded_rows(places, faint, gap, paint)
    elif COMPILED and paint is _plain and all(column.narrow for column in columns):
        yield from _narrow_rows(places, len(faint), len(gap))
    else:
        for first in range(0, len(faint), SOME):
            dims = faint[first : first + SOME]
            drawn = (column.drawn(first, dims, width, paint) for column, width in places)
            yield from map(str.rstrip, map(" ".__add__, map(gap.join, zip(*drawn, strict=True))))
    yield ""


def _narrow_rows(places: Sequence[tuple[_Column, int]], count: int, gap: int) -> Iterator[str]:
    """Rows of a line each, some of them at a time."""
    texts = [column.lines for column, _ in places]
    right = [column.side == "r" for column, _ in places]
    rows = SideBySide(texts, [width for _, width in places], right, gap)
    for first in range(0, count, SOME):
        yield rows.rows(min(SOME, count - first)).decode()[:-1]


def _folded_rows(
    places: Sequence[tuple[_Column, int]], faint: Sequence[bool], gap: str, paint: Paint
) -> Iterator[str]:
    """The lines of rows, of which some have several."""
    for row, dim in enumerate(watched(faint, "drawing a table", len(faint), "rows")):
        styles = [column.style_of(column.cells[row], dim) for column, _ in places]
        lines = [column.folded(row, width) for column, width in places]
        for texts in zip_longest(*lines, fillvalue=""):
            cells = (
                column.padded(text, width, paint(text, style))
                for (column, width), text, style in zip(places, texts, styles, strict=True)
            )
            yield f" {gap.join(cells)}".rstrip()


def _one_below_another(
    columns: Sequence[_Column], faint: Sequence[bool], width: int, paint: Paint
) -> Iterator[str]:
    """Lines of a value each, under or beside the name of its column, and an empty line between two rows."""
    indent = max(length(column.name) for column in columns) + 2
    beside = indent + max(NARROWEST, *(column.unbroken for column in columns)) <= width
    room = width - indent if beside else width
    for column in columns:
        if column.bars:
            column.draw_bars(room)
    for row, dim in enumerate(watched(faint, "drawing a table", len(faint), "rows")):
        yield ""
        faintly = DIM if dim else ""
        for column in columns:
            style = column.style_of(column.cells[row], dim)
            value = [paint(line, style) for line in column.folded(row, room)]
            names = [paint(line, BOLD, faintly) for line in folded(column.name, width)]
            if not beside:
                yield from names + value
                continue
            blanks = " " * (indent - length(column.name))
            yield f"{names[0]}{blanks}{value[0]}".rstrip()
            yield from (" " * indent + line for line in value[1:])
    yield ""


def _styled(text: str, *styles: str) -> str:
    parameters = ";".join(filter(None, styles))
    return f"\x1b[{parameters}m{text}\x1b[0m" if parameters and text else text


def _plain(text: str, *_: str) -> str:
    return text


def _texts(values: Sequence[Any]) -> Sequence[str]:
    """The cells; numbers with a fraction have the same count of decimals."""
    types = set(map(type, values))
    if float in types:
        if types <= NUMBERS:
            return aligned(values)
        return aligned(value if isinstance(value, float | int) else math.nan for value in values)
    # A space after each comma, so that long lists break between their parts.
    return cell_texts(values, ", ")


def _lines_of(parts: Sequence[Any]) -> bytes | None:
    """The cells of a column whose parts are of one kind, a line each; None where Python has to look at each of them."""
    kinds = set(map(type, parts))
    if not COMPILED or len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind is range:
        return b"".join(orjson.dumps([*part])[1:-1].replace(b",", b"\n") + b"\n" for part in parts if part)
    if kind is Floats:
        whole = Floats()
        for part in parts:
            whole.extend(part)
        return number_lines(whole)
    if kind is not IdList:
        return None
    texts = "".join(part.joined("\n") for part in parts)
    plain = texts.isascii() and texts.replace("\n", "").isprintable()
    return texts.encode() if plain and texts.count("\n") == sum(map(len, parts)) else None


def _drawable(character: str, otherwise: str, encoding: str) -> str:
    return character if _encoded(character, encoding) == character else otherwise


def _safe(value: str, encoding: str) -> str:
    """What a terminal of that encoding (LC_ALL=C) can show, before the widths are measured."""
    return value if value.isascii() and value.isprintable() else _encoded(visible(value), encoding)


def _encoded(text: str, encoding: str) -> str:
    return text.encode(encoding, "backslashreplace").decode(encoding)
