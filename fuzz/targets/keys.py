"""Lines, fields, cells and whole files as keys: beside them stand xxhash, orjson and ``csv``, line by line."""

from __future__ import annotations

import csv
import io
import json
import struct
from itertools import accumulate

import orjson
import xxhash
from support.naive_lines import naive_lines
from support.naive_placement import naive_joined

from fuzz.target import Given, holding, target
from rvhctl import Placement, jump_hash
from rvhctl.core.columns import Ints
from rvhctl.core.keys.buffers import hash_values, take_integers
from rvhctl.core.keys.cells import CellScan
from rvhctl.core.keys.fields import FieldScan
from rvhctl.core.keys.lines import DECIMAL, EMPTY, LIBRARY, XXH64, answer_lines
from rvhctl.core.keys.rows import UNUSUAL_LINE, KeyRows, digest_lines, find_lines, hash_lines
from rvhctl.core.placement.checksums import crc64_xz, fnv1, fnv1a
from rvhctl.core.placement.jump import MAX_BUCKETS
from rvhctl.core.placement.xxh64 import xxh64_span
from rvhctl.errors import InputError, RvhctlError
from rvhctl.formats.choice import FORMATS
from rvhctl.keys.fields import field_paths
from rvhctl.keys.hashes import decimal as decimal_digest
from rvhctl.keys.key import KeyRule
from rvhctl.keys.records import KeySpec, Records, separation_in, shape_of
from rvhctl.placement.job import Action, Numbers, Output, Owners
from rvhctl.placement.sources.answer import answer_records
from rvhctl.streams.sink import Sink
from rvhctl.streams.source import Source

LINES = (
    "\n",
    "\r\n",
    "\0",
    "\r",
    "18446744073709551615",
    "-9223372036854775808",
    "+7",
    "-0",
    "007",
    "é",
    b"\xff",
)
RECORDS = (
    '{"id":',
    '"user":{"id":"a"}',
    '"bucket":',
    '"',
    "\\u0061",
    "{",
    "}",
    ":",
    ",",
    "[1]",
    "null",
    "-0",
    "\t",
)
TABLE = ('"', '""', ",", "\n", "\r\n", "\r", "a,b", '"a,b"', "18446744073709551616", "-1")

ROOMS = (1, 2, 4, 100)


def signed(bits: int) -> int:
    return bits - 2**64 if bits >= 2**63 else bits


@target(*LINES)
def key_lines(data: bytes) -> object:
    """Lines of keys become lines of bucket numbers."""
    given = Given(data)
    recipe, delimiter = given.one_of(XXH64, DECIMAL, LIBRARY), given.one_of(10, 0)
    buckets, start = given.one_of(1, 7, 1000, MAX_BUCKETS, given.number(3) + 1), given.below(20)
    block = given.text()
    start = min(start, len(block))
    answer = answer_lines(block, start, delimiter, buckets, recipe, xxhash.xxh64_intdigest)
    assert answer == naive_lines(block, start, delimiter, buckets, recipe == DECIMAL)
    return answer


@target(*LINES)
def key_rows(data: bytes) -> object:
    """Lines of keys become rows, some at a time, and what is taken back is found again."""
    given = Given(data)
    decimal, delimiter, library = given.flag(), given.one_of(10, 0), given.flag()
    rows, seed = KeyRows(given.one_of(*ROOMS)), given.number(8)
    block = given.text()
    found = []
    rows.begin(0)
    while not rows.finished and rows.problem == 0:
        rows.begin(rows.next)
        if library:
            find_lines(rows, block, delimiter)
            digest_lines(
                rows, block, decimal_digest if decimal else lambda key: xxhash.xxh64_intdigest(key, seed)
            )
        else:
            hash_lines(rows, block, delimiter, decimal, signed(seed))
        found += taken(rows, block)
    place = 0
    for bits, start, insertion, end in found if __debug__ else ():
        assert start == place
        place = end
        line = block[start:end]
        key = block[start:insertion]
        assert line == key + (line[len(key) :])
        assert line.index(delimiter) == len(line) - 1
        assert line[len(key) :].lstrip(b"\r") == bytes([delimiter])
        assert bits == signed(int(key) % 2**64 if decimal else xxhash.xxh64_intdigest(key, seed))
    assert rows.next == place
    if rows.problem == 0:
        assert delimiter not in block[place:]
    elif rows.problem == EMPTY:
        assert block[place:].startswith((bytes([delimiter]), b"\r\n"))
    return [found, rows.problem, rows.next]


def taken(rows: KeyRows, block: bytes) -> list[tuple[int, int, int, int]]:
    columns = (rows.keys, rows.starts, rows.insertions, rows.ends)
    return [tuple(column[row] for column in columns) for row in range(rows.count)]


