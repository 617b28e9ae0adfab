"""The latencies of nodes that may also state samples, a state and a weight."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Final

from rvhctl.core.columns import Floats, blank
from rvhctl.core.numbers import read_latencies
from rvhctl.errors import InvalidNodeError
from rvhctl.nodes.fields import DETAILS, place
from rvhctl.nodes.fleet import Details
from rvhctl.nodes.given import ABSENT, Node, named_id, read_columns, refuse, stated, value_of

_NOTHING_MORE: Final = frozenset(DETAILS).isdisjoint


def read_serving(nodes: Sequence[object], start: int, count: int) -> Floats:
    """Latencies of so many nodes from ``start`` on, NaN also where a node is drained or down.

    Raises:
        InvalidNodeError: a field is missing, of a wrong type or out of range; the message names the node.
    """
    block = nodes[start : start + count]
    kinds = set(map(type, block))
    plain = all(map(_NOTHING_MORE, block)) if kinds == {dict} else kinds <= {tuple, Node}  # type: ignore[arg-type]
    if plain:
        return read_columns(nodes, start, count, ("latency",))[0]
    details = Details()
    column = read_measured(block, start, details)
    states = details.states()
    if not len(states):
        return column
    return Floats(nan if state else latency for state, latency in zip(states, column, strict=True))


def read_measured(block: Sequence[object], start: int, details: Details) -> Floats:
    """Latencies as the nodes state them, or by their samples; other details are taken down.

    Args:
        start: counts the nodes before these.

    Raises:
        InvalidNodeError: a field is missing, of a wrong type or out of range; the message names the node.
    """
    stated = [_latency(node, start + row, details) for row, node in enumerate(block)]
    column = blank(len(block))
    bad = read_latencies(stated, column, 0)
    if bad >= 0:
        refuse(start + bad, named_id(block[bad]), "latency", stated[bad])
    return column


def _latency(node: object, row: int, details: Details) -> object:
    fields = {name: value for name in DETAILS if (value := stated(node, name)) is not ABSENT}
    try:
        by_samples = details.add(fields)
    except InvalidNodeError as error:
        raise InvalidNodeError(
            f"{place(row, named_id(node))}: {error.problem}",
            field=error.field,
            value=error.value,
            hint=error.hint,
        ) from None
    if fields.get("samples") is not None and stated(node, "latency") is ABSENT:
        return by_samples
    return value_of(node, row, "latency")
