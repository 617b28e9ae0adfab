"""The table of nodes that readers fill and writers read: a fleet for the core, records as they came in."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from math import inf
from typing import Any, Final, NamedTuple

import orjson

from rvhctl.core.columns import Ints
from rvhctl.errors import InputError
from rvhctl.formats.choice import FORMATS, Shape
from rvhctl.formats.shapes import Layout, Picked, RowsBehind, texts_of
from rvhctl.nodes.documents import overridden
from rvhctl.nodes.fields import MEASURED, Record
from rvhctl.nodes.fleet import Fleet, FleetBuilder

PIECE: Final = 4096
"""Records joined at a time, so that a long answer is not held twice."""


class LeftOut(NamedTuple):
    """Nodes over a limit, which their reader has counted and forgotten."""

    nodes: int = 0
    unmeasured: int = 0
    best: float = inf
    """Their least latency in milliseconds."""


NOBODY: Final = LeftOut()


@dataclass
class Nodes:
    """A fleet, and the record of each node that goes out.

    ``records`` holds each node's own bytes: JSON objects, or rows of CSV.
    """

    shape: Shape
    fleet: Fleet
    records: Sequence[bytes]
    layout: Layout | None = None
    """How rows stand; None of objects."""
    behind: RowsBehind | None = None
    """The rows of which records are objects that say more."""
    delimiter: str = ""
    """What separated their columns, where they all were rows of such tables."""
    rows_of: Callable[[Picked], Any] | None = None
    """Returns some rows of the tables of Arrow from which all records came."""
    members: Mapping[str, Any] = field(default_factory=dict)
    """What JSON documents state, by the flag's name; the flag wins over it."""
    stated_in: str = ""
    """The last document that states anything."""
    conflicts: Mapping[str, InputError] = field(default_factory=dict)
    integer_ids: Collection[int] = ()
    """The rows whose id came in as an integer of JSON."""
    left_out: LeftOut = NOBODY
    source: str = ""
    """What they were read from; empty for flags."""
    lone: bool = False
    """Whether a drill is to be that of the inventory alone, as nobody says of any node that it was measured."""
    notes: Sequence[str] = ()
    """What was understood otherwise than by the letter."""
    doubts: int = 0
    """How often the tool that measured them says that its answer may be incomplete or wrong."""

    @property
    def total(self) -> int:
        """How many nodes came in."""
        return len(self.fleet) + self.left_out.nodes

    @property
    def unmeasured(self) -> int:
        """How many of them have no measurement."""
        return sum(latency != latency for latency in self.fleet.latencies) + self.left_out.unmeasured

    @property
    def best(self) -> float | None:
        """The least latency of all; None if nobody has one."""
        best = min((latency for latency in self.fleet.latencies if latency == latency), default=inf)
        best = min(best, self.left_out.best)
        return best if best < inf else None

    def stated(self, flags: Mapping[str, Any]) -> dict[str, Any]:
        """The flags, and what JSON documents state besides.

        Raises:
            InputError: two documents state different values where no flag wins over them.
        """
        for name, conflict in self.conflicts.items():
            if name not in flags:
                raise conflict
        return overridden(self.members, flags)

    def in_json(self) -> Nodes:
        """Return the same nodes with records in JSON, made from rows as they are asked for."""
        if self.layout is None:
            return self
        converted = copy(self)
        converted.records = _JsonRecords(self.layout, self.records, self.shape)
        converted.layout = None
        converted.delimiter = self.layout.delimiter
        return converted

    def mentions(self, names: Iterable[str]) -> bool:
        """Whether a record may have a member of one of these names."""
        if self.layout is not None:
            return not set(names).isdisjoint(self.layout.names)
        keys = [b"\\u", *map(orjson.dumps, names)]
        data = getattr(self.records, "data", None)
        return any(key in text for text in (self.records if data is None else [data]) for key in keys)

    @property
    def say_measured(self) -> bool:
        """Whether any object says anything of a measurement, if only that there is none."""
        if not self.mentions(MEASURED):
            return False
        return any(not MEASURED.isdisjoint(orjson.loads(text)) for text in self.texts(range(len(self.fleet))))

    def texts(self, rows: Sequence[int]) -> list[bytes]:
        """The records of some rows."""
        return texts_of(self.records, rows)

    def join_records(self, picked: Picked, separator: bytes) -> Iterator[bytes]:
        """The picked records, each followed by ``separator``, in pieces."""
        records = self.records
        chosen = iter(picked)
        while piece := texts_of(records, list(islice(chosen, PIECE))):
            piece.append(b"")
            yield separator.join(piece)

    def in_rows(self, picked: Picked, delimiter: str) -> tuple[list[str], Iterator[bytes]] | None:
        """Objects of JSON as rows, under this header, in pieces; None if the format has to look at each of them."""
        return None

    def join_ids(self, picked: Picked) -> Iterator[bytes]:
        """The picked ids, one a line, in pieces."""
        ids = self.fleet.ids
        chosen = iter(picked)
        while piece := [ids[row] for row in islice(chosen, PIECE)]:
            piece.append("")
            yield "\n".join(piece).encode()


