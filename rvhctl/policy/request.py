"""What is asked of nodes, whichever way it was stated: by flags, in a document, in a request of a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rvhctl.core.geo.geohash import cell_of_text, whole_precision
from rvhctl.errors import FaultsetError, shorten
from rvhctl.nodes.documents import AUTO, DAMPING, LIMITS, OF_GROUPS, POLICY, ROUTING, id_texts, labels_in
from rvhctl.policy.policy import Policy, without_limit
from rvhctl.policy.traffic.routing import Failures, Routing, failures_of, routing_of

if TYPE_CHECKING:
    from rvhctl.nodes.fleet import Fleet
    from rvhctl.policy.evaluation import Failed

DEFAULT_PRECISION: Final = 5


class Request(NamedTuple):
    """What is asked of nodes."""

    policy: Policy
    precision: int | None = None
    by: tuple[str, ...] = ()
    """Labels that group the nodes, in place of a precision."""
    auto: bool = False
    """The precision is yet to be chosen by the nodes: `suited`."""
    memory: str | None = None
    failed: Failed | None = None
    top: int | None = None
    explain: bool = False
    plan: bool = False
    routing: Routing = Routing()
    drill: Failures | None = None
    """What fails in turn."""
    states_only: bool = False
    """No limit is stated for a drill: every node that is up is fit, unless others are measured and it is not."""
    fail_on: str | None = None
    page: bool = False
    """The answer says of every node what became of it."""

    @property
    def threshold_only(self) -> bool:
        """Whether a threshold alone decides, and nothing but the survivors is asked for."""
        more = self.memory or self.failed or self.explain or self.plan or self.drill or self.fail_on
        return not (more or self.page) and self.policy.threshold_only


def requested(
    members: Mapping[str, Any], *, cells: bool, memory: str | None = None, fail_on: str | None = None
) -> Request:
    """Return what the members ask for; the defaults stand here and nowhere else.

    Args:
        members: what is stated, null left out; the door that wins has been put over the others.
        cells: whether nodes are clustered (``faultset``).

    Raises:
        FaultsetError: a value is of a wrong type or out of range, or does nothing here.
    """
    if not cells:
        _refuse(members, OF_GROUPS, "without groups, which only faultset has")
    by = labels_in(members) if cells else ()
    _refuse(members, ("precision", "down_cell") if by else ("down_group",), "with by" if by else "without by")
    if not members.get("plan") and "drill" not in members:
        _refuse(members, ROUTING, "without plan or drill")
    if memory is None:
        _refuse(members, DAMPING, "without --memory")
    precision = members.get("precision", DEFAULT_PRECISION)
    auto = cells and precision == AUTO
    drill = failures_of(members["drill"]) if "drill" in members else None
    states_only = drill is not None and not has_limit(members)
    if states_only:
        _refuse(members, ("max_loss",), "without threshold or relative")
    policy = without_limit(policy_of({**members, "threshold": 0.0})) if states_only else policy_of(members)
    return Request(
        policy,
        whole_precision(precision) if cells and not by and not auto else None,
        by,
        auto,
        memory,
        _failed(members),
        _count(members, "top", 1, None),
        explain=_yes(members, "explain"),
        plan=_yes(members, "plan"),
        routing=routing_in(members),
        drill=drill,
        states_only=states_only,
        fail_on=fail_on,
    )


def routing_in(members: Mapping[str, Any]) -> Routing:
    """Return how plans and drills send traffic.

    Raises:
        FaultsetError: a value is of a wrong type or out of range.
    """
    return routing_of(**{name: members[name] for name in ROUTING if name in members})


def suited(request: Request, fleet: Fleet, processes: int = 1) -> tuple[Request, str]:
    """Return the same with the precision that ``--advise`` recommends, and why; see `advise`.

    Raises:
        FaultsetError: there are no nodes.
    """
    from rvhctl.policy.advice import advise, suited_precision

    advice = advise(fleet, processes=processes)
    return request._replace(precision=suited_precision(advice), auto=False), advice.why


def policy_of(members: Mapping[str, Any]) -> Policy:
    """Return the limits, safeguards and dampers.

    Raises:
        FaultsetError: one is of a wrong type or out of range, or there is neither a threshold nor a relative limit.
    """
    policy = {name: members[name] for name in POLICY if name in members}
    return Policy(**policy)


def advised_policy(members: Mapping[str, Any]) -> Policy | None:
    """Return the policy by which ``--advise`` judges nodes, if any limit is stated.

    Raises:
        FaultsetError: as `policy_of`.
    """
    limits = {name: members[name] for name in LIMITS if name in members and name != "merge_below"}
    return policy_of(limits) if has_limit(members) else None


def has_limit(members: Mapping[str, Any]) -> bool:
    """Whether nodes can be judged at all."""
    return "threshold" in members or "relative" in members


def _refuse(members: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in names:
        value = members.get(name)
        if value or type(value) in (int, float):
            raise FaultsetError(f"{name} makes no sense {where}")


def _failed(members: Mapping[str, Any]) -> Failed | None:
    if not members.keys() & {"down", "down_cell", "down_group"}:
        return None
    ids, cells, groups = (
        _texts(members, "down", id_texts),
        _texts(members, "down_cell"),
        _texts(members, "down_group"),
    )
    if not ids and not cells and not groups:
        return None
    from rvhctl.policy.evaluation import Failed

    for cell in cells:
        cell_of_text(cell)
    return Failed(ids, cells, groups)


def _texts(
    members: Mapping[str, Any], name: str, read: Callable[[Iterable[Any]], list[Any]] = list
) -> tuple[str, ...]:
    value = members.get(name, ())
    texts = read(value) if isinstance(value, list | tuple) else [None]
    if all(isinstance(text, str) for text in texts):
        return tuple(dict.fromkeys(texts))
    raise FaultsetError(f"{name} must be a list of texts (got {shorten(value)})")


def _yes(members: Mapping[str, Any], name: str) -> bool:
    value = members.get(name, False)
    if type(value) is not bool:
        raise FaultsetError(f"{name} must be true or false (got {shorten(value)})")
    return value


def _count(members: Mapping[str, Any], name: str, least: int, default: Any) -> Any:
    value = members.get(name, default)
    if value is not default and (type(value) is not int or value < least):
        raise FaultsetError(f"{name} must be a whole number of {least} or more (got {shorten(value)})")
    return value