@target(*LINES, *RECORDS, *TABLE)
def key_hashes(data: bytes) -> object:
    """Sums of bytes of any length at any place."""
    given = Given(data)
    start, seed = given.below(20), given.number(8)
    block = given.text()
    start = min(start, len(block))
    end = max(len(block) - given.below(9), start)
    bits = xxh64_span(block, start, end, signed(seed))
    assert bits == signed(xxhash.xxh64_intdigest(block[start:end], seed))
    sums = [fnv1(block), fnv1a(block), crc64_xz(block)]
    state = forward = 0xCBF29CE484222325
    crc = 2**64 - 1
    for byte in block if __debug__ else b"":
        state = (state * 0x100000001B3 % 2**64) ^ byte
        forward = (forward ^ byte) * 0x100000001B3 % 2**64
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xC96C5795D7870F42 if crc & 1 else 0)
    assert sums == [state, forward, crc ^ (2**64 - 1)]
    return bits


@target(*LINES)
def key_buffers(data: bytes) -> object:
    """Columns of Arrow: values behind offsets, and integers."""
    given = Given(data)
    large, base, seed = given.flag(), given.number(2), given.number(8)
    values = given.text().split(b"\n")
    places = accumulate(map(len, values), initial=base)
    offsets = b"".join(place.to_bytes(8 if large else 4, "little") for place in places)
    keys = Ints([0] * len(values))
    hash_values(keys, offsets, large, b"".join(values), len(values), signed(seed))
    assert keys == [signed(xxhash.xxh64_intdigest(value, seed)) for value in values]
    integers = Ints([0] * (len(data) // 8))
    take_integers(integers, data, len(integers))
    assert struct.pack(f"<{len(integers)}q", *integers) == data[: len(integers) * 8]
    return keys.tolist()


@target(*RECORDS, *LINES, longest=600)
def key_fields(data: bytes) -> object:
    """Fields of records of NDJSON: what is read, the library reads so."""
    given = Given(data)
    paths = given.one_of([["id"]], [["user", "id"]], [["id"], ["user", "id"]], [["é", "id"], ["b"], ["id"]])
    decimal, bare, as_text, kept = given.flag(), given.flag(), given.flag(), given.flag()
    several, reserved = len(paths) > 1, given.one_of([], [b"bucket"])
    decimal, bare = decimal and not several, bare and not several
    scans = [
        FieldScan([name.encode() for name in path], reserved, decimal, 7, bare, as_text) for path in paths[1:]
    ]
    names = [name.encode() for name in paths[0]]
    scan = FieldScan(names, reserved, decimal, 7, bare, as_text, kept, scans)
    rows, block = KeyRows(given.one_of(*ROOMS)), given.text() + b"\n"
    rows.begin(0)
    found = []
    while not rows.finished and rows.problem == 0:
        rows.begin(rows.next)
        scan.fill(rows, block)
        for row, (bits, start, insertion, end) in enumerate(taken(rows, block) if __debug__ else ()):
            orjson.loads(block[start:end])  # which is stricter
            record = json.loads(block[start:end])
            assert block[end - 1] == 10
            assert b"\n" not in block[start:end].strip()
            if isinstance(record, dict):
                assert block[insertion:end].strip() == b"}"
                assert not any(name.decode() in record for name in reserved)
            else:
                assert bare
            key = [walked(record, path) for path in paths]
            assert all(type(part) in (str, int) for part in key), key
            assert bits == bits_of(key, decimal, as_text)
            if several and kept:
                assert rows.others[row] == tuple(str(part) if as_text else part for part in key)
            elif not several:
                text = block[rows.key_starts[row] : abs(rows.key_ends[row])].decode()
                assert text == key[0] or int(text) == key[0]
            found.append(bits)
    assert rows.problem in (0, UNUSUAL_LINE)
    return [found, rows.problem, rows.next]


def walked(record: object, path: list[str]) -> object:
    for name in path if isinstance(record, dict) else []:
        record = record[name]  # type: ignore[index]
    return record


def bits_of(key: list[object], decimal: bool, as_text: bool) -> int:
    """The bits of a key of one field, or of several; with seed 7."""
    if len(key) > 1:
        parts = [str(part) if as_text else part for part in key]
        assert all(type(part) is str or -(2**63) <= part < 2**64 for part in parts)  # type: ignore[operator]
        return signed(xxhash.xxh64_intdigest(naive_joined(parts), seed=7))  # type: ignore[arg-type]
    (part,) = key
    if isinstance(part, int) and not as_text:
        assert -(2**63) <= part < 2**64
        return signed(part % 2**64)
    if decimal and isinstance(part, str):
        assert -(2**63) <= int(part) < 2**64
        return signed(int(part) % 2**64)
    return signed(xxhash.xxh64_intdigest(str(part).encode(), seed=7))


@target(*TABLE, *LINES)
def key_cells(data: bytes) -> object:
    """Cells of rows: what is read, ``csv`` reads so."""
    given = Given(data)
    columns, delimiter = given.below(4) + 1, given.one_of(",", "\t", ";")
    at = given.one_of([0], [columns - 1], list(range(columns)))
    decimal, kept = given.flag() and len(at) == 1, given.flag()
    scan = CellScan(columns, at, ord(delimiter), decimal, 7, kept)
    rows, block = KeyRows(given.one_of(*ROOMS)), given.text()
    rows.begin(0)
    found = []
    records = []
    while not rows.finished and rows.problem == 0:
        rows.begin(rows.next)
        scan.fill(rows, block)
        found += [bits for bits, *_ in taken(rows, block)]
        records += [block[start:end] for _, start, _, end in taken(rows, block)]
    if not __debug__:
        return None
    text = block[: rows.next].decode()
    read = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row]
    assert all(len(row) == columns for row in read)
    again = [next(csv.reader([record.decode()], delimiter=delimiter)) for record in records]
    assert again == read
    assert found == [bits_of([row[place] for place in at], decimal, False) for row in read]
    assert rows.problem in (0, UNUSUAL_LINE)
    return [found, rows.problem, rows.next]


class Buckets(Action):
    """A bucket number a line: from the bytes of records if ``straight``, else from each key."""

    def __init__(self, placement: Placement, straight: bool) -> None:
        self._placement = placement
        self._straight = straight
        self.lines = b""

    def output(self, shape: str, delimiter: str) -> Output | None:
        return Numbers(Owners(self._placement.table)) if self._straight else None

    @property
    def owners_alone(self) -> bool:
        return True

    def writes_keys(self, shape: str) -> bool:
        return False

    def write(self, answers: bytes, /) -> None:
        self.lines += answers

    def add(self, records: Records) -> None:
        self.lines += b"".join(b"%d\n" % bucket for bucket in self._placement.buckets(records.keys))


class Flushed(Sink):
    """Takes nothing."""

    def flush(self) -> None:
        pass


@target(
    *(
        '["a",7]',
        '{"key":"a"}\n',
        '{"id":1,"b":"x"}',
        "key\n",
        "id,b\n",
        "id;b\n",
        "id\tb\n",
        "a,b\n",
        "sep=;\n",
    ),
    *("\n", "\r\n", "\r", '"', "\\u00e9", "\0", "18446744073709551616", "-0", "1.0", "null", "[", "]", ","),
    *(b"\xff", b"\xef\xbb\xbf"),
    longest=200,
)
def key_files(data: bytes) -> object:
    """Files of keys in each format: straight from their bytes, and record by record."""
    given = Given(data)
    placement = Placement(1000, hash="int") if given.flag() else Placement(1000)
    form = given.one_of("auto", "json", "ndjson", "csv", "tsv", "plain")
    is_whole = placement.recipe.name == "int"
    field = given.one_of(None, "id", "id" if is_whole else "id,b")
    rule = KeyRule(integers=is_whole, as_text=given.flag() and not is_whole)
    path, *further = field_paths(field) if field else (None,)
    spec = KeySpec(rule, path, tuple(further), delimiter=given.one_of(b"\n", b"\n", b"\0"))
    text = given.text()
    with holding(text) as file:
        found = [
            answered(file, form, Buckets(placement, straight), placement, spec) for straight in (True, False)
        ]
    assert found[0] == found[1], found
    lines, bad = found[0]
    if form == "json" and field is None and not (bad or is_whole or rule.as_text):
        keys = orjson.loads(text.removeprefix(b"\xef\xbb\xbf"))
        assert lines == b"".join(b"%d\n" % jump_hash(key, 1000) for key in keys)
    return found[0]


def answered(
    file: str, form: str, action: Buckets, placement: Placement, spec: KeySpec
) -> tuple[bytes, list[str]]:
    """What is answered, and what is wrong."""
    bad: list[str] = []

    def on_bad(error: InputError) -> None:
        bad.append(str(error).replace(file, "f"))

    try:
        with Source(file) as source:
            shape = shape_of(source, form, spec)
            if FORMATS[shape].delimiter:
                spec = spec._replace(separation=separation_in(source, shape, spec))
            count = answer_records(source, shape, action, placement, spec, None, 1, Flushed(), on_bad)
        assert action.lines.count(b"\n") == count
    except RvhctlError as error:
        bad.append(str(error).replace(file, "f"))
    return action.lines, bad
