"""Scanners of nodes, and what is left of nodes within a limit: beside them stand orjson and ``csv``."""

from __future__ import annotations

import math

import orjson
from support.naive_scans import (
    SPECIAL,
    assert_row_is,
    assert_row_is_what_the_library_reads,
    bits,
    library_rows,
)

from fuzz.target import Given, target
from rvhctl.core.columns import Ints
from rvhctl.core.nodes.csv_scan import CsvScan, column_fields
from rvhctl.core.nodes.duplicates import hash_of
from rvhctl.core.nodes.json_scan import JsonScan
from rvhctl.core.nodes.labels import LabelGroups
from rvhctl.core.nodes.prefilter import AHEAD, KeptRows, Prefilter
from rvhctl.core.nodes.scan import DONE, UNUSUAL_DOCUMENT, UNUSUAL_RECORD, NodeScan

RECORDS = (
    *(
        '{"id":"a","lat":1.5,"lon":-2,"latency":3.25}',
        '"id":',
        '"lat":',
        '"lon":',
        '"latency":',
        '"state":"drain"',
    ),
    *(
        '"weight":2',
        '"capacity":3',
        '"samples":',
        '"zone":"é"',
        "null",
        "true",
        "\n",
        "\r\n",
        "[",
        "]",
        ",",
        "{",
        "}",
    ),
    *('"', "\\u0061", "-0.0", "1e2", "123456789.123456789", "\u2028", b"\xc2\x85", "🚀", " ", "\t"),
)
ROWS = (
    *(
        "a,1.5,-2,3.25",
        ",",
        ";",
        "\n",
        "\r\n",
        '"',
        '""',
        "up",
        "drain",
        "5 ms",
        "n/a",
        "1,5",
        "-0",
        "1e2",
        "é",
    ),
    *("123456789.123456789", b"\xc2\x85", b"\xff", " ", "\\"),
)


def scanned(scan: NodeScan, limit: int) -> tuple[list[tuple[int, int]], bool]:
    """Scan to the end, some records a call: what was left to the library, and whether that is all."""
    unusual = []
    while True:
        status = scan.run(limit)
        if status == UNUSUAL_RECORD:
            unusual.append((scan.slow_start, scan.slow_end))
        elif status in (DONE, UNUSUAL_DOCUMENT):
            return unusual, status == DONE


def rows_of(scan: NodeScan) -> list[object]:
    """What the cores are to agree on, and what is joined of it."""
    if not __debug__:
        return []
    count = len(scan)
    columns = [list(map(bits, column)) for column in (scan.latencies, scan.lats, scan.lons)]
    ids, records = list(map(scan.id_bytes, range(count))), list(map(scan.record, range(count)))
    every = Ints(range(count))
    assert scan.join_ids(every, 0, count, b"|") == b"".join(text + b"|" for text in ids)
    assert scan.join_records(every, 0, count, b"|") == b"".join(text + b"|" for text in records)
    hashes = b"".join(hash_of(text, 0, len(text), 7).to_bytes(8, "little", signed=True) for text in ids)
    assert scan.hash_ids(0, count, 7) == hashes
    return [columns, ids, records]


@target(*RECORDS, longest=800)
def node_lines(data: bytes) -> object:
    """Records of NDJSON."""
    given = Given(data)
    coordinates, limit, ahead = given.flag(), given.number() + 1, given.one_of(b"", b"\n" * 32)
    text = given.text() + ahead
    scan = JsonScan(text, coordinates)
    unusual, _ = scanned(scan, limit)
    for row in range(len(scan)) if __debug__ else ():
        assert_row_is_what_the_library_reads(scan, row, coordinates)
    spans = sorted([*unusual, *zip(scan._starts, scan._ends, strict=True)])
    lines = [line.strip(b" \t\r") for line in text.split(b"\n") if line.strip(b" \t\r")]
    assert [text[start:end] for start, end in spans] == lines
    return [rows_of(scan), unusual]


@target(*RECORDS, longest=800)
def node_array(data: bytes) -> object:
    """The elements of one array."""
    given = Given(data)
    coordinates, limit = given.flag(), given.number() + 1
    text = given.text()
    scan = JsonScan(text, coordinates, 0, True)
    unusual, finished = scanned(scan, limit)
    for row in range(len(scan)) if __debug__ else ():
        assert_row_is_what_the_library_reads(scan, row, coordinates)
    if finished and __debug__:
        for start, end in unusual:
            orjson.loads(text[start:end])
        elements = [] if not text.strip() else orjson.loads(text)
        spans = sorted([*unusual, *zip(scan._starts, scan._ends, strict=True)])
        assert list(map(orjson.dumps, elements)) == [
            orjson.dumps(orjson.loads(text[start:end])) for start, end in spans
        ]
    return [rows_of(scan), unusual, finished]


