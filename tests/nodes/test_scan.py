"""Nodes that are scanned give the same answers as nodes that are read record by record."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cli import rvhctl

from rvhctl.errors import raise_error
from rvhctl.nodes import read, scan
from rvhctl.nodes.scan import is_doubtful

FLEET: list[dict[str, Any]] = [
    {"id": f"node-{number}", "lat": number % 90 - 0.5, "lon": number * 7 % 180, "latency": number * 37 % 200}
    for number in range(60)
]
RICH = [
    {**FLEET[0], "note": 'two\nlines, "quoted"'},
    {**FLEET[1], "note": "tab\there; semicolon"},
    {**FLEET[2], "note": "é", "latency": ""},
    {**FLEET[3], "note": "back\\slash"},
    {**FLEET[4], "note": "", "lat": "+1.50", "lon": "007"},
    {**FLEET[5], "note": " padded ", "latency": " 12 "},
]


def table(
    nodes: list[dict[str, Any]], delimiter: str = ",", end: str = "\n", quoting: int = csv.QUOTE_MINIMAL
) -> bytes:
    out = io.StringIO()
    rows = csv.DictWriter(out, list(nodes[0]), delimiter=delimiter, lineterminator=end, quoting=quoting)
    rows.writeheader()
    rows.writerows(nodes)
    return out.getvalue().encode()


def lines(nodes: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(node, ensure_ascii=False).encode() + b"\n" for node in nodes)


def people(delimiter: str, latency: str = "rtt", unit: str = "", comma: bool = False) -> bytes:
    """The fleet as people write it."""
    rows = [
        {
            " Host ": node["id"],
            "Latitude": node["lat"],
            "lng": node["lon"],
            latency: f"{node['latency'] / 7:.3f}{unit}",
            "Zone": f"z{delimiter}",
        }
        for node in FLEET
    ]
    text = table(rows, delimiter).decode()
    return (text.replace(".", ",") if comma else text).encode()


TEXTS = {
    "plain.csv": table(FLEET),
    "crlf.csv": table(FLEET, end="\r\n"),
    "quoted.csv": table(FLEET, quoting=csv.QUOTE_ALL),
    "plain.tsv": table(FLEET, "\t"),
    "rich.csv": table(RICH),
    "rich.tsv": table(RICH, "\t"),
    "weights.csv": table([{**node, "weight": "", "state": "", "samples": ""} for node in FLEET]),
    "states.csv": table(
        [{**node, "weight": 2, "state": "drain" if row % 5 else ""} for row, node in enumerate(FLEET)]
    ),
    "no-end.csv": table(FLEET).rstrip(),
    "blank.csv": b"\n\n" + table(FLEET).replace(b"\n", b"\n\r\n"),
    "semicolons.csv": people(";", comma=True),
    "bars.csv": people("|", latency="RTT (s)", unit=""),
    "micro.csv": people(",", latency="ping_us", unit=" us"),
    "units.csv": people(",", latency="latency", unit="ms"),
    "tabs.tsv": people("\t", latency=" Latency ", unit=" ms"),
    "sep.csv": b"sep=;\r\n" + people(";", comma=True),
    "absent.csv": table(
        [{**node, "latency": ("N/A", "-", "5", "NaN", "null")[row % 5]} for row, node in enumerate(FLEET)]
    ),
    "displaced.csv": table([{"name": node["id"], "RTT": 5, "rtt ": 6, **node} for node in FLEET]),
    "two.csv": table([{"rtt": 5, "ping": 6, "id": node["id"], "lat": 1, "lon": 1} for node in FLEET]),
    "lines.ndjson": lines(FLEET),
    "array.json": json.dumps(FLEET, indent=1).encode(),
    "rich.ndjson": lines([{**node, "tags": ["a,b", None], "ok": True} for node in FLEET]),
    "mixed.ndjson": lines([{**node, **({"more": 1} if row % 2 else {})} for row, node in enumerate(FLEET)]),
    "bad-row.csv": table(FLEET[:5]) + b"x,1,2\n" + table(FLEET[5:]).split(b"\n", 1)[1],
    "bad-number.csv": table([*FLEET[:5], {**FLEET[5], "latency": "12ms"}, *FLEET[6:]]),
    "bad-utf8.csv": table(FLEET) + b"\xff,1,2,3\n",
    "twice.csv": table([*FLEET, FLEET[0]]),
    "open-quote.csv": table(FLEET) + b'"x,1,2,3\n',
    "no-column.csv": b"id,lat,lon\na,1,2\n",
    "header.csv": b"id,lat,lon,latency\n",
}
COMMANDS = [("failover", "--threshold", "150"), ("faultset", "--relative", "1.5", "-p", "1")]


def both(monkeypatch: pytest.MonkeyPatch, *words: str, stdin: bytes = b"") -> None:
    """Run it twice, and hold the answers equal."""
    answers = []
    for compiled in (True, False):
        monkeypatch.setattr(read, "COMPILED", compiled)
        answers.append(rvhctl(*words, stdin=stdin))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_text(
    name: str, command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    path.write_bytes(TEXTS[name])
    for flags in ((), *(("-o", format_) for format_ in ("ndjson", "json", "csv", "tsv", "plain", "table"))):
        both(monkeypatch, *command, *flags, str(path))
    both(monkeypatch, *command, "--on-error", "skip", str(path))


@pytest.mark.parametrize(
    "names",
    [
        ("plain.csv", "rich.csv"),
        ("plain.csv", "more.csv"),
        ("no-end.csv", "more.csv"),
        ("plain.csv", "twice.csv"),
        ("lines.ndjson", "more.ndjson"),
        ("array.json", "more.ndjson"),
        ("plain.csv", "more.ndjson"),
        ("lines.ndjson", "bad.ndjson"),
        ("semicolons.csv", "more.csv"),
        ("semicolons.csv", "more-semicolons.csv"),
        ("bars.csv", "semicolons.csv"),
    ],
    ids=" ".join,
)
def test_several_files(names: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = [{**node, "id": f"more-{row}"} for row, node in enumerate(FLEET)]
    texts = TEXTS | {
        "more.csv": table(more, end="\r\n"),
        "more.ndjson": lines(more).rstrip(),
        "more-semicolons.csv": people(";", comma=True).replace(b"node-", b"more-"),
        "bad.ndjson": lines(more[:3]) + b"{}\n",
    }
    for name in names:
        (tmp_path / name).write_bytes(texts[name])
    paths = [str(tmp_path / name) for name in names]
    for command in COMMANDS:
        for flags in ((), ("-o", "ndjson"), ("-o", "csv"), ("-o", "plain")):
            both(monkeypatch, *command, *flags, *paths)


cells = (
    st.text('ab0.,;\t"\\é\n\r', max_size=5)
    | st.floats(0, 90).map(str)
    | st.sampled_from(
        [
            "",
            "-0",
            " -0",
            "1e1",
            "+5",
            "12ms",
            "0,5",
            "1.5 s",
            "n/a",
            "-",
            "0.8e1us",
            " 3 ",
            "1,234",
            "4 m",
            "1e999s",
        ]
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(cells, cells, cells), max_size=5),
    st.sampled_from(["", "ndjson", "plain"]),
    st.sampled_from(["latency", "rtt_s", "Ping (us)"]),
    st.sampled_from(",;|\t"),
)
def test_any_rows(
    monkeypatch: pytest.MonkeyPatch,
    rows: list[tuple[str, str, str]],
    format_: str,
    latency: str,
    delimiter: str,
) -> None:
    nodes = [{"id": name, latency: value, "note": note} for name, value, note in rows]
    text = table([{"id": "first", latency: 5, "note": "x"}, *nodes], delimiter)
    flags = ("-o", format_) if format_ else ()
    both(monkeypatch, "failover", "--threshold", "50", "--on-error", "skip", *flags, stdin=text)


LABELS = st.sampled_from(
    ["a", "b", "eu-west", "é", "a/b", 'quo"te', "com,ma", "back\\slash", " a", "line\nend", "\x7f", "007"]
)
JSON_LABELS = LABELS | st.sampled_from([7, -3, 0, True, False, 10**17, 10**20, -(10**25), "7", "true"])
PLACE = st.sampled_from([(52.3, 4.9), (-90, 180), (None, None)])


@st.composite
def labelled(draw: st.DrawFn, label: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
    nodes = []
    for row in range(draw(st.integers(1, 12))):
        lat, lon = draw(PLACE)
        node = {"id": f"n{row}", "lat": lat, "lon": lon, "latency": draw(st.sampled_from([1, 2.5, 90]))}
        nodes.append({**node, "zone": draw(label), "availability_zone": draw(label)})
    return nodes


def check_groups(text: bytes, shape: Any, by: tuple[str, ...], nodes: list[dict[str, Any]]) -> None:
    """By the scanner and record by record alike: the groups that Python makes."""
    known: dict[tuple[str, ...], int] = {}
    texts = [tuple(json.dumps(node[name]) for name in by) for node in nodes]
    values = [tuple(str(json.loads(value)) for value in record) for record in texts]
    values = [
        tuple({"True": "true", "False": "false"}.get(value, value) for value in record) for record in values
    ]
    expected = [known.setdefault(record, len(known)) for record in values]
    scanned = scan.scan_nodes([text], shape, coordinates=True, by=by)
    read_one_by_one = read.read_text(text, "", shape, coordinates=True, on_bad=raise_error, by=by)
    assert scanned is not None
    for found in (scanned, read_one_by_one):
        labels = found.fleet.labels
        assert labels is not None
        assert labels.group_of.tolist() == expected
        assert list(labels.groups) == list(known)
        lats = [None if lat != lat else lat for lat in found.fleet.lats]
        assert lats == [node["lat"] for node in nodes]


BY = st.sampled_from([("zone",), ("availability_zone",), ("zone", "availability_zone")])


@given(labelled(JSON_LABELS), BY, st.booleans(), st.booleans())
def test_labels_in_json(nodes: list[dict[str, Any]], by: tuple[str, ...], array: bool, ascii: bool) -> None:
    some = [
        {name: value for name, value in node.items() if value is not None or row % 2}
        for row, node in enumerate(nodes)
    ]
    if array:
        check_groups(json.dumps(some, indent=1, ensure_ascii=ascii).encode(), "json", by, nodes)
    else:
        check_groups(lines(some) if ascii else json_lines(some), "ndjson", by, nodes)


def json_lines(nodes: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(node).encode() + b"\n" for node in nodes)


@given(labelled(LABELS), BY, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.booleans())
def test_labels_in_csv(nodes: list[dict[str, Any]], by: tuple[str, ...], quoting: int, places: bool) -> None:
    if not places:
        nodes = [{**node, "lat": None, "lon": None} for node in nodes]
    some = [
        {name: value for name, value in node.items() if places or name[:1] != "l" or name == "latency"}
        for node in nodes
    ]
    check_groups(table(some, quoting=quoting), "csv", by, nodes)


@pytest.mark.parametrize("by", ["zone", "rack,zone", "id", "state", "availability_zone", "no"])
@pytest.mark.parametrize(
    "text",
    [
        lines(
            [
                {**node, "zone": "a", "availability_zone": row % 3, "rack": row % 2}
                for row, node in enumerate(FLEET)
            ]
        ),
        lines([{"id": "a", "latency": 1, "zone": None}, {"id": "b", "latency": 1, "zone": "z"}]),
        lines([{"id": "a", "latency": 1, "zone": ["a"], "lat": 1}, {"id": "b", "latency": 1, "zone": ""}]),
        lines([{"id": "a", "latency": 1, "zone": "z", "lat": 1}]),
        lines([{"id": "a", "latency": 1, "zone": "z", "lat": 91, "lon": 1}]),
        b'{"id":"a","latency":1,"zone":"x","zone":"y"}\n{"id":"b","latency":1,"z\\u006fne":"y"}\n',
        b'{"id":"a","latency":1,"zone":1.0}\n{"id":"b","latency":1,"zone":-0}\n{"id":"c","latency":1,"zone":1e2}\n',
        b"id,latency,zone\na,1,z\nb,2,\nc,3,y\n",
        b"id,latency,zone,lat\na,1,z,1\n",
        b"id,latency,zone,lat,lon\na,1,z,1,2\nb,1,z,,\nc,1,z,,3\n",
        table([{**node, "zone": f"z{row % 3}", "state": "up"} for row, node in enumerate(FLEET)]),
    ],
    ids=range(11),
)
def test_every_text_by_label(text: bytes, by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for flags in (
        (),
        ("-o", "table"),
        ("--plan",),
        ("--explain",),
        ("--on-error", "skip"),
        ("--relative", "2"),
    ):
        both(monkeypatch, "faultset", "--threshold", "150", "--by", by, *flags, stdin=text)


def test_what_records_state_that_the_library_reads() -> None:
    details = {"state": "drain", "weight": 3, "capacity": 7, "samples": [5, None, 7]}
    text = lines(
        [{**node, "id": f'"{row}"', **details} if row % 3 else node for row, node in enumerate(FLEET)]
    )
    scanned = scan.scan_nodes([text], "ndjson", coordinates=True)
    assert scanned is not None
    one_by_one = read.read_text(text, "", "ndjson", coordinates=True, on_bad=raise_error)
    for column in ("states", "weights", "capacities", "samples", "sample_starts"):
        stated = list(getattr(scanned.fleet, column))
        assert str(stated) == str(list(getattr(one_by_one.fleet, column)))  # NaN is no equal of itself
        assert len(stated) >= len(FLEET)


@pytest.mark.parametrize(
    "others", [("crlf.csv",), ("quoted.csv", "rich.csv"), ("rich.csv", "plain.csv"), ("bad-row.csv",)]
)
def test_several_texts_of_one_layout_or_of_others(
    others: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = []
    for number, name in enumerate(("plain.csv", *others)):
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(TEXTS[name].replace(b"\nn", b"\n%dn" % number).replace(b"\na", b"\n%da" % number))
        paths.append(str(path))
    for command in COMMANDS:
        for format_ in ("ndjson", "csv", "json"):
            both(monkeypatch, *command, "--on-error", "skip", "-o", format_, *paths)


def test_a_text_is_doubtful_if_two_records_say_that_each_other_is_meant_otherwise() -> None:
    both_of = ({1, 2}, {4, 8})
    for bits in range(16):
        found = {bit for bit in (1, 2, 4, 8) if bits & bit}
        assert is_doubtful(bits) == any(both <= found for both in both_of)
