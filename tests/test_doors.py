"""The same data gives the same answer in every format, from every kind of source, in every output.

Formats are those of the registry; what they hold is written and read by other programs (``support/foreign.py``).
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from support import doors_keys, doors_nodes
from support.cli import Outcome, rvhctl
from support.foreign import READ, WRITTEN
from support.forked import forked

from rvhctl import failover, faultset, jump_hash_many
from rvhctl.formats.choice import COMPRESSED_SUFFIXES, FORMATS, SUFFIXES
from rvhctl.streams.decompress import zstd_library

NODES = [
    {"id": "007", "lat": 48.8, "lon": 2.3, "latency": 1e-3, "zone": "par"},
    {"id": "a", "lat": 52.3, "lon": 4.9, "latency": 10.25, "zone": "01"},
    {"id": 'c,"é', "lat": 48.8, "lon": 2.3, "latency": 40.125, "zone": "a\tb"},
    {"id": "b", "lat": 52.3, "lon": 4.9, "latency": 95.0, "zone": ""},
    {"id": "d", "lat": -0.5, "lon": -179.75, "latency": None, "zone": "null"},
]
KEYS = ["007", "user:1", '"a, b"', "日本語", "18446744073709551615", " x ", "true"]
ROWS = [{"key": key, "note": f"n,{row}"} for row, key in enumerate(KEYS)]
NAMES = [name for name, format_ in FORMATS.items() if not format_.columns or find_spec("pyarrow")]
RECORDS = [name for name in NAMES if name != "plain"]
"""Those that hold a node; a line of plain is its id alone."""
SUFFIX_OF = {format_: suffix for suffix, format_ in reversed(SUFFIXES.items())}
PACKED = {
    ".gz": gzip.compress,
    ".zst": lambda data: zstd_library().compress(data),
    ".xz": lzma.compress,
    ".bz2": bz2.compress,
}
QUESTIONS = {
    "failover": ("failover", "--threshold", "50"),
    "faultset": ("faultset", "--threshold", "50"),
    "jump-hash": ("jump-hash", "-b", "10"),
}


def formats_of(command: str) -> list[str]:
    return NAMES if command == "jump-hash" else RECORDS


def data_of(command: str, format_: str) -> bytes:
    return WRITTEN[format_](ROWS if command == "jump-hash" else NODES)


def wanted(command: str) -> list[dict[str, Any]]:
    """What Python says."""
    if command == "jump-hash":
        return [
            {"key": key, "bucket": bucket} for key, bucket in zip(KEYS, jump_hash_many(KEYS, 10), strict=True)
        ]
    ids = (
        faultset(NODES, 50, precision=5)
        if command == "faultset"
        else failover([node["id"] for node in NODES], [node["latency"] for node in NODES], 50)
    )
    assert len(ids) == 3
    return [next(node for node in NODES if node["id"] == node_id) for node_id in ids]


def alike(found: list[dict[str, Any]], records: list[dict[str, Any]]) -> bool:
    """Whether the records are there in this order; a cell of text may stand for a number."""
    return len(found) == len(records) and all(
        type(record[name])(row[name]) == record[name]
        for row, record in zip(found, records, strict=True)
        for name in record
    )


def test_every_format_is_written_and_read_by_others() -> None:
    assert WRITTEN.keys() == READ.keys() == FORMATS.keys()
    assert PACKED.keys() == COMPRESSED_SUFFIXES


def from_every_source(
    asked: tuple[str, ...], stated: tuple[str, ...], data: bytes, file: Path
) -> Iterator[tuple[str, Outcome]]:
    """Ask of the same bytes from everywhere.

    Args:
        stated: what says how to read what has no name.
    """
    file.write_bytes(data)
    yield "file", rvhctl(*asked, str(file))
    yield "<", forked(*asked, *stated, stdin=file)
    yield "pipe", forked(*asked, *stated, stdin=data)
    yield "-", forked(*asked, *stated, "-", stdin=data)
    yield "/dev/stdin", forked(*asked, *stated, "/dev/stdin", stdin=data)
    pipe = file.with_name(f"pipe{file.suffix}")
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,), daemon=True)
    writer.start()
    yield "named pipe", rvhctl(*asked, str(pipe))
    writer.join(10)
    for suffix in sorted(COMPRESSED_SUFFIXES):
        packed = file.with_name(file.name + suffix)
        packed.write_bytes(PACKED[suffix](data))
        yield suffix, rvhctl(*asked, str(packed))
        yield f"{suffix} through standard input", rvhctl(*asked, *stated, stdin=packed.read_bytes())


@pytest.mark.parametrize(
    ("command", "format_"), [(command, format_) for command in QUESTIONS for format_ in formats_of(command)]
)
def test_every_format_and_source(command: str, format_: str, tmp_path: Path) -> None:
    file = tmp_path / f"data{SUFFIX_OF.get(format_, '.txt')}"
    asked = (*QUESTIONS[command], "-o", "json")
    first = None
    for source, run in from_every_source(asked, ("-i", format_), data_of(command, format_), file):
        assert (run.code, run.err) == (0, ""), source
        assert alike(READ["json"](run.out), wanted(command)), source
        first = first or run.out
        assert run.out == first, source


@pytest.mark.parametrize("output", NAMES)
@pytest.mark.parametrize("command", QUESTIONS)
def test_every_format_becomes_every_other(command: str, output: str) -> None:
    for format_ in formats_of(command):
        run = rvhctl(*QUESTIONS[command], "-i", format_, "-o", output, stdin=data_of(command, format_))
        assert (run.code, run.err) == (0, ""), format_
        found, records = READ[output](run.out), wanted(command)
        if output == "plain":  # its last value alone, an owner or an id
            name = "bucket" if command == "jump-hash" else "id"
            assert found == [[str(record[name])] for record in records], format_
        else:
            assert alike(found, records), format_


KEYED = ("jump-hash", *(word for key in KEYS for word in ("-k", key)))
OF_OPTIONS = {
    "nodes": ((*KEYED, "--threshold", "40", "--replicas", "2", "--spread", "zone"), doors_keys.NODES),
    "to_nodes": ((*KEYED, "--nodes", "a,b,x"), doors_keys.NODES),
    "live": ((*KEYED, "--nodes", "a,b,c,x"), doors_keys.NODES[:2]),
    "inventory": (("faultset", "--threshold", "50", "--by", "zone", "--plan"), doors_nodes.INVENTORY),
    "demand": (
        ("faultset", "--threshold", "50", "--by", "zone", "--plan"),
        [
            {"group": name, "demand": row}
            for row, name in enumerate(("ams-1", "ams-2", "par-1", "par-2", "rom-1"))
        ],
    ),
}
"""Options that name a file of records, in a question, and its records; ``--sizes`` is an object or a table."""


@pytest.mark.parametrize("format_", RECORDS)
@pytest.mark.parametrize("name", OF_OPTIONS)
def test_a_file_of_an_option_is_read_in_every_format(name: str, format_: str, tmp_path: Path) -> None:
    asked, records = OF_OPTIONS[name]
    stdin = WRITTEN["json"](doors_nodes.NODES) if asked[0] == "faultset" else b""
    flag = f"--{name.replace('_', '-')}"
    plain = tmp_path / "wanted.json"
    plain.write_bytes(WRITTEN["json"](records))
    wanted = rvhctl(*asked, flag, str(plain), "-o", "json", stdin=stdin)
    assert wanted.code == 0, wanted.err
    assert wanted != rvhctl(*asked, "-o", "json", stdin=stdin)
    file = tmp_path / f"data{SUFFIX_OF[format_]}"
    data = WRITTEN[format_](records)
    file.write_bytes(data)
    packed = file.with_name(f"{file.name}.gz")
    packed.write_bytes(gzip.compress(data))
    pipe = file.with_name(f"pipe{file.suffix}")
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,), daemon=True)
    writer.start()
    for path in (file, packed, pipe):
        assert rvhctl(*asked, flag, str(path), "-o", "json", stdin=stdin) == wanted, path.name
    writer.join(10)