class _JsonRecords(Sequence[bytes]):
    """The rows of a table as objects of JSON."""

    def __init__(self, layout: Layout, rows: Sequence[bytes], shape: Shape) -> None:
        self._rows = rows
        self.convert: Final = partial(FORMATS[shape].load().json_record, layout)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row):  # type: ignore[no-untyped-def]
        return self.convert(self._rows[row])


class NodesBuilder:
    """Collects checked records, of one source after the other, and refuses an id that was there before."""

    def __init__(self, *, latency: bool | None = True) -> None:
        """``latency``: whether every node needs one; None: of a measurement nothing is read."""
        self.latency = latency
        self.measured = False
        """Whether any node so far says anything of a measurement; readers know."""
        self.lone: bool | None = None
        """Whether no source so far has nodes, but documents that want to drill their inventory alone."""
        self._members: dict[str, Any] = {}
        self._stated_in = ""
        self._conflicts: dict[str, InputError] = {}
        self._fleet = FleetBuilder(self._place)
        self._integer_ids: set[int] = set()
        self._records: list[bytes] = []
        self._lines: list[int] = []
        self._sources: list[tuple[int, str]] = []
        self._notes: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._records)

    def rewrite(self, start: int, convert: Callable[[bytes], bytes]) -> None:
        """Replace the text of each record from row ``start`` on."""
        self._records[start:] = map(convert, self._records[start:])

    def start(self, source: str) -> None:
        """The next records come from this source."""
        self._sources.append((len(self._records), source))

    def note(self, text: str) -> None:
        """Keep what was understood otherwise than by the letter, if anything."""
        if text:
            self._notes[text] = None

    def add(self, record: Record, text: bytes, line: int = 0) -> None:
        """One node, with its own bytes; ``line`` 0 inside a JSON document.

        Raises:
            InputError: the id was there before.
        """
        row = self._fleet.add(record)
        if record.integer_id:
            self._integer_ids.add(row)
        self._records.append(text)
        self._lines.append(line)

    @property
    def members(self) -> Mapping[str, Any]:
        """What documents have stated so far."""
        return self._members

    def state(self, source: str, members: Mapping[str, Any]) -> None:
        """What a JSON document states; that two differ matters only where no flag wins over them."""
        for name, value in members.items():
            self._stated_in = source
            if self._members.setdefault(name, value) != value:
                self._conflicts[name] = InputError(
                    f"two documents state different values of {name}",
                    source=source,
                    hint=f"give --{name.replace('_', '-')}",
                )

    def build(self, shape: Shape, layout: Layout | None = None, *, unmeasured: bool = False) -> Nodes:
        fleet = self._fleet.build()
        fleet.unmeasured = unmeasured
        return Nodes(
            shape=shape,
            fleet=fleet,
            records=self._records,
            layout=layout,
            members=self._members,
            stated_in=self._stated_in,
            conflicts=self._conflicts,
            integer_ids=self._integer_ids,
            lone=bool(self.lone),
            notes=list(self._notes),
        )

    def _place(self, row: int) -> str:
        source_row, source = next(pair for pair in reversed(self._sources) if pair[0] <= row)
        line = self._lines[row]
        return f"{source}:{line}" if line else f"{source}: node {row - source_row + 1}"


def new_seed() -> int:
    """Return an unforeseeable seed: nobody can prepare ids that all fall into one slot."""
    return int.from_bytes(os.urandom(7), "little")


def id_array(ids: Sequence[str], first: int, last: int) -> bytes:
    """Return the ids of rows ``first`` until before ``last`` as an array of JSON."""
    quoted = getattr(ids, "quoted", None)
    array: bytes = (
        orjson.dumps(ids[first:last]) if quoted is None else quoted(Ints(range(first, last)), 0, last - first)
    )
    return array
