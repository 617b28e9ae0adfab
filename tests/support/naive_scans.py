"""What the libraries read where a scanner reads nodes."""

from __future__ import annotations

import csv
import io
import math
import struct
from collections.abc import Iterator
from typing import Any

import orjson

from rvhctl.core.nodes.csv_scan import CsvScan
from rvhctl.core.nodes.json_record import SPECIAL_KEYS
from rvhctl.core.nodes.rows import NodeRows
from rvhctl.core.nodes.scan import NodeScan
from rvhctl.formats.csv import typed
from rvhctl.formats.shapes import plain_layout
from rvhctl.nodes.fields import read_details

UP = (0, 1.0, 1.0)
SPECIAL = ["samples"]
NONE = {
    "",
    "-",
    "--",
    "---",
    "\u2013",
    "\u2014",
    "n/a",
    "#n/a",
    "n.a.",
    "n.a",
    "na",
    "nan",
    "null",
    "nil",
    "none",
}
"""What is written for no measurement."""


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def details_of(scan: NodeRows, row: int) -> tuple[int, float, float]:
    """State, weight and capacity of a row of a scan."""
    rows = len(scan)
    states, weights = scan.details.states(rows), scan.details.weights(rows)
    capacities = scan.details.capacities(rows) or weights
    return (
        states[row] if len(states) else 0,
        weights[row] if len(weights) else 1.0,
        capacities[row] if len(capacities) else 1.0,
    )


def stated_details(fields: dict[str, Any]) -> tuple[int, float, float]:
    """The same of a decoded record, by the rules of a node."""
    said = read_details(fields)
    return UP if said is None else (said.state, said.weight, said.capacity)


def assert_row_is_what_the_library_reads(scan: NodeScan, row: int, coordinates: bool) -> None:
    """An accepted record of JSON."""
    record = orjson.loads(scan.record(row))
    assert isinstance(record, dict)
    assert not {key.encode() for key in record} & set(SPECIAL_KEYS)
    assert details_of(scan, row) == stated_details(record)
    assert type(record["id"]) in (str, int)
    assert scan.id_text(row) == str(record["id"]) != ""
    assert scan.id_text(row).isprintable() or not any(
        ord(c) < 32 or 127 <= ord(c) < 160 for c in scan.id_text(row)
    )
    columns = [("latency", scan.latencies, 0.0, math.inf)]
    if coordinates:
        columns += [("lat", scan.lats, -90.0, 90.0), ("lon", scan.lons, -180.0, 180.0)]
    for name, column, low, high in columns:
        value = record[name]
        if value is None:
            assert name == "latency"
            assert math.isnan(column[row])
        else:
            assert type(value) in (int, float)
            assert bits(column[row]) == bits(float(value))
            assert low <= value <= high


def library_rows(data: bytes, delimiter: str) -> Iterator[tuple[list[str], bytes]]:
    """The rows that Python's ``csv`` reads, each with its own bytes, up to the first that it refuses."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(data.decode("utf-8", "surrogateescape"), newline=""):
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    try:
        for fields in reader:
            raw = "".join(taken).rstrip("\r\n").encode("utf-8", "surrogateescape")
            taken.clear()
            if fields:
                yield fields, raw
    except csv.Error:
        return


def assert_row_is(scan: CsvScan, row: int, fields: dict[str, str], coordinates: bool) -> None:
    """An accepted row of CSV; ``fields``: its cells, by the names of the columns."""
    assert scan.id_text(row) == fields["id"] != ""
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in fields["id"])
    assert not any(fields.get(name) for name in SPECIAL)
    said = typed(plain_layout(list(fields), ","), list(fields.values()))
    assert details_of(scan, row) == stated_details(said)
    columns = [("latency", scan.latencies, 0.0, math.inf)]
    if coordinates:
        columns += [("lat", scan.lats, -90.0, 90.0), ("lon", scan.lons, -180.0, 180.0)]
    for name, column, low, high in columns:
        value = fields[name]
        if value.strip().lower() in NONE:
            assert name == "latency"
            assert math.isnan(column[row])
        else:
            # What people write besides, such as a unit, is a number to the reader of rows alone.
            number = float(value) if is_float(value) else said[name]
            assert bits(column[row]) == bits(number)
            assert low <= column[row] <= high
            assert bits(column[row]) != bits(-0.0)  # which the core does not sort


def is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
