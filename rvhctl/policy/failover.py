"""Which nodes are fit to serve: failover by latency, over a list or cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rvhctl.concurrency.steps import TURN, WHOLE, Steps, listed, run, run_in_turns
from rvhctl.core.columns import Floats, Ints, blank, pick
from rvhctl.core.geo.geohash import whole_precision
from rvhctl.core.nodes.duplicates import SeenIds
from rvhctl.core.policy.cells import Groups
from rvhctl.errors import EmptyNodesError, FaultsetError, LengthMismatchError, NoSurvivorsError
from rvhctl.formats.wording import counted
from rvhctl.nodes.columns import NodeColumns, Numbers, field_of, numbers_steps
from rvhctl.nodes.documents import labels_in
from rvhctl.nodes.fields import checked_threshold
from rvhctl.nodes.given import (
    AnyNode,
    GivenLabels,
    Node,
    Number,
    check_ids,
    ids_of,
    plain_ids,
    read_places,
    read_serving,
    read_some_latencies,
    refuse,
)
from rvhctl.policy.decision import ranked, ranked_by_group

__all__ = ["Node", "failover", "failover_async", "faultset", "faultset_async"]

Id = TypeVar("Id")


def failover(ids: Iterable[Id], latencies: Numbers, threshold: Number) -> list[Id]:
    """The nodes that answer within the threshold, the fastest first.

    Args:
        ids: one id a node, of any type; handed back untouched, not compared.
        latencies: as many latencies in milliseconds, 0 or more; None or NaN is no measurement, and such a
            node never survives. A list, or a column as of `rvhctl.NodeColumns`.
        threshold: in milliseconds, finite, 0 or more; a latency equal to it survives.

    Returns:
        The ids with latency <= threshold, ascending by latency; equal latencies in the order given. With an
        inventory of the nodes that ought to exist, see `rvhctl.evaluate`.

    Raises:
        NegativeThresholdError: the threshold is negative, not finite or no number (a bool is none).
        LengthMismatchError: there are not as many latencies as ids.
        EmptyNodesError: there are no nodes.
        InvalidNodeError: a latency is negative, infinite or no number; the message names the node.
        NoSurvivorsError: no node is left.
        FaultsetError: the ids or the latencies are no list (a text is none).

    Source: the ``failover`` of rvh_faultset; same order, ties made stable.

    Examples:
        >>> failover(["a", "b", "c", "d"], [50, 200, 75, None], 100)
        ['a', 'c']
    """
    return run(_failover(ids, latencies, threshold, WHOLE))


async def failover_async(ids: Iterable[Id], latencies: Numbers, threshold: Number) -> list[Id]:
    """`failover`, awaitable: the same answer and the same errors.

    The work goes in slices of some milliseconds and the event loop runs between them. (A thread would not
    help: compiled code holds the interpreter's lock.) Do not change the lists meanwhile.

    Examples:
        >>> import asyncio
        >>> asyncio.run(failover_async(["a", "b", "c"], [50, 200, 75], 100))
        ['a', 'c']
    """
    return await run_in_turns(_failover(ids, latencies, threshold, TURN))


def faultset(
    nodes: Iterable[AnyNode],
    threshold: Number,
    precision: int = 6,
    *,
    by: str | Sequence[str] | None = None,
) -> list[str | int]:
    """Group nodes by geohash cell or label, fail over inside each group, and merge the ids of the survivors.

    Args:
        nodes: mappings with ``id``, ``lat``, ``lon`` and ``latency``, objects with these attributes (such as
            `Node`), or tuples of these four in this order. Degrees and milliseconds; a latency of None or
            NaN is no measurement, and such a node never survives. Ids are str or int and unique. A mapping or an
            object may also have ``state`` ("up", "drain" or "down"; only an "up" node survives) and ``samples``
            (milliseconds, None where one was lost; their median is the latency of a node that states none).
            Fastest: `rvhctl.NodeColumns`.
        threshold: in milliseconds, finite, 0 or more; a latency equal to it survives.
        precision: letters of a cell, 1 to 12: how near nodes are to be one fault set. About 5 km for 5,
            1 km for 6 (see `rvhctl.geohash`).
        by: one or more labels of the nodes, to group them in place of a precision (see `rvhctl.evaluate`).

    Returns:
        The ids of the nodes with latency <= threshold, each a str, or an int where the id was one. Groups follow in
        the order in which they first appear; inside one nodes ascend by latency, equal ones in the order
        given. A group with nobody left is skipped. For whole nodes, or columns, or why a node is out, or with an
        inventory of the nodes that ought to exist, see `rvhctl.evaluate`.

    Raises:
        NegativeThresholdError: the threshold is negative, not finite or no number (a bool is none).
        EmptyNodesError: there are no nodes.
        InvalidNodeError: a field is missing, of a wrong type or out of range, an id is empty or was there
            before; the message names the node.
        NoSurvivorsError: no cell has anybody left.
        FaultsetError: the precision is no whole number from 1 to 12; or the nodes are no list.

    Source: the ``faultset`` of rvh_faultset; cells by exact geohash bisection.

    Examples:
        >>> faultset([("ams-1", 52.37, 4.90, 12.5), ("ams-2", 52.37, 4.90, 9.0), ("syd-1", -33.87, 151.21, 280.0)], 100)
        ['ams-2', 'ams-1']
    """
    return run(_faultset(nodes, threshold, precision, labels_in({"by": by}), WHOLE))


async def faultset_async(
    nodes: Iterable[AnyNode],
    threshold: Number,
    precision: int = 6,
    *,
    by: str | Sequence[str] | None = None,
) -> list[str | int]:
    """`faultset`, awaitable: the same answer and the same errors.

    The work goes in slices of some milliseconds and the event loop runs between them. Do not change the
    nodes meanwhile.

    Examples:
        >>> import asyncio
        >>> asyncio.run(faultset_async([Node("ams-1", 52.37, 4.90, 12.5)], 100))
        ['ams-1']
    """
    return await run_in_turns(_faultset(nodes, threshold, precision, labels_in({"by": by}), TURN))


def _failover(ids: Iterable[Id], latencies: Numbers, threshold: Number, size: int) -> Steps[list[Id]]:
    limit = checked_threshold(threshold)
    names = yield from listed(ids, size, "ids", FaultsetError)
    values = yield from numbers_steps(latencies, size, "latencies")
    total = len(names)
    if total != len(values):
        raise LengthMismatchError(f"{total} ids, but {len(values)} latencies")
    if not total:
        raise EmptyNodesError
    column = blank(total)
    for start in range(0, total, size):
        block = values if total <= size else values[start : start + size]
        bad = read_some_latencies(block, column, start)
        if bad >= 0:
            refuse(start + bad, names[start + bad], "latency", block[bad])
        yield
    order = yield from ranked(column, limit, size)
    if not len(order):
        raise NoSurvivorsError(f"no survivors: none of {counted(total, 'node')} answers within {limit:g} ms")
    return (yield from _picked(names, order, size))


def _faultset(
    nodes: Iterable[AnyNode], threshold: Number, precision: int, by: tuple[str, ...], size: int
) -> Steps[list[str | int]]:
    limit = checked_threshold(threshold)
    letters = whole_precision(precision)
    items: Sequence[AnyNode]
    items = (
        nodes if isinstance(nodes, NodeColumns) else (yield from listed(nodes, size, "nodes", FaultsetError))
    )
    total = len(items)
    if not total:
        raise EmptyNodesError
    seen = SeenIds()
    groups, labels = Groups(letters), GivenLabels(by)
    latencies = Floats()
    for start in range(0, total, size):
        yield from check_ids(items, start, size, seen)
        yield
        lats, lons = read_places(items, start, size, optional=bool(by))
        latencies.extend(read_serving(items, start, size))
        yield
        if by:
            labels.add(items, start, size)
        else:
            groups.add(lats, lons, 0, len(lats))
        yield
    while seen.forget():
        yield
    group_of, count = groups.group_of, len(groups.cells)
    if by:
        values, group_of = labels.build()
        count = len(values)
    order = yield from ranked_by_group(group_of, count, latencies, limit, size)
    if not len(order.survivors):
        raise NoSurvivorsError("all clusters yielded no survivors")
    # A node of columns would be made of them.
    source = field_of(items, 0, "id") if isinstance(items, NodeColumns) else items
    survivors = yield from _picked(source, order.survivors, size)
    ids: list[str | int] = []
    for start in range(0, len(survivors), size):
        some = survivors[start : start + size]
        ids += plain_ids(some) if isinstance(items, NodeColumns) else ids_of(some)
        yield
    return ids


def _picked(items: Sequence[Id], order: Ints, size: int) -> Steps[list[Id]]:
    """The items at these indices."""
    source: list[object] = items  # type: ignore[assignment]
    picked: list[object] = []
    for start in range(0, len(order), size):
        picked += pick(source, order, start, min(start + size, len(order)))
        yield
    return picked  # type: ignore[return-value]
