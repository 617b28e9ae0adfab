"""A request of a batch about nodes: failover or faultset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, NamedTuple, TypeAlias

import orjson

from rvhctl.concurrency.steps import run
from rvhctl.errors import (
    EmptyNodesError,
    FaultsetError,
    InputError,
    InvalidNodeError,
    LengthMismatchError,
    NoSurvivorsError,
    listed,
    shorten,
)
from rvhctl.formats import jsontext
from rvhctl.formats.wording import counted
from rvhctl.nodes.documents import (
    ASKED_OF_NODES,
    FLAGS_OF_NODES,
    OF_NODES,
    ROUTING,
    contradiction,
    misspelt,
    overridden,
)
from rvhctl.nodes.fields import NO_OBJECT, Unlabelled, UnlabelledError, place, read_record, without_details
from rvhctl.nodes.fleet import Fleet, FleetBuilder
from rvhctl.nodes.given import GivenLabels, read_columns, read_places, says_measured
from rvhctl.policy.decision import Decision, WithinThreshold, decide
from rvhctl.policy.request import Request, has_limit, requested, suited

Exact: TypeAlias = Callable[[int, Any], Any]
"""Gives a node again, by its row and what was read of it, with exact integers."""


class GivenNodes(NamedTuple):
    """The nodes of a request as they were given."""

    nodes: list[Any]
    warnings: list[str]
    exact: Exact


class RequestNodes(NamedTuple):
    """The nodes of a request."""

    shown: Sequence[object]
    """The ids as they go out."""
    fleet: Fleet


def answer(request: dict[str, Any], text: bytes, flags: dict[str, Any], *, cells: bool) -> dict[str, Any]:
    """``{"survivors": [ids]}`` of the nodes; a plan and explanations, where they are asked for.

    Args:
        cells: the nodes are clustered, as ``faultset`` does.

    Raises:
        FaultsetError: it cannot be answered.
    """
    asked = _requested(request, flags, cells=cells)
    if asked.states_only:
        request = _present(request)
    alone = asked.states_only and _states_no_nodes(request)
    nodes, warnings, exact = _nodes(request, text, flags.get("inventory"), asked.by, cells=cells, alone=alone)
    if asked.states_only and not alone and request.get("nodes") == []:
        from rvhctl.nodes.inventory.given import NOTHING_MEASURED

        warnings.insert(0, NOTHING_MEASURED.format("leave nodes out"))
    table = _table(nodes, exact, coordinates=cells, by=asked.by, latency=not asked.states_only)
    if asked.auto:
        asked, _ = suited(asked, table.fleet)
    found = run(decide(table.fleet, asked))
    asks_more = asked.explain or asked.plan or asked.drill is not None
    if not len(found) and not asks_more:
        raise _nobody(table, found, warnings)
    result: dict[str, Any] = {"survivors": [table.shown[row] for row in found.first_of_each(asked.top)]}
    if warnings:
        result["warnings"] = warnings
    if isinstance(found, WithinThreshold) or not asks_more:
        return result
    from rvhctl.policy.plan import FleetPlan
    from rvhctl.policy.views import drill_view, explain_view, outlook_of, plan_view

    outlook = outlook_of(found, asked)
    if outlook is not None and asked.plan:
        plan = outlook if isinstance(outlook, FleetPlan) else outlook.plan
        view = plan_view(found, plan, table.shown, asked.top)
        result["plan"] = [{**row, "survivors": list(row["survivors"])} for row in view.rows()]
    if not isinstance(outlook, FleetPlan | None):
        result["drill"] = list(drill_view(outlook, table.shown, asked.top).rows())
    if asked.explain:
        result["explain"] = list(explain_view(found, table.shown).rows())
    return result


def _states_no_nodes(request: dict[str, Any]) -> bool:
    return all(request.get(name) is None for name in ("nodes", "ids", "latencies"))


def _present(request: dict[str, Any]) -> dict[str, Any]:
    """The request with a latency of 0 ms for all its nodes, if none says anything of a measurement."""
    nodes = request.get("nodes")
    if not isinstance(nodes, list) or says_measured(nodes):
        return request
    return {
        **request,
        "nodes": [{**fields, "latency": 0.0} if isinstance(fields, dict) else fields for fields in nodes],
    }


def _requested(request: dict[str, Any], flags: dict[str, Any], *, cells: bool) -> Request:
    """What the request states, and else the flags."""
    problem = "" if request.keys() <= OF_NODES else misspelt(request, OF_NODES, FLAGS_OF_NODES)
    problem = problem or contradiction(request)
    if problem:
        raise FaultsetError(problem)
    here = {name: request[name] for name in request.keys() & ASKED_OF_NODES if request[name] is not None}
    if here.get("plan") is False and "drill" not in here:  # it turns the plan of the flags off
        flags = {name: value for name, value in flags.items() if name not in ROUTING or "drill" in flags}
    members = overridden(flags, here)
    if "relative" not in members and "floor" not in here:
        members.pop("floor", None)  # a flag for the requests that have a relative limit
    if not has_limit(members) and "drill" not in members:
        raise FaultsetError("threshold is missing: state it in the request or with --threshold")
    return requested(members, cells=cells)


def _nobody(table: RequestNodes, found: Decision, warnings: list[str]) -> NoSurvivorsError:
    nodes = counted(len(table.fleet), "node")
    if not isinstance(found, WithinThreshold):
        problem = f"no survivors among {nodes}"
    elif found.groups is not None:
        problem = "all clusters yielded no survivors"
    else:
        problem = f"no survivors: none of {nodes} answers within {found.threshold:g} ms"
    return NoSurvivorsError("; ".join([problem, *warnings]))


def _nodes(
    request: dict[str, Any], text: bytes, known: Any, by: tuple[str, ...], *, cells: bool, alone: bool
) -> GivenNodes:
    """The nodes of a request; with an inventory those of this, each with its measurement, if the request has one.

    Args:
        known: the inventory of the flags, if there is one.
        by: the labels that group them.
        cells: whether they are clustered; else they may be what ids and latencies make.
        alone: whether they may be those of the inventory alone.

    Raises:
        FaultsetError: there are none; or an inventory is no list of nodes, or empty.
    """
    if request.get("inventory") is None and known is None:
        exact = partial(_exact_node, cache(partial(jsontext.exact_value, text)))
        return GivenNodes(_measured(request, by_lists=not cells), [], exact)
    from rvhctl.nodes.inventory.given import join_given, lone_given

    request = jsontext.exactly(text, request)
    measured = [] if alone else _measured(request, by_lists=not cells)
    inventory = request.get("inventory")
    inventory = known if inventory is None else inventory
    if not isinstance(inventory, list):
        raise FaultsetError(f"inventory must be an array of nodes (got {shorten(inventory)})")
    for where, records in (("", measured), ("inventory: ", inventory)):
        for row, fields in enumerate(records):
            if not isinstance(fields, dict):
                raise InvalidNodeError(f"{where}{place(row)}: {NO_OBJECT}", value=fields)
    if alone:
        return GivenNodes(*lone_given(inventory, by), _same)
    return GivenNodes(*join_given(measured, inventory, by, places=cells), _same)


def _measured(request: dict[str, Any], *, by_lists: bool) -> list[Any]:
    ids, latencies = request.get("ids"), request.get("latencies")
    if by_lists and isinstance(ids, list) and isinstance(latencies, list):
        if len(ids) != len(latencies):
            raise LengthMismatchError(f"{len(ids)} ids, but {len(latencies)} latencies")
        return [{"id": node_id, "latency": latency} for node_id, latency in zip(ids, latencies, strict=True)]
    nodes = request.get("nodes")
    if not isinstance(nodes, list):
        has = listed(request) or "no member"
        raise FaultsetError(f"a request needs nodes, or ids and latencies; it has {has}")
    return nodes


def _table(
    nodes: list[Any],
    exact: Exact,
    *,
    coordinates: bool,
    by: tuple[str, ...],
    latency: bool,
) -> RequestNodes:
    """The nodes of a request as columns.

    Raises:
        EmptyNodesError: there are none.
        InvalidNodeError: a node is wrong, or its id is there twice; the message names it.
    """
    if not nodes:
        raise EmptyNodesError
    try:
        ids = [node["id"] for node in nodes]
        usual = set(map(type, ids)) == {str} and len(set(ids)) == len(ids) and "" not in ids
        if usual and "".join(ids).isprintable() and all(map(without_details, nodes)):
            fleet = _columns(nodes, ids, coordinates=coordinates, by=by)
            if fleet is not None:
                return RequestNodes(ids, fleet)
    except (InvalidNodeError, KeyError, TypeError):
        pass  # node by node, an unusual one is read and a wrong one named
    builder = FleetBuilder()
    # Text as it is, or an integer of any size by its digits.
    shown: list[object] = []
    unlabelled, first = Unlabelled(by), 0
    for row, fields in enumerate(nodes):
        try:
            record = read_record(
                fields,
                partial(exact, row, fields),
                coordinates=coordinates,
                latency=latency,
                by=by,
            )
            builder.add(record)
        except UnlabelledError as error:
            if unlabelled.add(error):
                first = row
            continue
        except InvalidNodeError as error:
            node_id = fields.get("id") if isinstance(fields, dict) else None
            raise InvalidNodeError(f"{place(row, node_id)}: {error}") from None
        except InputError as error:
            raise InvalidNodeError(f"{place(row)}: {error}") from None
        shown.append(orjson.Fragment(record.id) if record.integer_id else record.id)
    if unlabelled.count:
        raise InvalidNodeError(f"{place(first)}: {unlabelled.error(len(nodes), nodes[first]['id'])}")
    return RequestNodes(shown, builder.build())


def _columns(nodes: list[Any], ids: list[str], *, coordinates: bool, by: tuple[str, ...]) -> Fleet | None:
    """The usual nodes as columns; None if a label is no text.

    Raises:
        InvalidNodeError: a node is wrong.
        KeyError, TypeError: a node lacks a field, or is none.
    """
    if not coordinates:
        (latencies,) = read_columns(nodes, 0, len(nodes), ("latency",))
        return Fleet(ids, latencies)
    if not by:
        lats, lons, latencies = read_columns(nodes, 0, len(nodes), ("lat", "lon", "latency"))
        return Fleet(ids, latencies, lats, lons)
    if not {str}.issuperset(type(node[name]) for node in nodes for name in by):
        return None
    (latencies,) = read_columns(nodes, 0, len(nodes), ("latency",))
    lats, lons = read_places(nodes, 0, len(nodes), optional=True)
    labels = GivenLabels(by)
    labels.add(nodes, 0, len(nodes))
    return Fleet(ids, latencies, lats, lons, labels=labels.build())


def _exact_node(exact: Callable[[], Any], row: int, fields: dict[str, Any]) -> Any:
    request = exact()
    return request["nodes"][row] if "nodes" in request else {**fields, "id": request["ids"][row]}


def _same(row: int, fields: Any) -> Any:
    return fields
