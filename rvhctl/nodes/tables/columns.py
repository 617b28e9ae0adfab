"""Columns of record batches as those of a fleet.

They are taken as the library would take the same rows as objects of JSON. Whatever is wrong or unusual in a batch ends
that: reading record by record says what and where.
"""

from __future__ import annotations

import re
import sys
from math import nan, ulp
from typing import Any, Final, NamedTuple

from rvhctl.core.columns import Codes, Floats, Ints, joined_floats
from rvhctl.core.nodes.ids import IdTexts, hash_texts
from rvhctl.core.policy.reasons import STATES
from rvhctl.core.policy.samples import MEDIAN, aggregate
from rvhctl.formats.arrow.columns import picked_rows
from rvhctl.formats.arrow.objects import in_milliseconds, json_column
from rvhctl.formats.arrow.tables import constant, library
from rvhctl.formats.shapes import Layout
from rvhctl.nodes.fields import BOUNDS, DETAILS, KNOWN, Coordinates
from rvhctl.nodes.fleet import Fleet, LabelsBuilder
from rvhctl.nodes.nodes import NOBODY, LeftOut
from rvhctl.nodes.scan import Ids

CONTROLS: Final = bytes(range(32)) + b"\x7f"
LATER_CONTROLS: Final = re.compile("[\x80-\x9f]")


class Asked(NamedTuple):
    """What is asked of the nodes of a table."""

    layout: Layout
    coordinates: Coordinates
    by: tuple[str, ...]
    within: float | None = None
    """Slower nodes (ms) and those without a latency are counted instead of kept."""
    seed: int = 0
    """Of the hashes of ids."""


class UnusualError(Exception):
    """Rows that are to be read as records."""


