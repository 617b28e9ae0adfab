"""Nodes and an inventory that callers give as objects, joined as those of files are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rvhctl.concurrency.steps import WHOLE, listed, run
from rvhctl.core.nodes.duplicates import SeenIds
from rvhctl.errors import EmptyNodesError, FaultsetError, InvalidNodeError
from rvhctl.nodes.columns import NodeColumns
from rvhctl.nodes.fields import DETAILS
from rvhctl.nodes.given import ABSENT, FIELDS, check_ids, stated, texts_of
from rvhctl.nodes.inventory.matching import NOBODY, AddressOf, ambiguity, match, warnings_of
from rvhctl.nodes.inventory.merging import Contradictions, decisive, merged_objects


class Joined(NamedTuple):
    """The nodes of an inventory, each with its measurement, if there is one; and what is to be said of them."""

    nodes: list[dict[str, Any]]
    warnings: list[str]


def join_given(
    measured: Sequence[object],
    inventory: Iterable[object],
    labels: tuple[str, ...] = (),
    *,
    places: bool = False,
) -> Joined:
    """The nodes of an inventory: those that were measured as they were given, the others behind them.

    Args:
        measured: nodes of any form.
        inventory: the same, without measurements.
        labels: by which the nodes are grouped.
        places: whether it matters where they stand.

    Raises:
        EmptyNodesError: the inventory is empty.
        InvalidNodeError: an id is wrong or there twice, or two measurements are of one node.
    """
    known = inventory if isinstance(inventory, NodeColumns) else _listed(inventory)
    if not len(known):
        raise EmptyNodesError("the inventory is empty; it is to name the nodes that ought to be there")
    theirs = _ids(measured)
    try:
        ours = _ids(known)
    except InvalidNodeError as error:
        problem = f"inventory: {error.problem}"
        raise InvalidNodeError(problem, field=error.field, value=error.value, hint=error.hint) from None
    found = match(theirs, ours, _address_in(measured), _address_in(known))
    for expected, one, other in found.ambiguous:
        raise InvalidNodeError(ambiguity(ours[expected], theirs[one], theirs[other]), field="id")
    names = (*FIELDS, *DETAILS, *labels)
    seen = Contradictions(decisive(labels, places=places))
    nodes = [
        merged_objects(
            None if row == NOBODY else _mapping(measured[row], names), _mapping(known[expected], names), seen
        )
        for row, expected in zip(found.own, found.rows, strict=True)
    ]
    return Joined(nodes, [*warnings_of(found, theirs, ours), *seen.warnings])


def _listed(inventory: Iterable[object]) -> Sequence[object]:
    return run(listed(inventory, WHOLE, "inventory", FaultsetError))


def _ids(nodes: Sequence[object]) -> list[str]:
    if not nodes:
        return []
    run(check_ids(nodes, 0, len(nodes), SeenIds()))
    return texts_of(nodes)[0]


def _address_in(nodes: Sequence[object]) -> AddressOf:
    def address_of(row: int) -> str:
        value = stated(nodes[row], "address", None)
        return value if isinstance(value, str) else ""

    return address_of


def _mapping(node: object, names: tuple[str, ...]) -> Mapping[str, Any]:
    if isinstance(node, Mapping):
        return node
    return {name: value for name in names if (value := stated(node, name)) is not ABSENT}
