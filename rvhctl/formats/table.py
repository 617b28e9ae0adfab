"""Tables for people, by rich; nothing in the data is read as markup, and no cell is cut."""

from __future__ import annotations

import math
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rvhctl.keys import Key, show
from rvhctl.nodes import Nodes, Picked

ColorChoice = Literal["auto", "always", "never"]

# C0 and C1 controls would reach the terminal; shown as escapes instead.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}

NARROWEST = 20
"""Columns; a terminal that claims less is not believed."""


def use_color(choice: ColorChoice) -> bool:
    """--color, then NO_COLOR, FORCE_COLOR, TERM=dumb, then whether standard output is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and sys.stdout.isatty()


def failover(nodes: Nodes, picked: Picked, threshold: float, color: ColorChoice) -> bytes:
    """The survivors in their order."""
    table = _table("rank:r", "node", "latency ms:r")
    shown = _milliseconds(nodes.latencies[row] for row in picked)
    for rank, (row, latency) in enumerate(zip(picked, shown, strict=True), 1):
        table.add_row(str(rank), _text(nodes.ids[row]), latency)
    caption = f"{len(picked)} of {len(nodes)} nodes within {threshold:g} ms"
    return _render(table, caption, color)


def faultset(
    nodes: Nodes,
    cells: Sequence[tuple[str, int, Picked]],
    threshold: float,
    color: ColorChoice,
) -> bytes:
    """A row a cell: its name, how many nodes it has, how many are left, the best latency, and who is left."""
    table = _table("cell", "nodes:r", "survivors:r", "best ms:r", "ids")
    best = _milliseconds(nodes.latencies[picked[0]] if picked else math.nan for _, _, picked in cells)
    for (cell, total, picked), latency in zip(cells, best, strict=True):
        names = ", ".join(_escape(nodes.ids[row]) for row in picked)
        table.add_row(cell, str(total), str(len(picked)), latency, Text(names), style="" if picked else "dim")
    kept = sum(len(picked) for _, _, picked in cells)
    left = sum(bool(picked) for _, _, picked in cells)
    caption = f"{kept} of {len(nodes)} nodes within {threshold:g} ms, in {left} of {len(cells)} cells"
    return _render(table, caption, color)


def keys(rows: Iterable[tuple[Key, int]], buckets: int, color: ColorChoice) -> bytes:
    """A row a key: the key and its bucket."""
    table = _table("key", "bucket:r")
    for key, bucket in rows:
        table.add_row(_text(str(show(key))), str(bucket))
    return _render(table, f"{table.row_count} keys in {buckets} buckets", color)


def _table(*columns: str) -> Table:
    """``name:r`` is aligned to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", safe_box=True)
    for column in columns:
        name, _, side = column.partition(":")
        # Folding shows a long value whole, over several lines; rich's default would cut it.
        table.add_column(name, justify="right" if side else "left", overflow="fold", no_wrap=False)
    return table


def _text(value: str) -> Text:
    return Text(_escape(value), overflow="fold")


def _escape(value: str) -> str:
    return value.translate(_CONTROLS)


def _milliseconds(values: Iterable[float]) -> list[str]:
    """Numbers with the same count of decimals, at most three, so that they align."""
    shown = [f"{value:.3f}" if value == value else "-" for value in values]
    spare = min((len(text) - len(text.rstrip("0")) for text in shown if text != "-"), default=0)
    return [text if text == "-" or not spare else text[: -min(spare, 3)].rstrip(".") for text in shown]


def _render(table: Table, caption: str, color: ColorChoice) -> bytes:
    colored = use_color(color)
    width = max(shutil.get_terminal_size((80, 24)).columns, NARROWEST)
    out = StringIO()
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
        safe_box=True,
    )
    console.print(table)
    console.print(Text(caption, style="dim"))
    lines = (line.rstrip() for line in out.getvalue().split("\n"))
    text = "\n".join(lines)
    # A terminal of another encoding (LC_ALL=C) gets escapes and ASCII lines, never an exception.
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return (
        text.translate(_ASCII_LINES).encode(encoding, "backslashreplace")
        if _is_ascii(encoding)
        else text.encode()
    )


_ASCII_LINES = {ord("─"): "-", ord("│"): "|", ord("┼"): "+", ord("╴"): "-", ord("╶"): "-"}


def _is_ascii(encoding: str) -> bool:
    return encoding.lower().replace("-", "") in ("ascii", "usascii", "ansi_x3.41968", "ansix3.41968", "646")
