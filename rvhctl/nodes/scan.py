"""Nodes of one text through the compiled scanner: only what is unusual becomes Python objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, Final, cast

import orjson

from rvhctl.core.columns import PIECE, Ints
from rvhctl.core.csv.objects import ObjectToRow, RowToObject
from rvhctl.core.nodes.csv_scan import CsvScan, column_fields
from rvhctl.core.nodes.duplicates import SHARDS, IdHashes
from rvhctl.core.nodes.ids import IdTexts
from rvhctl.core.nodes.json_scan import JsonScan
from rvhctl.core.nodes.record import MOST_LABELS
from rvhctl.core.nodes.rows import NodeRows
from rvhctl.core.nodes.scan import DONE, UNUSUAL_DOCUMENT, UNUSUAL_RECORD, NodeScan
from rvhctl.errors import InputError, InvalidNodeError
from rvhctl.formats import jsontext
from rvhctl.formats.choice import FORMATS, Shape, is_array
from rvhctl.formats.shapes import Layout, Picked
from rvhctl.nodes.fields import (
    BOUNDS,
    DETAILS,
    KNOWN,
    Coordinates,
    Details,
    Record,
    read_record,
)
from rvhctl.nodes.fleet import Labels, fleet_of
from rvhctl.nodes.nodes import NOBODY, LeftOut, Nodes, new_seed
from rvhctl.streams.progress import watched

# Compiled loops see no signal: each call is kept to some tens of milliseconds.
SCAN_BYTES: Final = 8 << 20
ID_ROWS: Final = 1 << 18
JOIN_ROWS: Final = 1 << 14

ESCAPED: Final = b'"\\' + bytes(range(32))
"""What stands in no string of JSON as it is."""

FIELDS: Final = frozenset({"id", "latency", *BOUNDS, *DETAILS})
"""A label by one of these names is for the library."""


def is_doubtful(bits: int) -> bool:
    """Whether what a record says may depend on other records of a text; see `rvhctl.formats.rows.numbers_in`."""
    return bits & 3 == 3 or bits & 12 == 12


class JsonText:
    """Nodes as records of JSON: a line each, or the elements of an array."""

    layout = None
    start = 0
    """Where the first record may begin."""

    def __init__(self, shape: Shape) -> None:
        self.shape: Final = shape
        self.lines: Final = FORMATS[shape].objects == "lines"
        """Whether lines in the middle of a text can be read for themselves."""

    def goes_with(self, other: JsonText | RowText) -> bool:
        """Whether a text that stands so can follow one that stands so."""
        return self.lines

    def doubts(self, text: bytes) -> int:
        """Return bits; a text of which they are doubtful is to be read record by record."""
        return 0

    def places(self, text: bytes) -> bool:
        """Whether records may say where they stand; an escape may spell anything."""
        return b'"lat"' in text or b'"lon"' in text or b"\\u" in text

    def scan(
        self, text: bytes, coordinates: bool, start: int, *, latency: bool = True, by: tuple[str, ...] = ()
    ) -> NodeScan:
        keys = tuple([name.encode() for name in by])
        array = not self.lines
        return JsonScan(text, coordinates, start, array, latency=latency, by=keys, seed=new_seed())

    def fields(self, record: bytes) -> Any:
        """Return what a record says."""
        return jsontext.parse(record, "")

    def exact(self, record: bytes) -> Any:
        """Return it with exact integers."""
        return jsontext.exact_value(record)


class RowText:
    """Nodes as rows under a header."""

    lines = True

    def __init__(self, shape: Shape, text: bytes, layout: Layout) -> None:
        from rvhctl.formats.rows import Rows

        self._format: Final = FORMATS[shape].load()
        self._table: Final = Rows([layout.opening], "", layout.delimiter, preamble=layout.preamble)
        self.shape: Final = shape
        self.layout: Final = layout
        self.start: Final[int] = self._table.body_start(text)

    def goes_with(self, other: JsonText | RowText) -> bool:
        return other.layout is not None and other.layout[:-1] == self.layout[:-1]

    def doubts(self, text: bytes) -> int:
        """Return bits; a text of which they are doubtful is to be read record by record."""
        bits: int = self._format.numbers_of(self.layout, text)
        return bits

    def places(self, text: bytes) -> bool:
        """Whether rows may say where they stand."""
        return not BOUNDS.keys().isdisjoint(self.layout.names)

    def scan(
        self, text: bytes, coordinates: bool, start: int, *, latency: bool = True, by: tuple[str, ...] = ()
    ) -> NodeScan:
        layout = self.layout
        left = ["samples"] if latency else []
        fields = column_fields(layout.names, coordinates, left, latency, by, layout.exponent != 0)
        delimiter, exponent, comma = ord(layout.delimiter), layout.exponent, layout.comma
        return CsvScan(text, coordinates, start, delimiter, fields, new_seed(), exponent, comma)

    def fields(self, record: bytes) -> Any:
        """Return what a row says."""
        row = self._table.row(record, 0)
        self._table.check(row)
        return self._format.typed(self.layout, row.fields)

    exact = fields


def text_of(
    text: bytes,
    shape: Shape,
    columns: Mapping[str, str],
    *,
    coordinates: Coordinates,
    latency: bool = True,
    by: tuple[str, ...] = (),
) -> JsonText | RowText | None:
    """Return how nodes stand in a text that begins so; None if no scanner reads it.

    Args:
        columns: of a table by the fields that the user says they are.
    """
    format_ = FORMATS[shape]
    if format_.objects == "lines" or (format_.objects == "array" and is_array(text)):
        return JsonText(shape)
    if not format_.delimiter:
        return None
    from rvhctl.formats.headers import layout_of

    needed = {"id", "latency", *by} if latency else {"id", *by}
    try:
        layout = layout_of(
            text, "", shape, columns, (needed | BOUNDS.keys()) if coordinates is True else needed
        )
    except InputError:
        return None
    rows = RowText(shape, text, layout)
    optional = coordinates == KNOWN or by
    if coordinates and (not optional or rows.places(text)):
        needed |= BOUNDS.keys()
    return rows if needed <= set(rows.layout.names) else None


def scan_nodes(
    texts: Sequence[bytes],
    shape: Shape,
    columns: Mapping[str, str] = {},
    *,
    coordinates: Coordinates,
    latency: bool = True,
    by: tuple[str, ...] = (),
) -> Nodes | None:
    """The nodes of texts whose records a compiled scanner reads.

    Args:
        latency: whether each node needs one; if not, of a measurement nothing is read.

    Returns:
        None where anything is wrong with a text or a node: reading record by record says what and where.
    """
    if len(by) > MOST_LABELS or FIELDS.intersection(by):
        return None
    layouts = [
        text_of(text, shape, columns, coordinates=coordinates, latency=latency, by=by) for text in texts
    ]
    layout = layouts[0]
    if layout is None or any(other is None or not layout.goes_with(other) for other in layouts[1:]):
        return None
    text, *others = texts
    if others:
        bodies = (text[layout.start :] for text, layout in zip(others, layouts[1:], strict=True) if layout)
        text = b"\n".join([text, *bodies])
    if is_doubtful(layout.doubts(text)):
        return None
    placed = layout.places(text) if coordinates == KNOWN else bool(coordinates)
    scan = layout.scan(text, placed, layout.start, latency=latency, by=by)
    read = partial(read_record, coordinates=coordinates, latency=latency or None, by=by)
    details: dict[int, Details] = {}
    integer_ids: set[int] = set()
    states = iter(partial(scan.run, SCAN_BYTES), DONE)
    for state in watched(states, "reading nodes", len(text), position=lambda: scan.position):
        if state == UNUSUAL_DOCUMENT:
            return None
        if state == UNUSUAL_RECORD and not _add_unusual(scan, layout, details, integer_ids, read):
            return None
    if _has_duplicates(scan):
        return None
    bare = scan.in_hand.integer_ids
    nodes = ScannedNodes(scan, layout, IntegerIds(scan, integer_ids, bare=bare), details)
    nodes.fleet.labels = _labels(scan)
    return nodes


class ScannedNodes(Nodes):
    """Rows over the text; ids and records are cut out of it when they are asked for."""

    def __init__(
        self,
        rows: NodeRows,
        layout: JsonText | RowText,
        integer_ids: Collection[int],
        details: Mapping[int, Details],
        left_out: LeftOut = NOBODY,
    ) -> None:
        ids = Ids(rows)
        fleet = fleet_of(ids, rows.latencies, rows.lats, rows.lons, details, columns=rows.details)
        super().__init__(
            layout.shape, fleet, _Records(rows), layout.layout, integer_ids=integer_ids, left_out=left_out
        )
        self.notes = [layout.layout.note] if layout.layout is not None and layout.layout.note else ()
        self._rows = rows
        self._to_object: RowToObject | None = None

    def in_json(self) -> Nodes:
        converted = super().in_json()
        if self.layout is not None and isinstance(converted, ScannedNodes):
            converted._to_object = FORMATS[self.shape].load().row_converter(self.layout)
        return converted

    def texts(self, rows: Sequence[int]) -> list[bytes]:
        bulk = self.layout is None and not isinstance(self.records, list)
        return b"".join(self.join_records(rows, b"\n")).split(b"\n")[:-1] if bulk else super().texts(rows)

    def join_records(self, picked: Picked, separator: bytes) -> Iterator[bytes]:
        rows, converter = self._rows, self._to_object
        for wanted, first, last in pieces_of(picked):
            if converter is not None:
                library = self.records.convert  # type: ignore[attr-defined]
                yield rows.join_objects(wanted, first, last, separator, converter, library)
            elif rows.one_line:
                yield rows.join_records(wanted, first, last, separator)
            else:
                # A record over several lines goes out on one.
                yield rows.join_lines(wanted, first, last).replace(b"\n", separator)

    def in_rows(self, picked: Picked, delimiter: str) -> tuple[list[str], Iterator[bytes]] | None:
        if self._to_object is not None or not len(picked):
            return None
        header = list(jsontext.loads(self._rows.record(picked[0])))
        converter = ObjectToRow([orjson.dumps(name) for name in header], ord(delimiter))
        if not all(self._rows.all_fit(*piece, converter) for piece in pieces_of(picked)):
            return None
        return header, (self._rows.join_cells(*piece, converter) for piece in pieces_of(picked))

    def join_ids(self, picked: Picked) -> Iterator[bytes]:
        return (self._rows.join_ids(*piece, b"\n") for piece in pieces_of(picked))


class IntegerIds(Collection[int]):
    """Rows whose id is an integer: those that the scanner read, and those that it left to the JSON library."""

    def __init__(self, rows: NodeRows, others: Collection[int] = (), *, bare: bool = True) -> None:
        """``bare``: whether the scanner may have read any."""
        self._rows = rows
        self._others = others
        self._bare = bare

    def __bool__(self) -> bool:
        return self._bare or bool(self._others)

    def __contains__(self, row: object) -> bool:
        return row in self._others or (self._bare and self._rows.has_bare_id(cast("int", row)))

    def __iter__(self) -> Iterator[int]:
        return (row for row in range(len(self._rows)) if row in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Ids(Sequence[str]):
    """Ids as texts, each made when it is asked for."""

    def __init__(self, rows: NodeRows | IdTexts) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row):  # type: ignore[no-untyped-def]
        return self._rows.id_text(row)

    def __iter__(self) -> Iterator[str]:
        pieces = (range(first, first + PIECE) for first in range(0, len(self), PIECE))
        return chain.from_iterable(self.texts(Ints(piece[: len(self) - piece[0]])) for piece in pieces)

    def texts(self, rows: Ints) -> list[str]:
        """The ids of these rows."""
        return self._rows.id_texts(rows)

    def quoted(self, rows: Ints, first: int, last: int) -> bytes:
        """The ids of ``rows[first:last]`` as an array of JSON."""
        # No text has this byte.
        ids = self._rows.join_ids(rows, first, last, b"\xff")[:-1]
        if first == last or len(ids.translate(None, ESCAPED)) < len(ids):
            return orjson.dumps(self.texts(rows[first:last]))
        return b'["%b"]' % ids.replace(b"\xff", b'","')

    def join(self, rows: Ints, first: int, last: int, end: bytes) -> bytes:
        """The ids of ``rows[first:last]`` in UTF-8, ``end`` behind each."""
        return self._rows.join_ids(rows, first, last, end)


class _Records(Sequence[bytes]):
    def __init__(self, rows: NodeRows) -> None:
        self.data: Final = rows.data
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row):  # type: ignore[no-untyped-def]
        record = self._rows.record(row)
        return record if self._rows.one_line else record.replace(b"\n", b"").replace(b"\r", b"")


def pieces_of(picked: Picked) -> Iterator[tuple[Ints, int, int]]:
    """Some of the picked rows at a time: where they stand in a column."""
    rows = picked if isinstance(picked, Ints) else Ints(picked)
    for first in range(0, len(rows), JOIN_ROWS):
        yield rows, first, min(first + JOIN_ROWS, len(rows))


def _add_unusual(
    scan: NodeScan,
    layout: JsonText | RowText,
    details: dict[int, Details],
    integer_ids: set[int],
    read: Callable[[Any, Callable[[], Any]], Record],
) -> bool:
    """Read the record that the scanner leaves to the library; whether there is nothing wrong with it."""
    text = scan.data[scan.slow_start : scan.slow_end]
    try:
        fields = layout.fields(text)
        node = read(fields, partial(layout.exact, text))
    except (InvalidNodeError, InputError):
        return False
    if said := node.details:
        details[len(scan)] = said
        scan.details.add(len(scan), said.state, said.weight, said.capacity)
    if node.integer_id:
        integer_ids.add(len(scan))
    scan.add_row(node.latency, node.lat, node.lon, node.id.encode(), scan.slow_start, scan.slow_end)
    if node.labels:
        scan.labels.add_values([value.encode() for value in node.labels])
    return True


def _labels(scan: NodeScan) -> Labels | None:
    """Return the groups that labels make, None where no labels were read."""
    depth, values = scan.labels.depth, [value.decode() for value in scan.labels.texts]
    if not depth:
        return None
    return Labels(list(zip(*[iter(values)] * depth, strict=True)), scan.labels.group_of())


def _has_duplicates(rows: NodeRows) -> bool:
    seed = new_seed()
    firsts = range(0, len(rows), ID_ROWS)
    return have_duplicates([rows.hash_ids(first, min(first + ID_ROWS, len(rows)), seed) for first in firsts])


def have_duplicates(hashes: list[bytes]) -> bool:
    """Whether two hashes of one seed are equal: an id occurs twice (false positives: about n^2 / 2^65)."""
    known = IdHashes()
    for some in hashes:
        known.count(some)
    for some in hashes:
        known.deal(some)
    return any(known.has_duplicates(shard) for shard in range(SHARDS))