@target(*RECORDS, longest=800)
def node_labels(data: bytes) -> object:
    """Records grouped by their labels."""
    given = Given(data)
    by = given.one_of(("zone",), ("zone", "é"))
    array = given.flag()
    text = given.text()
    keys = tuple(name.encode() for name in by)
    scan = JsonScan(text, True, 0, array, by=keys, seed=given.number())
    scanned(scan, 1 << 20)
    texts, groups = scan.labels.texts, scan.labels.group_of().tolist()
    for row, group in enumerate(groups if __debug__ else ()):
        record = orjson.loads(scan.record(row))
        stated = [record[name] for name in by]
        assert all(type(value) in (str, int, bool) for value in stated)
        labels = [value if isinstance(value, str) else orjson.dumps(value).decode() for value in stated]
        assert [label.decode() for label in texts[len(by) * group :][: len(by)]] == labels
        place = [record.get("lat"), record.get("lon")]
        found = [scan.lats[row], scan.lons[row]]
        assert [None if math.isnan(value) else value for value in found] == place
    assert len(groups) == len(scan)
    return [groups, texts]


@target(*RECORDS, longest=800)
def label_groups(data: bytes) -> object:
    """Groups against a dict."""
    given = Given(data)
    depth = given.below(3) + 1
    values = given.text().split(b"\n")
    records = [tuple(values[at : at + depth]) for at in range(0, len(values) - depth + 1, depth)]
    groups = LabelGroups(depth, 7)
    known: dict[tuple[bytes, ...], int] = {}
    for record in records:
        known.setdefault(record, len(known))
        groups.add_values(list(record))
    assert groups.group_of().tolist() == [known[record] for record in records]
    assert groups.texts == [value for record in known for value in record]
    return groups.texts


@target(*ROWS, longest=600)
def node_rows(data: bytes) -> object:
    """Rows of CSV."""
    given = Given(data)
    header = given.one_of(
        *(["id", "lat", "lon", "latency"], ["id", "latency", "other", "lat", "lon"], ["id", "latency"]),
        *(["id", "latency", "lat", "lon", "weight", "capacity", "state", "samples"], ["latency", "id"]),
    )
    coordinates = given.flag() and "lat" in header
    delimiter, limit, ahead = (
        given.one_of(",", "\t", ";", "|"),
        given.number() + 1,
        given.one_of(b"", b"\n" * 32),
    )
    text = given.text() + ahead
    scan = CsvScan(text, coordinates, 0, ord(delimiter), column_fields(header, coordinates, SPECIAL))
    unusual, finished = scanned(scan, limit)
    accepted = {start: row for row, start in enumerate(scan._starts)}
    spans = sorted([*unusual, *zip(scan._starts, scan._ends, strict=True)])
    expected = list(library_rows(text, delimiter)) if __debug__ else []
    for (start, end), (cells, raw) in zip(spans, expected, strict=False):
        assert text[start:end] == raw
        if start in accepted:
            raw.decode()
            assert_row_is(scan, accepted[start], dict(zip(header, cells, strict=True)), coordinates)
    assert len(spans) >= len(expected) or not finished
    for start, _ in spans[len(expected) :][:1] if __debug__ else ():
        assert start not in accepted  # here is what the library refuses
    return [rows_of(scan), unusual, finished]


@target(*RECORDS, longest=800)
def node_prefilter(data: bytes) -> object:
    """Nodes within a limit, and how many are not."""
    given = Given(data)
    limit, rows = given.one_of(0.0, 3.25, 100.0), given.flag()
    text = given.text() + AHEAD
    fields = column_fields(["id", "latency", "x"], False, SPECIAL)
    scan = CsvScan(text, False, 0, 44, fields) if rows else JsonScan(text, False)
    left = Prefilter(scan, limit, 7)
    if not left.usual:
        return None
    count = len(scan)
    latencies = scan.latencies.tolist()
    kept = [row for row, latency in enumerate(latencies) if latency <= limit]
    again = KeptRows(left.records, len(kept))
    again.add(left.rows)
    assert [again.record(row) for row in range(len(again))] == [scan.record(row) for row in kept]
    assert [again.id_text(row) for row in range(len(again))] == [scan.id_text(row) for row in kept]
    assert again.latencies == [latencies[row] for row in kept]
    assert left.unmeasured == sum(latency != latency for latency in latencies)
    assert left.best == min((latency for latency in latencies if latency > limit), default=math.inf)
    assert left.hashes == scan.hash_ids(0, count, 7)
    return [left.records, left.rows, left.hashes]