class TableColumns:
    """Collects the columns of a table.

    Attributes:
        hashes: of all ids, of each batch 8 bytes each.
        integer_ids: whether the ids are integers.
    """

    def __init__(self, asked: Asked) -> None:
        names = asked.layout.names
        if "id" not in names or not {"latency", "samples"}.intersection(names) or not {*asked.by} <= {*names}:
            raise UnusualError
        self._asked: Final = asked
        self._has: Final = frozenset(names)
        self._optional: Final = bool(asked.by) or asked.coordinates == KNOWN
        placed = not BOUNDS.keys().isdisjoint(names) if asked.coordinates == KNOWN else asked.coordinates
        self._placed: Final = bool(placed)
        self._ids: Final = IdTexts()
        self._latencies: Final[list[bytes]] = []
        self._degrees: Final = {name: list[bytes]() for name in BOUNDS}
        self._states: Final[list[bytes]] = []
        self._weights: Final[list[bytes]] = []
        self._capacities: Final[list[bytes]] = []
        self._samples: Final[list[bytes]] = []
        self._starts: Final[list[int]] = [0]
        self._labels: Final = LabelsBuilder()
        self._left_out = NOBODY
        self.hashes: Final[list[bytes]] = []
        self.integer_ids = False

    @property
    def fields(self) -> frozenset[str]:
        """The names of the columns that are looked at."""
        places = BOUNDS if self._placed else ()
        return self._has.intersection(("id", "latency", *DETAILS, *places, *self._asked.by))

    def add(self, batch: Any) -> Any:
        """Take the rows of a batch; return those of them that are kept.

        Raises:
            UnusualError: some are to be read as records.
        """
        arrow = library("pyarrow")
        layout = self._asked.layout
        try:
            columns = {
                name: batch.column(layout.header[at])
                for at, name in enumerate(layout.names)
                if name in self.fields
            }
            return self._add(batch, columns)
        except (arrow.ArrowException, UnicodeDecodeError, KeyError):
            raise UnusualError from None

    def _add(self, batch: Any, columns: dict[str, Any]) -> Any:
        ids = self._checked_ids(columns["id"])
        latencies = self._checked_latencies(columns.get("latency"), len(batch))
        # A state may be why a node is out, and then the answer says so.
        if self._asked.within is not None and self._has.isdisjoint(DETAILS):
            batch, kept = self._within(batch, latencies, self._asked.within)
            if kept is not None:
                columns = {name: picked_rows(column, kept) for name, column in columns.items()}
                ids, latencies = ids.take(kept), latencies.take(kept)
        self._ids.add(*_texts(ids))
        self._latencies.append(_entries(latencies))
        if self._placed:
            self._add_places(columns, len(batch))
        if not self._has.isdisjoint(DETAILS):
            self._add_details(columns, len(batch))
        if self._asked.by:
            self._labels.extend(zip(*(_labels(columns[name]) for name in self._asked.by), strict=True))
        return batch

    def _checked_ids(self, column: Any) -> Any:
        """The ids as text with offsets of 64 bits."""
        arrow = library("pyarrow")
        column = json_column(arrow, column)
        integers = arrow.types.is_integer(column.type)
        if not integers and not _is_text(column.type):
            raise UnusualError
        column.validate(full=True)
        ids = column.cast("string").cast("large_string")
        offsets, data = _texts(ids)
        is_control = len(data.translate(None, CONTROLS)) < len(data)
        if b"\xc2" in data and not is_control:
            is_control = LATER_CONTROLS.search(data.decode()) is not None
        compute = library("pyarrow.compute")
        if ids.null_count or is_control or compute.min(compute.binary_length(ids)).as_py() == 0:
            raise UnusualError
        self.integer_ids = integers
        self.hashes.append(hash_texts(offsets, data, self._asked.seed))
        return ids

    def _checked_latencies(self, column: Any, rows: int) -> Any:
        """The latencies in milliseconds, NaN for none."""
        if column is None:
            arrow = library("pyarrow")
            column = arrow.nulls(rows, "double")
        numbers = _numbers(column, self._asked.layout.exponent)
        _require(_known(numbers, constant(0.0)), 0.0)
        return numbers

    def _within(self, batch: Any, latencies: Any, limit: float) -> tuple[Any, Any]:
        """The rows within the limit, and which these are; the others are counted."""
        compute = library("pyarrow.compute")
        kept = compute.less_equal(latencies, constant(limit))
        count = compute.sum(kept, min_count=0).as_py()
        if count == len(batch):
            return batch, None
        nodes, unmeasured, best = self._left_out
        slow = compute.min(latencies.filter(compute.greater(latencies, constant(limit)))).as_py()
        self._left_out = LeftOut(
            nodes + len(batch) - count,
            unmeasured + compute.sum(compute.is_nan(latencies), min_count=0).as_py(),
            best if slow is None else min(best, slow),
        )
        rows = compute.indices_nonzero(kept)
        return picked_rows(batch, rows), rows

    def _add_places(self, columns: dict[str, Any], rows: int) -> None:
        arrow, compute = library("pyarrow"), library("pyarrow.compute")
        nowhere = arrow.nulls(rows, "double")
        places = {name: _numbers(columns.get(name, nowhere)) for name in BOUNDS}
        unknown = compute.and_(*map(compute.is_nan, places.values()))
        for name, numbers in places.items():
            known = compute.if_else(unknown, constant(0.0), numbers) if self._optional else numbers
            _require(known, -BOUNDS[name], BOUNDS[name])
            self._degrees[name].append(_entries(numbers))

    def _add_details(self, columns: dict[str, Any], rows: int) -> None:
        arrow = library("pyarrow")
        none = arrow.nulls(rows)
        states = json_column(arrow, columns.get("state", none))
        if not _is_text(states.type):
            raise UnusualError
        coded = states.dictionary_encode()
        names = coded.dictionary.to_pylist()
        if not {*names} <= {*STATES}:
            raise UnusualError
        code_of = {at: STATES.index(name) for at, name in enumerate(names)} | {None: 0}
        self._states.append(bytes(map(code_of.__getitem__, coded.indices.to_pylist())))
        weights = _weights(columns.get("weight", none), constant(1.0))
        self._weights.append(_entries(weights))
        self._capacities.append(_entries(_weights(columns.get("capacity", none), weights)))
        if "samples" in columns:
            self._add_samples(columns["samples"])

    def _add_samples(self, column: Any) -> None:
        arrow, compute = library("pyarrow"), library("pyarrow.compute")
        types = arrow.types
        if types.is_null(column.type):
            self._starts.extend([self._starts[-1]] * len(column))
            return
        if not (types.is_list(column.type) or types.is_large_list(column.type)):
            raise UnusualError
        samples = _numbers(column.flatten())
        _require(_known(samples, constant(0.0)), 0.0)
        self._samples.append(_entries(samples))
        for count in compute.list_value_length(column).to_pylist():
            self._starts.append(self._starts[-1] + (count or 0))

    def fleet(self) -> tuple[Fleet, LeftOut]:
        """The nodes as columns, and what is counted of the others."""
        fleet = Fleet(Ids(self._ids), joined_floats(self._latencies))
        if self._placed:
            fleet.lats, fleet.lons = (joined_floats(column) for column in self._degrees.values())
        states = b"".join(self._states)
        if any(states):
            fleet.states = Codes(states)
        weights, capacities = joined_floats(self._weights), joined_floats(self._capacities)
        if any(weight != 1.0 for weight in weights):
            fleet.weights = weights
        if weights != capacities:
            fleet.capacities = capacities
        samples = joined_floats(self._samples)
        if len(samples):
            fleet.samples, fleet.sample_starts = samples, Ints(self._starts)
            by_samples = aggregate(samples, fleet.sample_starts, MEDIAN, fleet.latencies)
            both = zip(fleet.latencies, by_samples, strict=True)
            fleet.latencies = Floats(one if one == one else other for one, other in both)
        fleet.labels = self._labels.build()
        return fleet, self._left_out


