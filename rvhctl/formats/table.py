"""Tables for people, by rich: nothing in the data is read as markup, no cell is cut, no line is too wide."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Sequence
from io import BytesIO, TextIOWrapper
from typing import Any, Final

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rvhctl.formats.milliseconds import aligned
from rvhctl.formats.shapes import View, cell_text
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice, use_color, visible

NARROWEST: Final = 10
"""Columns for a text that folds; where it has fewer, one value a line reads better."""

SHORTEST_BAR: Final = 2
"""Characters of the longest bar where the terminal has hardly any room for it."""

EDGES: Final = 2
"""Blanks to the left and right of a table."""

WIDEST_GAP: Final = 3
"""Columns between two cells; one less where that makes the table fit."""

STYLES: Final = {
    ("verdict", "degraded"): "yellow",
    ("verdict", "down"): "red",
    ("reason", "down"): "red",
    ("reason", "dropped_by_rail"): "red",
    ("reason", "damped"): "yellow",
    ("reason", "kept_by_rail"): "yellow",
}
"""The colour of a value in a column: what needs a look. Everything else has none."""


def write(view: View, sink: Sink, color: ColorChoice) -> None:
    """Draw a view on standard output, as wide as the terminal, with its caption below.

    What does not fit side by side is drawn one value a line.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    width = shutil.get_terminal_size((80, 24)).columns
    rows = list(view.rows())
    columns = [
        _Column(name, [row[name.partition(":")[0]] for row in rows], encoding) for name in view.columns
    ]
    faint = [bool(view.vital) and not row[view.vital] for row in rows]
    caption = "\n".join(_safe(line, encoding) for line in view.caption.split("\n"))
    body = _side_by_side(columns, faint, width) or _one_below_another(columns, faint, width)
    sink.draw(_rendered([body, Text(caption, style="dim")], width, use_color(color, sys.stdout), encoding))


class _Column:
    """The cells of a column as a terminal can show them.

    ``name:r`` and ``name:l`` stay on one line, aligned to the right or left; ``name:b`` is numbers drawn as bars;
    the others fold a long text over several lines, and numbers among them are aligned to the right.
    """

    def __init__(self, column: str, values: Sequence[Any], encoding: str) -> None:
        name, _, side = column.partition(":")
        self.name: Final = "" if side == "b" else name
        self.bars: Final[Sequence[float]] = values if side == "b" else ()
        self.mark: Final = _safe_mark(encoding)
        self.cells: list[str] = [] if side == "b" else [_safe(text, encoding) for text in _texts(values)]
        numbers = bool(values) and all(type(value) in (int, float) for value in values)
        self.side: Final = side or ("r" if numbers else "")
        longest = max([cell_len(self.name), *map(cell_len, self.cells)])
        self.folds: Final = not self.side
        self.narrowest: Final = (
            SHORTEST_BAR
            if side == "b"
            else longest
            if self.side
            else min(longest, max(NARROWEST, cell_len(self.name)))
        )
        self.widest: Final = longest

    def draw_bars(self, room: int) -> None:
        """Make bars of the numbers, the longest as long as there is room."""
        scale = max(room, SHORTEST_BAR) / max(1.0, *self.bars)
        self.cells = [self.mark * max(round(value * scale), int(value > 0)) for value in self.bars]

    def text(self, row: int) -> Text:
        return Text(self.cells[row], style=STYLES.get((self.name, self.cells[row]), ""))


def _side_by_side(columns: Sequence[_Column], faint: Sequence[bool], width: int) -> Table | None:
    """A row a line; None where the columns have no room."""
    needed = sum(column.narrowest for column in columns) + EDGES
    gap = next((gap for gap in (WIDEST_GAP, WIDEST_GAP - 1) if needed + gap * (len(columns) - 1) <= width), 0)
    if not gap:
        return None
    # One column of the gap is the divider of the box.
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, gap - 2), header_style="bold")
    taken = sum(min(column.widest, 3 * NARROWEST) for column in columns) + gap * (len(columns) - 1) + EDGES
    for column in columns:
        if column.bars:
            column.draw_bars(width - taken)
        table.add_column(
            column.name,
            justify="right" if column.side == "r" else "left",
            overflow="fold",
            no_wrap=not column.folds,
            min_width=column.narrowest,
        )
    for row, dim in enumerate(faint):
        table.add_row(*(column.text(row) for column in columns), style="dim" if dim else "")
    return table


def _one_below_another(columns: Sequence[_Column], faint: Sequence[bool], width: int) -> Table:
    """A value a line, under or beside the name of its column, and an empty line between two rows."""
    names = max(cell_len(column.name) for column in columns)
    beside = names + 2 + NARROWEST <= width
    for column in columns:
        if column.bars:
            column.draw_bars(width - names - 2 if beside else width)
    table = Table.grid(padding=(0, 2 if beside else 0, 0, 0))
    table.add_column(overflow="fold", no_wrap=beside)
    if beside:
        table.add_column(overflow="fold")
    for row, dim in enumerate(faint):
        table.add_row()
        for column in columns:
            name, style = Text(column.name, style="bold"), "dim" if dim else ""
            if beside:
                table.add_row(name, column.text(row), style=style)
            else:
                table.add_row(name, style=style)
                table.add_row(column.text(row), style=style)
    table.add_row()
    return table


def _texts(values: Sequence[Any]) -> list[str]:
    """The cells; numbers with a fraction have the same count of decimals."""
    if any(isinstance(value, float) for value in values):
        return aligned(value if isinstance(value, float | int) else math.nan for value in values)
    # A space after each comma, so that long lists break between their parts.
    return [cell_text(value, ", ") for value in values]


def _safe_mark(encoding: str) -> str:
    try:
        "█".encode(encoding)
    except UnicodeEncodeError:
        return "#"
    return "█"


def _safe(value: str, encoding: str) -> str:
    """What a terminal of that encoding (LC_ALL=C) can show, before the widths are measured."""
    return visible(value).encode(encoding, "backslashreplace").decode(encoding)


def _rendered(parts: Sequence[Table | Text], width: int, colored: bool, encoding: str) -> bytes:
    # rich asks the encoding whether it may draw more than ASCII lines.
    out = TextIOWrapper(BytesIO(), encoding, newline="")
    console = Console(
        file=out,
        width=width,
        force_terminal=colored,
        no_color=not colored,
        color_system="standard" if colored else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    for part in parts:
        console.print(part)
    out.seek(0)
    return "\n".join(line.rstrip() for line in out.read().split("\n")).encode(encoding)
