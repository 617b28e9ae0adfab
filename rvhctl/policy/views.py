"""Answers that are no list of nodes: why each node is in or out, a plan of traffic, advice on precision."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import orjson

from rvhctl.cli.options import OutputFormat
from rvhctl.core.policy.verdicts import VERDICTS
from rvhctl.core.vectors import Ints
from rvhctl.formats.milliseconds import shown
from rvhctl.formats.wording import counted, first_shown, share_of
from rvhctl.nodes.nodes import Nodes, Picked
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.planning import Advice, FleetPlan
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice

Row = dict[str, Any]

SOME: Final = 256
"""Rows written at a time: few enough, also where each has many ids, that they stay in the processor's cache."""


class Digits:
    """An id that came in as an integer of JSON, of any size, and goes out as one."""

    def __init__(self, text: str) -> None:
        self.text = text


class IdList:
    """The ids of some rows of a fleet, written at once where they can be cut out of a text."""

    __slots__ = ("_first", "_ids", "_last", "_rows")

    def __init__(self, ids: Sequence[Any], rows: Ints, first: int, last: int) -> None:
        self._ids = ids
        self._rows = rows
        self._first = first
        self._last = last

    def __len__(self) -> int:
        return self._last - self._first

    def __iter__(self) -> Iterator[Any]:
        return (self._ids[row] for row in self._rows[self._first : self._last])

    def json(self) -> object:
        """What orjson writes as an array."""
        ids = self._ids
        if getattr(ids, "bare", False) and self._first < self._last:
            return orjson.Fragment(b'["%b]' % ids.join(self._rows, self._first, self._last, b'","')[:-2])  # type: ignore[attr-defined]
        return list(self)

    def text(self, comma: str) -> str:
        join = getattr(self._ids, "join", None)
        if join is None:
            return comma.join(map(cell_text, self))
        text: bytes = join(self._rows, self._first, self._last, comma.encode())
        return text[: -len(comma)].decode()