def _is_text(kind: Any) -> bool:
    types = library("pyarrow").types
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _numbers(column: Any, exponent: int = 0) -> Any:
    """A column as floats of 64 bits, NaN for null; see `in_milliseconds` for the exponent."""
    types = library("pyarrow").types
    kind = column.type
    if not (types.is_floating(kind) or types.is_integer(kind) or types.is_null(kind)):
        raise UnusualError
    return in_milliseconds(column.cast("double", safe=False), exponent).fill_null(constant(nan))


def _known(numbers: Any, otherwise: Any) -> Any:
    """Numbers with others in place of NaN."""
    compute = library("pyarrow.compute")
    return compute.if_else(compute.is_nan(numbers), otherwise, numbers)


def _weights(column: Any, otherwise: Any) -> Any:
    """A column of weights, others for null and NaN."""
    weights = _known(_numbers(column), otherwise)
    _require(weights, ulp(0.0))
    return weights


def _labels(column: Any) -> list[str]:
    """The values of a label; of few values that come often, each is made once."""
    arrow = library("pyarrow")
    types = arrow.types
    column = json_column(arrow, column)
    if not (_is_text(column.type) or types.is_integer(column.type) or types.is_boolean(column.type)):
        raise UnusualError
    column.validate(full=True)
    if column.null_count:
        raise UnusualError
    coded = column.cast("string").dictionary_encode()
    values: list[str] = coded.dictionary.to_pylist()
    if "" in values:
        raise UnusualError
    return list(map(values.__getitem__, coded.indices.to_pylist()))


def _texts(column: Any) -> tuple[bytes, bytes]:
    """The offsets of texts, and their bytes."""
    _, offsets, data = column.buffers()
    places = memoryview(offsets)[8 * column.offset : 8 * (column.offset + len(column) + 1)]
    ends = places.cast("q")
    first, last = (ends[0], ends[-1]) if len(ends) else (0, 0)
    return bytes(places) or bytes(8), b"" if data is None else data.slice(first, last - first).to_pybytes()


def _require(numbers: Any, least: float, most: float = sys.float_info.max) -> None:
    """See to it that all numbers lie between two; NaN does not."""
    compute = library("pyarrow.compute")
    inside = compute.and_(
        compute.greater_equal(numbers, constant(least)), compute.less_equal(numbers, constant(most))
    )
    if not compute.all(inside, min_count=0).as_py():
        raise UnusualError


def _entries(numbers: Any) -> bytes:
    """Floats of 64 bits without nulls, as they lie in memory."""
    start = 8 * numbers.offset
    entries: bytes = numbers.buffers()[1].slice(start, 8 * len(numbers)).to_pybytes()
    return entries
