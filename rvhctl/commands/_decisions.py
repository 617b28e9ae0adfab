"""What the commands over nodes say about a decision: warnings, who was dropped, and how the run ends."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rvhctl.cli.report import Report
from rvhctl.cli.version import core_name
from rvhctl.core.policy.health import HEALTH
from rvhctl.core.policy.reasons import REASONS
from rvhctl.errors import EmptyNodesError, HealthError, NoSurvivorsError, RvhctlError
from rvhctl.formats.wording import counted, few, shown
from rvhctl.nodes.nodes import Nodes
from rvhctl.policy.decision import WithinThreshold
from rvhctl.policy.request import Request

if TYPE_CHECKING:
    from rvhctl.policy.decision import Decision
    from rvhctl.policy.evaluation import Evaluation
    from rvhctl.policy.views import Outlook

WORDS: Final = {
    "down": "down",
    "drain": "drained",
    "no_measurement": "without measurement",
    "loss": "lost too many samples",
    "over_threshold": "over the threshold",
    "over_relative": "over the relative limit",
    "damped": "damped",
    "dropped_by_safeguard": "dropped by a safeguard",
}
"""Why a node is out, in a sentence."""


def require_nodes(nodes: Nodes, report: Report, tool: str | None) -> None:
    """Require nodes to decide on.

    Args:
        tool: that measured them, if any did.

    Raises:
        EmptyNodesError: there are none.
    """
    if not nodes.total:
        where = f"{nodes.source}: " if nodes.source else ""
        hint = "; nothing was measured: look at the query, or the tool" if tool else ""
        raise report.ending(EmptyNodesError(f"{where}nodes list is empty{hint}"))


def ending(nodes: Nodes, decision: Decision, request: Request, outlook: Outlook | None) -> RvhctlError | None:
    """Return the error with which the run ends after its answer; None if all is well."""
    if request.fail_on is None:
        return None if len(decision) else NoSurvivorsError(f"no survivors: {_why_none(nodes, decision)}")
    assert not isinstance(decision, WithinThreshold)
    if request.fail_on == "never":
        return None
    if request.drill is not None and outlook is not None and outlook.warning:
        return HealthError("no pair of groups could fail, so nothing is promised of any")
    if request.fail_on == "overload":
        assert outlook is not None
        return HealthError(outlook.summary) if outlook.overloads else None
    judged = decision if request.drill is None or outlook is None else outlook
    if HEALTH.index(judged.worst) >= HEALTH.index(request.fail_on):
        return HealthError(judged.summary)
    if nodes.doubts and request.fail_on == "degraded":
        return HealthError("the measurements may be incomplete, which counts as degraded")
    return None


def report_decision(
    report: Report,
    nodes: Nodes,
    decision: Decision,
    request: Request,
    outlook: Outlook | None,
    said: str,
) -> None:
    """Warn of what the answer does not show; ``--level info`` counts the dropped nodes by reason.

    ``debug`` adds what ran, and how long. ``said``: what is said at the end anyway.
    """
    if not isinstance(decision, WithinThreshold):
        _warn(report, decision, request)
    if outlook is not None and len(decision) and (warning := outlook.warning) not in ("", said):
        report.warn(warning)
    if not report.says("info"):
        return
    if request.states_only:
        report.info(
            f"without a limit every {'' if nodes.fleet.unmeasured else 'measured '}node that is up counts as fit"
        )
    total = counted(nodes.total, "node")
    kept = f"kept {len(decision)} of {total}"
    if isinstance(decision, WithinThreshold):
        report.info(f"{kept}; {_over_or_unmeasured(nodes, decision)}")
    else:
        report.info(f"{kept}; {reasons_of(decision)}; {decision.summary}")
        for group, owner in decision.groups.joined:
            report.info(f"the {decision.groups.kind} {group} joined {owner}")
    report.debug(f"{total} on the {core_name()} core in {report.milliseconds():.1f} ms")


def _why_none(nodes: Nodes, decision: Decision) -> str:
    total = counted(nodes.total, "node")
    if not isinstance(decision, WithinThreshold):
        return f"of {total} {reasons_of(decision)}"
    best = nodes.best
    if best is None:
        return f"none of {total} has a measurement"
    return f"the best of {total} takes {shown(best)} ms, over {shown(decision.threshold)}"


def _over_or_unmeasured(nodes: Nodes, decision: WithinThreshold) -> str:
    unmeasured = nodes.unmeasured
    over = nodes.total - unmeasured - len(decision)
    dropped = {f"over {shown(decision.threshold)} ms": over, "without measurement": unmeasured}
    return ", ".join(f"{count} {why}" for why, count in dropped.items() if count) or "none dropped"


def reasons_of(evaluation: Evaluation) -> str:
    """How many nodes are out, by reason, in words."""
    counts = Counter(evaluation.reason_codes)
    dropped = ((counts[code], WORDS[reason]) for code, reason in enumerate(REASONS) if reason in WORDS)
    return ", ".join(f"{count} {why}" for count, why in dropped if count) or "none dropped"


def _warn(report: Report, evaluation: Evaluation, request: Request) -> None:
    """Warn of nodes that are gone, and of nodes that nothing can be compared with."""
    if absent := evaluation.absent:
        nodes = counted(len(absent), "node")
        report.warn(f"not in the input, though fit by the memory: {nodes} ({few(absent)})")
    policy = request.policy
    compares = policy.relative is not None or policy.max_ejection is not None or policy.min_survivors != 1
    drills_cells = request.drill is not None and evaluation.precision is not None
    if (compares or request.plan or drills_cells) and (alone := evaluation.alone):
        _warn_of_lone_nodes(report, evaluation, alone)


def _warn_of_lone_nodes(report: Report, evaluation: Evaluation, alone: int) -> None:
    """Warn of them; a few in cells, where no coarser precision holds several, are only mentioned."""
    from rvhctl.policy.advice import coarser, many_alone

    precision, count = evaluation.precision, len(evaluation.fleet)
    are, their = ("is", "its") if alone == 1 else ("are", "their")
    at = "" if precision is None else f" at -p {precision}"
    text = (
        f"{alone} of {counted(count, 'node')} {are} alone in {their} {evaluation.groups.kind}{at} "
        "and cannot be judged by others"
    )
    if precision is None:
        report.warn(text)
        return
    better = coarser(evaluation.fleet, precision, alone)
    if better is not None:
        letters, left = better
        report.warn(f"{text}; -p {letters} holds several in a cell and leaves {left or 'none'} alone")
    elif many_alone(alone, count):
        report.warn(f"{text}; no coarser -p holds several")
    else:
        report.info(text)
