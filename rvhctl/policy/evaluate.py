"""Nodes as Python callers give them, evaluated under a policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import nan
from typing import TYPE_CHECKING, Literal

from rvhctl.concurrency.steps import WHOLE, listed, run
from rvhctl.core.columns import Floats
from rvhctl.core.nodes.duplicates import SeenIds
from rvhctl.errors import EmptyNodesError, FaultsetError
from rvhctl.nodes.arguments import instance_of
from rvhctl.nodes.columns import NodeColumns, read_capacities, read_states, read_weights
from rvhctl.nodes.documents import labels_in
from rvhctl.nodes.fields import Details
from rvhctl.nodes.fleet import Fleet, fleet_of
from rvhctl.nodes.given import (
    ABSENT,
    AnyNode,
    GivenLabels,
    check_ids,
    read_measured,
    read_places,
    says_measured,
    texts_of,
)
from rvhctl.policy.advice import Advice, suited_precision
from rvhctl.policy.advice import advise as advise_fleet
from rvhctl.policy.evaluation import Evaluation, Failed
from rvhctl.policy.memory import Memory
from rvhctl.policy.policy import Percent, Policy, without_limit
from rvhctl.policy.traffic.routing import NEAREST, Failures, Spill

if TYPE_CHECKING:
    from rvhctl.policy.traffic.drill import Drill


def evaluate(
    nodes: Iterable[AnyNode],
    policy: Policy,
    *,
    precision: int | Literal["auto"] | None = None,
    by: str | Sequence[str] | None = None,
    memory: Memory | None = None,
    failed: Failed | None = None,
    inventory: Iterable[AnyNode] | None = None,
) -> Evaluation:
    """Hold nodes to a policy: limits, memory, health and safeguards, as one group or group by group.

    Args:
        nodes: as `rvhctl.faultset` takes them. A mapping may also have ``samples`` (milliseconds, None
            where one was lost; then ``latency`` may be left out), ``state`` ("up", "drain" or "down"), ``weight``
            and ``capacity`` (finite, above 0); columns have the latter three. Without a precision, ``lat`` and
            ``lon`` are not read.
        policy: what they are held to.
        precision: letters of a cell, 1 to 12; None is one group of all nodes, as in ``failover``; "auto" is what
            `advise` recommends, or 1 where it recommends none.
        by: a label of the nodes, or several for all of them together (a list, or a text with commas between them),
            to group nodes by in place of a precision: a member (attribute, or column of
            ``NodeColumns(..., labels={"zone": [...]})``) that is a text, an integer or a bool. ``lat`` and ``lon`` may
            then be left out, both together.
        memory: of the rounds before; ``Evaluation.memory`` is the one to keep. Nothing is written.
        failed: answer as if these had failed.
        inventory: the nodes that ought to exist, in the same forms, without measurements. Each has its measurement
            by its id, or by its host (``10.0.0.1`` is measured for ``10.0.0.1:80``), or none, like a node without
            a latency; what else was measured is left out. ``Evaluation.warnings`` says who was absent.

    Returns:
        An `Evaluation`; iterate over its groups, ask it to explain a node, give it to a `FleetPlan`. Rows
        count the nodes as given, absent ones of the inventory behind them. An answer may be empty; nothing is
        raised then.

    Raises:
        EmptyNodesError: there are no nodes.
        InvalidNodeError: a field is missing, of a wrong type or out of range; the message names the node.
        UnknownNodeError: no node has a failed id, or stands in a failed cell or group.
        FaultsetError: the precision is no whole number from 1 to 12, or a failed cell is no geohash; both a precision
            and a label.

    Examples:
        >>> nodes = [{"id": "a", "latency": 10}, {"id": "b", "latency": 12}, {"id": "c", "latency": 90}]
        >>> evaluation = evaluate(nodes, Policy(relative=1.5))
        >>> evaluation.answer
        ['a', 'b']
        >>> evaluation.explain("c")
        Explanation(group=None, kept=False, reason='over_relative', latency=90.0, limit=18.0, margin=-72.0)
    """
    instance_of(Policy, policy, "policy", FaultsetError)
    return _evaluated(nodes, policy, precision, by, memory, failed, inventory)


def drill(
    nodes: Iterable[AnyNode] | None,
    policy: Policy | None = None,
    failures: Failures = "both",
    *,
    precision: int | Literal["auto"] | None = None,
    by: str | Sequence[str] | None = None,
    memory: Memory | None = None,
    failed: Failed | None = None,
    inventory: Iterable[AnyNode] | None = None,
    nearest: int = NEAREST,
    spill: Spill = "envoy",
    fill: Percent | str | None = None,
    demand: Mapping[str, float] | None = None,
) -> Drill:
    """Fail each node, each group or any two groups, and say what breaks.

    The answers are those of `evaluate` with each of these failed, and of a `FleetPlan` of it; but only what a failure
    touches is evaluated and planned again.

    Args:
        nodes: as `evaluate` takes them; None to drill an inventory alone, without a policy: every node of it that is up
            is fit.
        policy: what they are held to; without one every node that is up is fit, and a latency may be left out. If any
            node states a latency or samples, though, one without a measurement is not fit.
        failures: "nodes", "groups", "both", or "pairs" of groups.
        precision: as `evaluate` takes it; needed without ``by``.
        by: as `evaluate` takes it.
        memory: as `evaluate` takes it.
        failed: as `evaluate` takes it.
        inventory: as `evaluate` takes it.
        nearest: as `FleetPlan` takes it.
        spill: as `FleetPlan` takes it.
        fill: as `FleetPlan` takes it.
        demand: as `FleetPlan` takes it.

    Returns:
        A `Drill`, which is a sequence of `Failure`, the worst first.

    Raises:
        EmptyNodesError: there are no nodes.
        InvalidNodeError: a field is missing, of a wrong type or out of range; the message names the node.
        UnknownNodeError: no node has a failed id, or stands in a failed cell or group; or a demand is of no group.
        FaultsetError: an argument makes no sense; or the demand of a group is missing.

    Examples:
        >>> nodes = [{"id": f"{zone}{node}", "zone": zone} for zone in "abc" for node in range(3)]
        >>> drill(nodes, failures="groups", by="zone")[0]
        Failure(failure='a', kind='group', health='down', down=1, load=140.0, where='b', moved=33.33)
    """
    from rvhctl.policy.plan import FleetPlan
    from rvhctl.policy.traffic.drill import Drill

    evaluation = _evaluated(nodes, policy, precision, by, memory, failed, inventory)
    plan = FleetPlan(evaluation, nearest, spill=spill, fill=fill, demand=demand)
    return Drill(plan, failures)


def _evaluated(
    nodes: Iterable[AnyNode] | None,
    policy: Policy | None,
    precision: int | str | None,
    by: str | Sequence[str] | None,
    memory: Memory | None,
    failed: Failed | None,
    inventory: Iterable[AnyNode] | None,
) -> Evaluation:
    """The nodes under a policy; without one, by their states alone."""
    if failed is not None:
        instance_of(Failed, failed, "failed", FaultsetError)
    labels = labels_in({"by": by})
    if labels and precision is not None:
        raise FaultsetError("by and precision exclude each other")
    places = precision is not None or bool(labels) or (failed is not None and bool(failed.cells))
    fleet = read_fleet(nodes, places=places, by=labels, latency=policy is not None, inventory=inventory)
    if isinstance(precision, str) and precision == "auto":
        precision = suited_precision(advise_fleet(fleet))
    return Evaluation(
        fleet,
        without_limit(Policy(threshold=0)) if policy is None else policy,
        precision=precision,  # type: ignore[arg-type]
        by_label=bool(labels),
        memory=memory,
        failed=failed,
    )


def advise(nodes: Iterable[AnyNode], policy: Policy | None = None) -> Advice:
    """Which precision suits nodes: how they look at each of 1 to 8, and the finest that is good enough.

    Args:
        nodes: as `evaluate` takes them, with ``lat`` and ``lon``.
        policy: limits, for the cells that they would leave without a fit node.

    Returns:
        An `Advice`, with ``precisions``, each with its number of cells, of nodes ``alone`` in theirs, of nodes at
        a ``border`` (one outside the cell is strictly nearer than any inside) and of ``empty`` cells;
        ``recommended``, the finest with at most 15 % alone and 25 % at a border (None without one); and ``why``.

    Raises:
        EmptyNodesError: there are no nodes.
        InvalidNodeError: a field is missing, of a wrong type or out of range; the message names the node.

    Examples:
        >>> advise([("ams-1", 52.31, 4.76, 9.0), ("ams-2", 52.31, 4.77, 9.5)]).recommended
        5
    """
    return advise_fleet(read_fleet(nodes, places=True), policy)


def read_fleet(
    nodes: Iterable[AnyNode] | None,
    *,
    places: bool,
    by: tuple[str, ...] = (),
    latency: bool = True,
    inventory: Iterable[AnyNode] | None = None,
) -> Fleet:
    """Nodes as columns, checked.

    Args:
        nodes: None: those of the inventory, none of which needs a latency.
        places: whether ``lat`` and ``lon`` are read, which every node then needs.
        by: labels that every node needs; ``lat`` and ``lon`` are then optional.
        latency: whether every node needs one; else it is 0 where no node says anything of a measurement.
        inventory: the nodes that there ought to be.

    Raises:
        EmptyNodesError: there are no nodes.
        InvalidNodeError: something is wrong with one; the message names it.
    """
    items: Sequence[AnyNode]
    warnings: Sequence[str] = ()
    if nodes is None and inventory is not None:
        if latency:
            hint = "only a drill of an inventory without a policy needs none"
            raise FaultsetError(f"nodes must be a list (got NoneType); {hint}")
        from rvhctl.nodes.inventory.given import lone_given

        nodes, warnings = lone_given(inventory, by)
        inventory = None
    items = nodes if isinstance(nodes, NodeColumns) else run(listed(nodes, WHOLE, "nodes", FaultsetError))  # type: ignore[arg-type]
    otherwise = ABSENT if latency else nan if says_measured(items) else 0.0
    if inventory is not None:
        from rvhctl.nodes.inventory.given import NOTHING_MEASURED, join_given

        nobody = [] if latency or len(items) else [NOTHING_MEASURED.format("give None for nodes")]
        items, warnings = join_given(items, inventory, by, places=places)
        warnings = [*nobody, *warnings]
    if not items:
        raise EmptyNodesError
    run(check_ids(items, 0, len(items), SeenIds()))
    details: dict[int, Details] = {}
    latencies = read_measured(items, 0, len(items), details, otherwise)
    lats, lons = read_places(items, 0, len(items), optional=bool(by)) if places else (Floats(), Floats())
    ids, given = texts_of(items)
    fleet = fleet_of(ids, latencies, lats, lons, details, given)
    fleet.warnings = warnings
    if by:
        labels = GivenLabels(by)
        labels.add(items, 0, len(items))
        fleet.labels = labels.build()
    if isinstance(items, NodeColumns):
        fleet.states, fleet.weights = read_states(items), read_weights(items)
        fleet.capacities = read_capacities(items, fleet.weights)
    return fleet
