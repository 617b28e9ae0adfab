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

from rvhctl.nodes import read

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
    ],
    ids=" ".join,
)
def test_several_files(names: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = [{**node, "id": f"more-{row}"} for row, node in enumerate(FLEET)]
    texts = TEXTS | {
        "more.csv": table(more, end="\r\n"),
        "more.ndjson": lines(more).rstrip(),
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
    | st.sampled_from(["", "-0", "1e1", "+5"])
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(cells, cells, cells), max_size=5), st.sampled_from(["", "ndjson", "plain"]))
def test_any_rows(monkeypatch: pytest.MonkeyPatch, rows: list[tuple[str, str, str]], format_: str) -> None:
    nodes = [{"id": name, "latency": latency, "note": note} for name, latency, note in rows]
    text = table([{"id": "first", "latency": 5, "note": "x"}, *nodes])
    flags = ("-o", format_) if format_ else ()
    both(monkeypatch, "failover", "--threshold", "50", "--on-error", "skip", *flags, stdin=text)