@dataclass(frozen=True, slots=True)
class View:
    """Rows that all have the same members, and how people see them."""

    columns: tuple[str, ...]
    """The members that text formats and tables show; ``name:r`` is aligned to the right, ``:l`` to the left, and
    ``:b`` a bar."""
    rows: Callable[[], Iterable[Row]]
    document: Row | None = None
    """What JSON says around the rows, if anything; they are its first member's value."""
    caption: str = ""
    vital: str = ""
    """A member; people see a row faintly where it says nothing."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.partition(":")[0] for column in self.columns)


def shown_ids(nodes: Nodes) -> Sequence[Any]:
    """The ids as a view shows them."""
    if not nodes.integer_ids:
        return nodes.ids
    return [Digits(text) if row in nodes.integer_ids else text for row, text in enumerate(nodes.ids)]


def ranks_view(ids: Sequence[str], latencies: Any, picked: Picked, top: int | None, caption: str) -> View:
    """The first ``top`` of the picked nodes in their order."""

    def rows() -> Iterator[Row]:
        for rank, row in enumerate(picked if top is None else picked[:top], 1):
            yield {"rank": rank, "node": ids[row], "latency ms": latencies[row]}

    return View(("rank:r", "node", "latency ms:r"), rows, caption=caption + first_shown(top, len(picked)))


def cells_view(
    nodes: Nodes, cells: Sequence[tuple[str, int, Picked]], top: int | None, threshold: float
) -> View:
    """A row a cell: its name, how many nodes it has, how many are left, the best latency, and the first ids."""

    def rows() -> Iterator[Row]:
        for cell, count, picked in cells:
            yield {
                "cell": cell,
                "nodes": count,
                "survivors": len(picked),
                "best ms": nodes.latencies[picked[0]] if picked else math.nan,
                "ids": [nodes.ids[row] for row in picked[:top]],
            }

    kept = sum(len(picked) for _, _, picked in cells)
    most = max((len(picked) for _, _, picked in cells), default=0)
    left = sum(bool(picked) for _, _, picked in cells)
    within = f"{kept} of {counted(nodes.total, 'node')} within {shown(threshold)} ms"
    return View(
        ("cell:l", "nodes:r", "survivors:r", "best ms:r", "ids"),
        rows,
        caption=f"{within}, in {left} of {counted(len(cells), 'cell')}{first_shown(top, most, ' of each cell')}",
        vital="ids",
    )


def explain_view(evaluation: Evaluation, ids: Sequence[Any]) -> View:
    """A row a node, in input order; ``ids`` as they are shown."""

    def rows() -> Iterator[Row]:
        for row, why in enumerate(evaluation.explanations()):
            yield {
                "id": ids[row],
                "cell": why.cell,
                "kept": why.kept,
                "reason": why.reason,
                "latency": why.latency,
                "limit": why.limit,
                "margin": why.margin,
            }

    columns = ("id", "cell:l", "kept:l", "reason:l", "latency:r", "limit:r", "margin:r")
    caption = f"{len(evaluation)} of {counted(len(evaluation.fleet), 'node')} kept"
    return View(columns, rows, caption=caption, vital="kept")


def plan_view(evaluation: Evaluation, plan: FleetPlan, ids: Sequence[Any], top: int | None = None) -> View:
    """A row a cell, in order of first appearance, with at most the first ``top`` of its survivors."""
    joined = joined_cells(evaluation)
    joins = evaluation.policy.min_cell is not None

    def rows() -> Iterator[Row]:
        starts, answer, answer_starts = evaluation.starts, evaluation.answer_rows, evaluation.answer_starts
        count = evaluation.group_count
        names = [evaluation.name(group) or "" for group in range(count)]
        for group, cell in enumerate(names):
            first, last = answer_starts[group], answer_starts[group + 1]
            row: Row = {
                "cell": cell,
                "verdict": VERDICTS[evaluation.verdict_codes[group]],
                "nodes": starts[group + 1] - starts[group],
                "survivors": IdList(ids, answer, first, last if top is None else min(last, first + top)),
                "serve": [
                    {"cell": names[plan.servers[at]], "share": plan.parts[at]}
                    for at in range(plan.starts[group], plan.starts[group + 1])
                ],
            }
            if joins:
                row["joined"] = joined.get(cell, [])
            yield row

    columns = ("cell:l", "verdict:l", "nodes:r", "survivors", "serve", *(("joined",) if joins else ()))
    serving = share_of(len(evaluation), len(evaluation.fleet), "node", "serve")
    caption = f"{serving} in {counted(len(plan), 'cell')}"
    return View(columns, rows, caption=caption, vital="serve")


def advice_view(advice: Advice) -> View:
    """A row a precision, and the recommended one."""

    def rows() -> Iterator[Row]:
        for look in advice.precisions:
            yield look._asdict()

    recommended = "none" if advice.recommended is None else advice.recommended
    return View(
        ("precision:r", "cells:r", "alone:r", "border:r", "empty:r"),
        rows,
        document={"precisions": [], "recommended": advice.recommended, "why": advice.why},
        caption=f"recommended: {recommended}; {advice.why}",
    )


def joined_cells(evaluation: Evaluation) -> dict[str, list[str]]:
    """The cells that joined each cell, by its name."""
    joined: dict[str, list[str]] = {}
    for cell, owner in evaluation.joined:
        joined.setdefault(owner, []).append(cell)
    return joined


def write_view(view: View, format_: OutputFormat, sink: Sink, color: ColorChoice) -> None:
    """The view in any format."""
    if format_ == "table":
        from rvhctl.formats import table

        table.write(view, sink, color)
    else:
        sink.write_all(view_pieces(view, format_))


def view_pieces(view: View, format_: OutputFormat) -> Iterator[bytes]:
    """The view in any format but a table; ``plain`` is TSV without a header."""
    if format_ == "json":
        if view.document is None:
            yield from _array(view)
        else:
            first = next(iter(view.document))
            yield _json({**view.document, first: list(view.rows())}) + b"\n"
    elif format_ in ("csv", "tsv", "plain"):
        from rvhctl.formats import csv

        yield from csv.write_rows(
            None if format_ == "plain" else view.names,
            _text_rows(view),
            delimiter="," if format_ == "csv" else "\t",
        )
    else:
        remaining = iter(view.rows())
        while piece := [_json(row) + b"\n" for row in islice(remaining, SOME)]:
            yield b"".join(piece)


def _array(view: View) -> Iterator[bytes]:
    opening: bytes = b"["
    rows = iter(view.rows())
    while piece := [_json(row) for row in islice(rows, SOME)]:
        yield opening + b",".join(piece)
        opening = b","
    yield b"]\n" if opening == b"," else b"[]\n"


def _text_rows(view: View) -> Iterator[Sequence[str]]:
    rows = iter(view.rows())
    while piece := list(islice(rows, SOME)):
        columns = [_texts([row[name] for row in piece]) for name in view.names]
        yield from zip(*columns, strict=True)


def _texts(column: list[Any]) -> list[str]:
    """The values of one column as cells; most often they are of one type."""
    types = set(map(type, column))
    if types == {str}:
        return column
    if types == {int}:
        return list(map(str, column))
    if types == {IdList}:
        return [ids.text(",") for ids in column]
    if types == {list}:
        return [_part_text(parts[0]) if len(parts) == 1 else cell_text(parts) for parts in column]
    return list(map(cell_text, column))


def _json(value: object) -> bytes:
    return orjson.dumps(value, default=_own)


def _own(value: Digits | IdList) -> object:
    return orjson.Fragment(value.text) if isinstance(value, Digits) else value.json()


def cell_text(value: Any, comma: str = ",") -> str:
    """A value in a cell of text: ids and shares separated by commas, null empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, IdList):
        return value.text(comma)
    if isinstance(value, list):
        return comma.join(map(_part_text, value))
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    return value.text if isinstance(value, Digits) else orjson.dumps(value).decode()


def _part_text(part: Any) -> str:
    return f"{part['cell']}={part['share']}" if type(part) is dict else cell_text(part)


_WORDS: Final = {None: "", True: "true", False: "false"}
