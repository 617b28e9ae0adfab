"""A format is one file: one more of them is read and written by everybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import toy_format
from support.program import PATIENCE, Program

from rvhctl.errors import InputError, raise_error
from rvhctl.formats.choice import FORMATS, Format
from rvhctl.formats.shapes import OwnRecords, Picked, View
from rvhctl.nodes.read import read_nodes

TEXT = b'id = "a"\nlatency = 12.5\nweight = 2\n\nid = "b"\nlatency = 80\n\n'
TOY = "toy"
ENTRY = f"""
from rvhctl.formats.choice import FORMATS, Format
FORMATS[{TOY!r}] = Format({toy_format.__name__!r})
from rvhctl.__main__ import entry; entry()
"""
"""The program, with one line more in its table of formats."""


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, TOY, Format(toy_format.__name__))


def written(format_: str, records: OwnRecords, picked: Picked) -> bytes:
    chosen = FORMATS[format_]
    return b"".join(chosen.load().write_records(records, picked, **chosen.options))


def test_nodes_in_and_out(tmp_path: Path) -> None:
    file = tmp_path / "nodes.toy"
    file.write_bytes(TEXT)
    nodes = read_nodes([str(file)], TOY, coordinates=False, on_bad=raise_error)
    assert (list(nodes.fleet.ids), list(nodes.fleet.latencies), list(nodes.fleet.weights)) == (
        ["a", "b"],
        [12.5, 80],
        [2, 1],
    )
    assert written(TOY, nodes, [0, 1]) == TEXT
    assert written("csv", nodes, [1]) == b"id,latency\nb,80\n"


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    file = tmp_path / "nodes.toy"
    file.write_bytes(TEXT.replace(b"80", b"-80"))
    with pytest.raises(
        InputError, match=r"nodes.toy:5: the latency must be finite and not negative \(got -80\)"
    ):
        read_nodes([str(file)], TOY, coordinates=False, on_bad=raise_error)


@pytest.mark.parametrize("format_", ["json", "ndjson", "csv", "tsv"])
def test_nodes_of_another_format_go_out_in_it(format_: str, tmp_path: Path) -> None:
    texts = {
        "json": '[{"id": "a", "latency": 1}]',
        "ndjson": '{"id": "a", "latency": 1}',
        "csv": "id,latency\na,1\n",
        "tsv": "id\tlatency\na\t1\n",
    }
    file = tmp_path / "nodes"
    file.write_text(texts[format_])
    nodes = read_nodes([str(file)], format_, coordinates=False, on_bad=raise_error)
    assert written(TOY, nodes, [0]) == b'id = "a"\nlatency = 1\n\n'


def test_views_out() -> None:
    view = View(("cell", "nodes:r"), lambda: [[["u1", "u2"], [3, None]]])
    assert b"".join(toy_format.write_view(view)) == b'cell = "u1"\nnodes = 3\n\ncell = "u2"\nnodes = \n\n'


def run(program: Program, *arguments: str, stdin: bytes = TEXT) -> bytes:
    paths = os.pathsep.join([program.environment["PYTHONPATH"], str(Path(__file__).parents[1])])
    done = subprocess.run(
        [sys.executable, "-c", ENTRY, *arguments],
        input=stdin,
        env=program.environment | {"PYTHONPATH": paths},
        capture_output=True,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def test_nodes_in_and_out_on_the_command_line(program: Program) -> None:
    nodes = ("failover", "--threshold", "50", "-i", TOY)
    assert run(program, *nodes) == b'id = "a"\nlatency = 12.5\nweight = 2\n\n'
    assert run(program, *nodes, "-o", "csv") == b"id,latency,weight\na,12.5,2\n"
    assert run(program, *nodes, "-o", "plain") == b"a\n"
    assert run(program, "failover", "--nodes", "a", "--latencies", "3", "--threshold", "5", "-o", TOY) == (
        b'id = "a"\nlatency = 3\n\n'
    )
    assert run(program, *nodes, "--explain", "-o", TOY).startswith(b'id = "a"\ncell = \nkept = true\n')
    assert TOY.encode() in run(program, "failover", "--help")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("-o", "plain"), b"3\n2\n"),
        ((), b'key = "foo"\nbucket = 3\n\nkey = 42\nbucket = 2\n\n'),
        (
            ("--replicas", "1"),
            b'key = "foo"\nbucket = 3\nreplica_1 = 3\n\nkey = 42\nbucket = 2\nreplica_1 = 2\n\n',
        ),
        (("--field", "key", "-o", "ndjson"), b'{"key":"foo","at":1,"bucket":3}\n{"key":42,"bucket":2}\n'),
        (("--only", "2"), b"key = 42\n\n"),
        (("--to", "3", "--moves"), b'key = "foo"\nfrom = 3\nto = 0\n\n'),
        (("--stats", "-b", "1"), b"bucket = 0\ncount = 2\nshare = 1.0\n\n"),
    ],
)
def test_keys_in_and_out_on_the_command_line(
    program: Program, arguments: tuple[str, ...], expected: bytes
) -> None:
    keys = b'key = "foo"\nat = 1\n\nkey = 42\n\n'
    buckets = () if "-b" in arguments else ("-b", "5")
    assert run(program, "jump-hash", *buckets, "-i", TOY, *arguments, stdin=keys) == expected
