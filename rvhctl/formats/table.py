"""Tables for people, by rich; nothing in the data is read as markup, and no cell is cut."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Iterable, Sequence
from io import BytesIO, TextIOWrapper

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rvhctl.color import ColorChoice, use_color
from rvhctl.keys import Key, show
from rvhctl.milliseconds import aligned, shown
from rvhctl.nodes import Nodes, Picked
from rvhctl.views import View, cell_text
from rvhctl.visible import visible

NARROWEST = 10
"""Columns for a text; where a terminal has fewer, its own line breaks are better."""


def failover(nodes: Nodes, picked: Picked, top: int | None, threshold: float, color: ColorChoice) -> bytes:
    """The first ``top`` survivors in their order."""
    rows = picked[:top] if top else picked
    latencies = aligned(nodes.latencies[row] for row in rows)
    ids = (nodes.ids[row] for row in rows)
    cells = [(str(rank), *cell) for rank, cell in enumerate(zip(ids, latencies, strict=True), 1)]
    caption = f"{len(picked)} of {nodes.total} nodes within {shown(threshold)} ms{_first(top, len(picked))}"
    return _drawn(("rank:r", "node", "latency ms:r"), cells, caption, color)


def faultset(
    nodes: Nodes,
    cells: Sequence[tuple[str, int, Picked]],
    top: int | None,
    threshold: float,
    color: ColorChoice,
) -> bytes:
    """A row a cell: its name, how many nodes it has, how many are left, the best latency, and the first ids."""
    best = aligned(nodes.latencies[picked[0]] if picked else math.nan for _, _, picked in cells)
    rows = [
        (cell, str(count), str(len(picked)), latency, ", ".join(nodes.ids[row] for row in picked[:top]))
        for (cell, count, picked), latency in zip(cells, best, strict=True)
    ]
    kept = sum(len(picked) for _, _, picked in cells)
    left = sum(bool(picked) for _, _, picked in cells)
    most = max((len(picked) for _, _, picked in cells), default=0)
    caption = f"{kept} of {nodes.total} nodes within {shown(threshold)} ms, in {left} of {len(cells)} cells"
    return _drawn(
        ("cell:l", "nodes:r", "survivors:r", "best ms:r", "ids"),
        rows,
        caption + _first(top, most, " of a cell"),
        color,
    )


def keys(rows: Iterable[tuple[Key, int]], buckets: int, color: ColorChoice) -> bytes:
    """A row a key: the key and its bucket."""
    cells = [(str(show(key)), str(bucket)) for key, bucket in rows]
    return _drawn(("key", "bucket:r"), cells, f"{len(cells)} keys in {buckets} buckets", color)


def view(shown_view: View, color: ColorChoice) -> bytes:
    """Any view; numbers with a fraction in one column have the same count of decimals."""
    rows = list(shown_view.rows())
    columns = [_column([row[name] for row in rows]) for name in shown_view.names]
    faint = [bool(shown_view.vital) and not row[shown_view.vital] for row in rows]
    cells = list(zip(*columns, strict=True))
    return _drawn(shown_view.columns, cells, shown_view.caption, color, faint)


def rows(names: Sequence[str], cells: Sequence[Sequence[str]], caption: str, color: ColorChoice) -> bytes:
    """Any rows under any names; a column of nothing but numbers is aligned to the right."""
    columns = list(zip(*cells, strict=True)) or [() for _ in names]
    right = [bool(column) and all(cell.lstrip("-").isdigit() for cell in column) for column in columns]
    titles = [f"{name}:r" if numbers else name for name, numbers in zip(names, right, strict=True)]
    return _drawn(titles, cells, caption, color)


MOST_BARS = 50
"""Lines of a histogram; of more buckets several share a line."""


SHORTEST_BAR = 2
"""Characters of the longest bar where the terminal has hardly any room for it."""


def histogram(names: Sequence[str], counts: Sequence[int], caption: str, color: ColorChoice) -> bytes:
    """A bar a bucket. Of many buckets, a bar for so many in a row: the mean, and the least and most of them."""
    each = max(1, -(-len(counts) // MOST_BARS))
    lines: list[tuple[list[str], float]] = []
    for first in range(0, len(counts), each):
        group = counts[first : first + each]
        name = names[first] if len(group) == 1 else f"{names[first]}..{names[first + len(group) - 1]}"
        mean = sum(group) / len(group)
        numbers = [f"{mean:.1f}", str(min(group)), str(max(group))] if each > 1 else [str(group[0])]
        lines.append(([name, *numbers], mean))
    titles = ["bucket", *(["mean:r", "least:r", "most:r"] if each > 1 else ["keys:r"])]
    widths = [
        max(cell_len(title.partition(":")[0]), *(cell_len(cells[at]) for cells, _ in lines))
        for at, title in enumerate(titles)
    ]
    # The name may fold, so that the bars keep some room on a narrow terminal.
    room = (
        shutil.get_terminal_size((80, 24)).columns
        - min(widths[0], 30)
        - sum(widths[1:])
        - 3 * len(titles)
        - 2
    )
    scale = max(room, SHORTEST_BAR) / max(1.0, *(mean for _, mean in lines))
    mark = _bar_mark(getattr(sys.stdout, "encoding", None) or "utf-8")
    drawn = [[*cells, mark * max(round(mean * scale), int(mean > 0))] for cells, mean in lines]
    return _drawn([*titles, " :l"], drawn, caption, color)


def _bar_mark(encoding: str) -> str:
    try:
        "█".encode(encoding)
    except UnicodeEncodeError:
        return "#"
    return "█"


def _column(values: Sequence[object]) -> list[str]:
    if any(isinstance(value, float) for value in values):
        return aligned(value if isinstance(value, float | int) else math.nan for value in values)
    # A space after each comma, so that long lists break between their parts.
    return [cell_text(value, ", ") for value in values]


def _first(top: int | None, count: int, of: str = "") -> str:
    """What a caption adds where not all survivors are shown."""
    return f"; the first {top}{of} shown" if top and top < count else ""


def _drawn(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    color: ColorChoice,
    faint: Sequence[bool] | None = None,
) -> bytes:
    """The table and a line below it, as wide as the terminal.

    ``name:r`` and ``name:l`` are columns of numbers and the like, which stay on one line, aligned to the right or
    left; the others fold a long text over several lines. A faint row is dim; unless said otherwise, one whose last
    cell is empty.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    safe = [[_safe(value, encoding) for value in row] for row in rows]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    needed = 0
    for number, column in enumerate(columns):
        name, _, side = column.partition(":")
        longest = max([len(name), *(cell_len(row[number]) for row in safe)])
        narrowest = longest if side else min(longest, NARROWEST)
        needed += narrowest + 3
        table.add_column(
            name,
            justify="right" if side == "r" else "left",
            overflow="fold",
            no_wrap=bool(side),
            min_width=narrowest,
        )
    for row, dim in zip(safe, [not row[-1] for row in safe] if faint is None else faint, strict=True):
        table.add_row(*map(Text, row), style="dim" if dim else "")
    width = max(shutil.get_terminal_size((80, 24)).columns, needed)
    return _rendered(table, Text(caption, style="dim"), width, use_color(color, sys.stdout), encoding)


def _safe(value: str, encoding: str) -> str:
    """What a terminal of that encoding (LC_ALL=C) can show, before the widths are measured."""
    return visible(value).encode(encoding, "backslashreplace").decode(encoding)


def _rendered(table: Table, caption: Text, width: int, colored: bool, encoding: str) -> bytes:
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
    console.print(table)
    console.print(caption)
    out.seek(0)
    return "\n".join(line.rstrip() for line in out.read().split("\n")).encode(encoding)
