"""What the two commands over nodes share: their input, their limit, what they say about the dropped."""

from __future__ import annotations

import math
from collections.abc import Callable

from rvhctl.errors import EmptyNodesError, NegativeThresholdError, NoSurvivorsError, UsageError
from rvhctl.nodes import Nodes
from rvhctl.report import Report
from rvhctl.version import core_name


def given(files: list[str] | None, parse: Callable[[], Nodes]) -> Nodes:
    """Nodes from flags; standard input is not touched.

    Raises:
        UsageError: FILEs are named, too.
    """
    if files:
        raise UsageError("give nodes with flags or in FILEs, not both")
    return parse()


def limit_of(threshold: float | None, nodes: Nodes, report: Report) -> float:
    """The threshold in milliseconds, from the flag or else the document; the nodes are there to be judged by it.

    Raises:
        UsageError: neither states one.
        NegativeThresholdError: it is negative or not finite.
        EmptyNodesError: there are no nodes.
    """
    limit = nodes.threshold if threshold is None else threshold
    if limit is None:
        raise UsageError("--threshold is missing: give it in milliseconds")
    if not 0 <= limit < math.inf:
        raise NegativeThresholdError(f"the threshold must be finite and not negative (got {limit:g})")
    if not len(nodes):
        report.finish()
        raise EmptyNodesError
    return float(limit)


def nobody(nodes: Nodes, limit: float) -> NoSurvivorsError:
    """What is said when no node survives."""
    best = min((latency for latency in nodes.latencies if latency == latency), default=None)
    if best is None:
        return NoSurvivorsError(f"no survivors: none of {len(nodes)} nodes has a measurement")
    return NoSurvivorsError(f"no survivors: the best of {len(nodes)} nodes takes {best:g} ms, over {limit:g}")


def say_dropped(report: Report, nodes: Nodes, limit: float, kept: int) -> None:
    """``--level info`` counts the dropped nodes by reason; ``debug`` adds what ran, and how long."""
    if not report.says("info"):
        return
    unmeasured = sum(latency != latency for latency in nodes.latencies)
    over = len(nodes) - unmeasured - kept
    report.info(
        f"kept {kept} of {len(nodes)} nodes; {over} over {limit:g} ms, {unmeasured} without measurement"
    )
    report.debug(f"{len(nodes)} nodes on the {core_name()} core in {report.milliseconds():.1f} ms")
