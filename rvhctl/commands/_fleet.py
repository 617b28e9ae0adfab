"""What the two commands over nodes share: their input, their limit, what they say about the dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rvhctl.api.policy import Policy
from rvhctl.errors import EmptyNodesError, NoSurvivorsError, UsageError
from rvhctl.milliseconds import checked_threshold, shown
from rvhctl.node_input import read_nodes
from rvhctl.nodes import Nodes
from rvhctl.options import refuse
from rvhctl.policy_options import DampingOptions, PolicyOptions
from rvhctl.report import Report
from rvhctl.run_options import RunOptions
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


def read_fleet_nodes(
    files: list[str] | None,
    run: RunOptions,
    report: Report,
    from_: str | None,
    inventory: str | None,
    *,
    coordinates: bool,
    within: float | None = None,
) -> Nodes:
    """Nodes from FILEs or standard input: node documents, or what a measuring tool says.

    ``within``: slower nodes (ms) may be left out while reading.
    """
    on_bad = report.on_bad(run.on_error)
    if from_ is None:
        refuse("without --from", {"--inventory": inventory})
        return read_nodes(
            files or [], run.input_format, coordinates=coordinates, on_bad=on_bad, within=within
        )
    from rvhctl.probe_input import read_probes

    refuse("with --from", {"--input-format": run.input_format != "auto"})
    return read_probes(
        files or [], from_, inventory, coordinates=coordinates, on_bad=on_bad, warn=report.warn
    )


def limit_stated(threshold: float | None, nodes: Nodes) -> float | None:
    """The threshold in milliseconds, from the flag or else the document.

    Raises:
        InputError: two documents state different ones.
        NegativeThresholdError: it is negative or not finite.
    """
    stated = nodes.stated("threshold") if threshold is None else threshold
    return None if stated is None else checked_threshold(stated)


def limit_of(policy: Policy) -> float:
    """The threshold of a plain policy."""
    assert policy.threshold is not None
    return policy.threshold


def there(nodes: Nodes, report: Report) -> None:
    """There are nodes to be judged.

    Raises:
        EmptyNodesError: there are none.
    """
    if not nodes.total:
        raise report.ending(EmptyNodesError())


def nobody(nodes: Nodes, limit: float) -> NoSurvivorsError:
    """What is said when no node survives."""
    best = nodes.best
    if best is None:
        return NoSurvivorsError(f"no survivors: none of {nodes.total} nodes has a measurement")
    return NoSurvivorsError(
        f"no survivors: the best of {nodes.total} nodes takes {shown(best)} ms, over {shown(limit)}"
    )


def say_dropped(report: Report, nodes: Nodes, limit: float, kept: int) -> None:
    """``--level info`` counts the dropped nodes by reason; ``debug`` adds what ran, and how long."""
    if not report.says("info"):
        return
    unmeasured = nodes.unmeasured
    over = nodes.total - unmeasured - kept
    report.info(
        f"kept {kept} of {nodes.total} nodes; {over} over {shown(limit)} ms, {unmeasured} without measurement"
    )
    report.debug(f"{nodes.total} nodes on the {core_name()} core in {report.milliseconds():.1f} ms")


def exclude(flags: dict[str, object]) -> None:
    """At most one of the flags.

    Raises:
        UsageError: two are set.
    """
    given_flags = [flag for flag, value in flags.items() if value]
    if len(given_flags) > 1:
        raise UsageError(f"{' and '.join(given_flags)} exclude each other")


def answer_batch(
    kind: Any,
    files: list[str] | None,
    defaults: dict[str, Any],
    refused: dict[str, object],
    limits: PolicyOptions,
    damping: DampingOptions,
    run: RunOptions,
    report: Report,
) -> None:
    """Answer requests; limits and rails given as flags are their defaults."""
    from rvhctl.commands._batch import run_batch

    refuse(
        "with --batch",
        {
            "--rise": damping.rise is not None,
            "--fall": damping.fall is not None,
            "--exit-band": damping.exit_band,
        },
    )
    run_batch(
        kind,
        files,
        {**defaults, **limits.defaults()},
        report=report,
        refused={**refused, "--memory": damping.memory, "--fail-on": limits.fail_on},
        output=run.output,
        input_format=run.input_format,
        async_=run.async_,
        jobs=run.jobs,
        unordered=run.unordered,
        on_error=run.on_error,
    )
