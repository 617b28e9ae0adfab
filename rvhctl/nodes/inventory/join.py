"""Measured nodes and those of an inventory as one fleet.

Nodes come in the order in which they were measured, those that were not behind them, as the inventory has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from math import isnan, nan
from typing import Final

import orjson

from rvhctl.core.columns import Codes, Floats, Ints, picked_floats
from rvhctl.core.words import COMPILED
from rvhctl.errors import InputError, InvalidNodeError, OnBad, quoted
from rvhctl.formats import jsontext
from rvhctl.formats.choice import OBJECTS
from rvhctl.formats.shapes import RowsBehind, Several
from rvhctl.nodes.fields import (
    BOUNDS,
    DETAILS,
    Coordinates,
    Unlabelled,
    UnlabelledError,
    read_record,
    unplaced,
)
from rvhctl.nodes.fleet import Fleet
from rvhctl.nodes.inventory.matching import (
    NOBODY,
    AddressOf,
    Matches,
    ambiguity,
    match,
    understood_of,
    warnings_of,
)
from rvhctl.nodes.inventory.merging import NONE_SEEN, Contradictions, decisive, merged_texts
from rvhctl.nodes.nodes import Nodes, NodesBuilder

UNPLACED: Final = "lat and lon are missing in the inventory, and in what was measured"


def join(
    measured: Nodes,
    inventory: Nodes,
    *,
    coordinates: Coordinates,
    latency: bool = True,
    by: tuple[str, ...] = (),
    on_bad: OnBad,
    inform: Callable[[str], None],
) -> Nodes:
    """The nodes of an inventory, each with its measurement, if there is one; in the shape of the measured ones.

    Args:
        coordinates: whether each node needs lat and lon, from either.
        latency: whether each measured node needs a latency.
        by: the labels that group nodes, which each needs from either; lat and lon are then optional.
        on_bad: gets what is wrong with a node; it raises it, or the node is left out.
        inform: gets what was understood.
    """
    ours, theirs = list(inventory.fleet.ids), list(measured.fleet.ids)
    objects = measured.in_json()
    found = match(theirs, ours, _address_in(objects.records), _address_in(inventory.records))
    for expected, one, other in found.ambiguous:
        on_bad(InputError(ambiguity(ours[expected], theirs[one], theirs[other]), source=inventory.source))
    records = _Records(found, objects.texts, inventory.texts)
    nodes = None
    seen = Contradictions(decisive(by, places=bool(coordinates)))
    if not (by and inventory.fleet.labels is None) and not measured.mentions((*DETAILS, *by)):
        nodes = _by_columns(
            found, measured.fleet, inventory, ours, records, seen, placed=bool(coordinates), by=by
        )
    if nodes is None:
        nodes = _read(
            records.several(range(len(records)), seen),
            inventory.source,
            coordinates=coordinates,
            latency=latency,
            by=by,
            on_bad=on_bad,
        )
    if measured.fleet.unmeasured and not latency:
        # Who is named without a measurement is there.
        absent = {ours[row] for own, row in zip(found.own, found.rows, strict=True) if own == NOBODY}
        nodes.fleet.latencies = Floats(nan if node in absent else 0.0 for node in nodes.fleet.ids)
    nodes.fleet.warnings = [*measured.fleet.warnings, *warnings_of(found, theirs, ours), *seen.warnings]
    for text in understood_of(found, theirs, ours):
        inform(text)
    if measured.layout is not None:
        row_of = _row_of(found, ours, nodes)
        nodes.behind = RowsBehind(measured.layout, measured.records, objects.texts, row_of)
    nodes.delimiter = objects.delimiter
    nodes.shape, nodes.source, nodes.doubts = measured.shape, measured.source, measured.doubts
    nodes.members, nodes.stated_in, nodes.conflicts = measured.members, measured.stated_in, measured.conflicts
    return nodes


def _row_of(found: Matches, ids: Sequence[str], nodes: Nodes) -> Callable[[int], int]:
    """Return what gives the measured row of a node."""
    if len(nodes.fleet) == len(found.own):
        return found.own.__getitem__
    # Some are left out.
    own = dict(zip(map(ids.__getitem__, found.rows), found.own, strict=True))
    return lambda row: own[nodes.fleet.ids[row]]


def _address_in(records: Sequence[bytes]) -> AddressOf:
    def address_of(row: int) -> str:
        text = records[row]
        value = orjson.loads(text).get("address") if b'"address"' in text else None
        return value if isinstance(value, str) else ""

    return address_of


class _Records(Sequence[bytes]):
    """The records of both, merged when they are asked for."""

    def __init__(self, found: Matches, objects_of: Several, known_of: Several) -> None:
        self._found = found
        self._objects_of = objects_of
        self._known_of = known_of

    def __len__(self) -> int:
        return len(self._found.rows)

    def __getitem__(self, row):  # type: ignore[no-untyped-def]
        return self.several([row])[0]

    def several(self, rows: Sequence[int], seen: Contradictions = NONE_SEEN) -> list[bytes]:
        """Return some of them, in less time than one by one."""
        own = list(map(self._found.own.__getitem__, rows))
        known = self._known_of(list(map(self._found.rows.__getitem__, rows)))
        if NOBODY not in own:
            return merged_texts(self._objects_of(own), known, seen)
        objects = iter(self._objects_of([row for row in own if row != NOBODY]))
        return merged_texts([None if row == NOBODY else next(objects) for row in own], known, seen)


def _by_columns(
    found: Matches,
    measured: Fleet,
    inventory: Nodes,
    ids: list[str],
    records: _Records,
    seen: Contradictions,
    *,
    placed: bool,
    by: tuple[str, ...],
) -> Nodes | None:
    """The nodes by the columns of both fleets, where these say all; no record is looked at then."""
    known = inventory.fleet
    fleet = Fleet(list(map(ids.__getitem__, found.rows)), _picked(measured.latencies, found.own))
    if len(known.states):
        fleet.states = Codes(map(known.states.tolist().__getitem__, found.rows))
    fleet.weights, fleet.capacities = (
        _picked(column, found.rows) if len(column) else column for column in (known.weights, known.capacities)
    )
    if by and known.labels is not None:
        fleet.labels = known.labels.picked(found.rows)
    if placed:
        fleet.lats = _of_both(found, measured.lats, known.lats)
        fleet.lons = _of_both(found, measured.lons, known.lons)
        if not by and any(map(isnan, fleet.lats)):
            return None
        for name in BOUNDS:
            _compare(found, name, getattr(measured, f"{name}s"), getattr(known, f"{name}s"), ids, seen)
    integers = inventory.integer_ids
    integer_ids = {row for row, other in enumerate(found.rows) if other in integers} if integers else ()
    return Nodes(OBJECTS, fleet, records, integer_ids=integer_ids)


def _of_both(found: Matches, measured: Floats, known: Floats) -> Floats:
    """A column of the joined fleet: what is known, else what was measured, else NaN."""
    column, other = _picked(known, found.rows), _picked(measured, found.own)
    if not any(map(isnan, column)):
        return column
    return Floats(one if one == one else two for one, two in zip(column, other, strict=True))


def _compare(
    found: Matches, name: str, measured: Floats, known: Floats, ids: list[str], seen: Contradictions
) -> None:
    """Tell where a column says otherwise than that of the inventory."""
    if not len(measured) or not len(known):
        return
    for own, row in zip(found.own, found.rows, strict=True):
        if (
            own != NOBODY
            and measured[own] != known[row]
            and measured[own] == measured[own]
            and known[row] == known[row]
        ):
            seen.add(ids[row], name, measured[own], known[row])


def _picked(column: Floats, rows: Sequence[int]) -> Floats:
    """The entries of these rows, NaN for ``NOBODY``, and if there are none."""
    if not len(column):
        return Floats(repeat(nan, len(rows)))
    if isinstance(rows, range):
        return column
    if NOBODY in rows:
        return Floats(map([*column.tolist(), nan].__getitem__, rows))
    return picked_floats(column, Ints(rows), 0, len(rows))


def _read(
    records: Sequence[bytes],
    source: str,
    *,
    coordinates: Coordinates,
    latency: bool,
    by: tuple[str, ...],
    on_bad: OnBad,
) -> Nodes:
    """The nodes of merged records, by the rules of any record."""
    if COMPILED:
        from rvhctl.nodes.scan import scan_nodes

        text = b"\n".join(records)
        scanned = scan_nodes([text], OBJECTS, coordinates=coordinates, by=by)
        if scanned is not None:
            return scanned
    builder = NodesBuilder()
    builder.start(source)
    unlabelled, first = Unlabelled(by), None
    for text in records:
        fields = orjson.loads(text)
        try:
            if coordinates is True and not by and unplaced(fields):
                raise InvalidNodeError("nobody knows where it stands", hint=UNPLACED)
            exact = partial(jsontext.exact_value, text)
            builder.add(read_record(fields, exact, coordinates=coordinates, latency=latency, by=by), text)
        except UnlabelledError as error:
            first = fields["id"] if unlabelled.add(error) else first
        except (InputError, InvalidNodeError) as error:
            on_bad(error.at(source, place=f"node {quoted(fields['id'])}"))
    if unlabelled.count:
        lacking = unlabelled.error(len(records), first).at(source)
        lacking.records = unlabelled.count
        on_bad(lacking)
    return builder.build(OBJECTS)
