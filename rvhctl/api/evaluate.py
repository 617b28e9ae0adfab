"""Nodes as Python callers give them, evaluated under a policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from librt.vecs import vec

from rvhctl.api.evaluation import Evaluation, Failed
from rvhctl.api.fields import AnyNode, Ids, named_id, place, read_columns, refuse, refuse_second, value_of
from rvhctl.api.memory import Memory
from rvhctl.api.policy import Policy
from rvhctl.api.steps import run
from rvhctl.core.columns import blank, read_latencies
from rvhctl.errors import EmptyNodesError, InvalidNodeError
from rvhctl.fleet import Details, Fleet


def evaluate(
    nodes: Iterable[AnyNode],
    policy: Policy,
    *,
    precision: int | None = None,
    memory: Memory | None = None,
    failed: Failed | None = None,
) -> Evaluation:
    """Hold nodes to a policy: limits, memory, verdicts and rails, as one group or cell by cell.

    Args:
        nodes: as :func:`rvhctl.faultset` takes them. A mapping may also have ``samples`` (milliseconds, None
            where one was lost; then ``latency`` may be left out), ``state`` ("up", "drain" or "down") and
            ``weight`` (finite, above 0). Without a precision, ``lat`` and ``lon`` are not read.
        policy: what they are held to.
        precision: letters of a cell, 1 to 12; None is one group of all nodes, as in ``failover``.
        memory: of the rounds before; ``Evaluation.memory`` is the one to keep. Nothing is written.
        failed: answer as if these had failed.

    Returns:
        An `Evaluation`: iterate over its groups, ask it to explain a node, give it to a `FleetPlan`. Rows
        count the nodes as given. An answer may be empty; nothing is raised then.

    Raises:
        EmptyNodesError: there are no nodes.
        InvalidNodeError: a field is missing, of a wrong type or out of range; the message names the node.
        FaultsetError: the precision is no whole number from 1 to 12, or a failed cell is no geohash.

    >>> nodes = [{"id": "a", "latency": 10}, {"id": "b", "latency": 12}, {"id": "c", "latency": 90}]
    >>> evaluation = evaluate(nodes, Policy(relative=1.5))
    >>> [nodes[row]["id"] for row in evaluation.answer]
    ['a', 'b']
    >>> evaluation.explain(2)
    Explanation(cell=None, kept=False, reason='over_relative', latency=90.0, limit=18.0, margin=-72.0)
    """
    places = precision is not None or (failed is not None and bool(failed.cells))
    return Evaluation(
        read_fleet(nodes, places=places), policy, precision=precision, memory=memory, failed=failed
    )


def read_fleet(nodes: Iterable[AnyNode], *, places: bool) -> Fleet:
    """Nodes as columns, checked.

    Args:
        places: whether ``lat`` and ``lon`` are read, which every node then needs.

    Raises:
        EmptyNodesError: there are no nodes.
        InvalidNodeError: something is wrong with one; the message names it.
    """
    items = list(nodes)
    if not items:
        raise EmptyNodesError
    second = Ids().add(items, 0, len(items))
    if second >= 0:
        run(refuse_second(items, second, len(items)))
    details = Details()
    stated = [_latency(node, row, details) for row, node in enumerate(items)]
    latencies = blank(len(items))
    bad = read_latencies(stated, latencies, 0)
    if bad >= 0:
        refuse(bad, named_id(items[bad]), "latency", stated[bad])
    lats, lons = (
        read_columns(items, 0, len(items), ("lat", "lon")) if places else (vec[float](), vec[float]())
    )
    samples, sample_starts = details.samples()
    return Fleet(
        [str(named_id(node)) for node in items],
        latencies,
        lats,
        lons,
        states=details.states(),
        weights=details.weights(),
        samples=samples,
        sample_starts=sample_starts,
    )


def _latency(node: AnyNode, row: int, details: Details) -> object:
    """The latency of a node as it states it, or by its samples; its other details are taken down."""
    fields: Mapping[str, object] = node if isinstance(node, Mapping) else {}
    try:
        by_samples = details.add(fields)
    except InvalidNodeError as error:
        raise InvalidNodeError(
            f"{place(row, named_id(node))}: {error.problem}",
            field=error.field,
            value=error.value,
            hint=error.hint,
        ) from None
    if "latency" not in fields and fields.get("samples") is not None:
        return by_samples
    return value_of(node, row, "latency")
