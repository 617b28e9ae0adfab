"""What the two commands over nodes share: their input, their limit, what they say about the dropped."""

from __future__ import annotations

import math
from collections.abc import Callable

from rvhctl.errors import EmptyNodesError, NegativeThresholdError, NoSurvivorsError, UsageError
from rvhctl.milliseconds import shown
from rvhctl.nodes import Nodes
from rvhctl.options import refuse
from rvhctl.report import Report
from rvhctl.version import core_name


def given(files: list[str] | None, input_format: str, parse: Callable[[], Nodes]) -> Nodes:
    """Nodes from flags; standard input is not touched.

    Raises:
        UsageError: FILEs are named, too, or their format.
    """
    if files:
        raise UsageError("give nodes with flags or in FILEs, not both")
    refuse("with --nodes", {"--input-format": input_format != "auto"})
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
    check_threshold(limit)
    if not len(nodes):
        raise report.ending(EmptyNodesError())
    return float(limit)


def check_threshold(threshold: float | None) -> None:
    """A flag can be judged before any input is read.

    Raises:
        NegativeThresholdError: it is negative or not finite.
    """
    if threshold is not None and not 0 <= threshold < math.inf:
        raise NegativeThresholdError(
            f"the threshold must be finite and not negative (got {shown(threshold)}); give it in milliseconds"
        )


def nobody(nodes: Nodes, limit: float) -> NoSurvivorsError:
    """What is said when no node survives."""
    best = min((latency for latency in nodes.latencies if latency == latency), default=None)
    if best is None:
        return NoSurvivorsError(f"no survivors: none of {len(nodes)} nodes has a measurement")
    return NoSurvivorsError(
        f"no survivors: the best of {len(nodes)} nodes takes {shown(best)} ms, over {shown(limit)}"
    )


def say_dropped(report: Report, nodes: Nodes, limit: float, kept: int) -> None:
    """``--level info`` counts the dropped nodes by reason; ``debug`` adds what ran, and how long."""
    if not report.says("info"):
        return
    unmeasured = sum(latency != latency for latency in nodes.latencies)
    over = len(nodes) - unmeasured - kept
    report.info(
        f"kept {kept} of {len(nodes)} nodes; {over} over {shown(limit)} ms, {unmeasured} without measurement"
    )
    report.debug(f"{len(nodes)} nodes on the {core_name()} core in {report.milliseconds():.1f} ms")
