"""What HAProxy says to ``show stat``: one row a server, among those of frontends, listeners and backends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from rvhctl.errors import InputError, InvalidNodeError, UsageError
from rvhctl.formats.rows import Row, Rows, separation_of
from rvhctl.formats.tools.measured import Asked, Measured, Target, Text

HINT: Final = 'give what HAProxy answers to "show stat"'

KNOWN_BY: Final = frozenset({"svname"})
"""A column that a table of HAProxy has."""

SERVER: Final = "2"
"""What the column ``type`` says of a server."""

PASSED: Final = frozenset({"L4OK", "L6OK", "L7OK", "L7OKC", "PROCOK"})
"""Outcomes of checks that passed; one that is running has a star before that of the last."""

STATES: Final = {
    "UP": "up",
    "no check": "up",
    "DRAIN": "drain",
    "NOLB": "drain",
    "MAINT": "down",
    "DOWN": "down",
}
"""The state of a node by how the status of a server begins."""

CHECKS: Final = {"check_duration": "check_status", "agent_duration": "agent_status"}
"""Times of checks, which count where the check passed."""

TIMES: Final = frozenset(
    {"qtime", "ctime", "rtime", "ttime", "qtime_max", "ctime_max", "rtime_max", "ttime_max", *CHECKS}
)
"""Columns in milliseconds. Those that are no checks are of sessions: 0, where there was none."""

COLUMNS: Final = {"id": "", "latency": "check_duration", "weight": "weight"}
"""The columns of fields, unless others are asked for; an id is made of two."""

_STATUS: Final = re.compile(r"(UP|no check|DRAIN|NOLB|MAINT|DOWN)(?: \d+/\d+| \(.*\))*")


def read(texts: Sequence[Text], asked: Asked) -> Measured:
    """Return the servers as ``backend/server``, with their state, their weight and the time of their check (ms).

    Raises:
        UsageError: a column is asked for that no server has.
        InputError: a text is no table of HAProxy, or what ``asked.on_bad`` raises.
    """
    for field in asked.columns.keys() - COLUMNS:
        raise UsageError(
            f"--column {field}=... makes no sense with --from haproxy; it takes {', '.join(COLUMNS)}"
        )
    targets = []
    columns = {**COLUMNS, **asked.columns}
    for source, data in texts:
        separation = separation_of(data, source, "csv", lambda header: KNOWN_BY.intersection(header))
        rows = Rows([data], source, separation.delimiter, preamble=separation.preamble)
        _check_header(rows, columns)
        row = None
        for row in rows:
            try:
                cells = _cells(rows, row)
                if _is_server(cells):
                    fields = _fields(cells, columns)
                    asked.check(fields["id"], fields["latency"])
                    targets.append(Target(fields, source, row.line))
            except (InputError, InvalidNodeError) as error:
                asked.on_bad(error.at(source, row.line))
        if row is None:
            raise InputError("the table of HAProxy ends behind its header", source=source, hint=HINT)
    return Measured(targets)


def _check_header(rows: Rows, columns: dict[str, str]) -> None:
    """Take the mark of a comment from the first column, and check that those are there that are asked for."""
    rows.header[:1] = [name.removeprefix("# ") for name in rows.header[:1]]
    if not KNOWN_BY.intersection(rows.header):
        raise InputError("not a table of HAProxy", source=rows.source, line=rows.header_line, hint=HINT)
    for name in ("pxname", "status", *filter(None, columns.values())):
        rows.header[rows.column(name)] = name
    latency = columns["latency"]
    if latency not in TIMES:
        hint = f"times are {', '.join(sorted(TIMES))}"
        raise InputError(
            f"the column {latency} is no time in milliseconds", source=rows.source, line=1, hint=hint
        )


def _cells(rows: Rows, row: Row) -> dict[str, str]:
    """Return the cells of a row by their columns; what ends without the last comma, which every row has, is whole."""
    short = rows.header[-1] == "" and len(row.fields) == len(rows.header) - 1
    fields = [*row.fields, ""] if short else row.fields
    rows.check(row._replace(fields=fields))
    return dict(zip(rows.header, fields, strict=True))


def _is_server(cells: dict[str, str]) -> bool:
    if "type" in cells:
        return cells["type"] == SERVER
    return cells["svname"] not in ("FRONTEND", "BACKEND") and cells["status"] not in ("OPEN", "STOP", "FULL")


def _fields(cells: dict[str, str], columns: dict[str, str]) -> dict[str, Any]:
    status = _STATUS.fullmatch(cells["status"])
    if status is None:
        raise InputError("no status of a server", value=cells["status"], hint=HINT)
    node_id = cells[columns["id"]] if columns["id"] else f"{cells['pxname']}/{cells['svname']}"
    state = STATES[status[1]]
    # HAProxy calls a server UP that balancing sends nothing.
    drained = state == "up" and cells.get("weight") == "0"
    latency = _latency(cells, columns["latency"])
    fields: dict[str, Any] = {"id": node_id, "latency": latency, "state": "drain" if drained else state}
    if weight := _number(cells, columns["weight"]):
        fields["weight"] = weight
    if cells.get("addr") and columns["id"] != "addr":
        fields["address"] = cells["addr"]
    return fields


def _latency(cells: dict[str, str], column: str) -> int | None:
    if column in CHECKS:
        passed = cells.get(CHECKS[column], "").removeprefix("* ") in PASSED
    else:
        passed = cells.get("stot") != "0"
    return _number(cells, column) if passed else None


def _number(cells: dict[str, str], column: str) -> int | None:
    text = cells[column]
    if text and not (text.isascii() and text.isdigit() and len(text) < 16):
        raise InputError(f"{column} must be a whole number", value=text)
    return int(text) if text else None
