"""What the two commands over nodes share: their input, their limit, what they say about the dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rvhctl.cli.options import Run, refuse
from rvhctl.cli.report import Report
from rvhctl.cli.version import core_name
from rvhctl.errors import EmptyNodesError, FaultsetError, InputError, NoSurvivorsError, UsageError
from rvhctl.formats.milliseconds import shown
from rvhctl.formats.wording import counted
from rvhctl.nodes.nodes import Nodes
from rvhctl.nodes.read import read_nodes
from rvhctl.policy.policy import Policy
from rvhctl.policy.request import Wanted, has_limit, policy_of

if TYPE_CHECKING:
    from rvhctl.batch.blocks import Kind


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
    run: Run,
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
    from rvhctl.nodes.probes import read_probes

    refuse("with --from", {"--input-format": run.input_format != "auto"})
    return read_probes(
        files or [], from_, inventory, coordinates=coordinates, on_bad=on_bad, warn=report.warn
    )


Ask = Callable[[Mapping[str, Any]], Wanted]
"""What the members ask of a command."""


def check_flags(flags: Mapping[str, Any], ask: Ask) -> None:
    """Judge all flags before any input is read.

    Raises:
        UsageError: a flag would do nothing.
        FaultsetError: a value is out of range.
    """
    if "relative" not in flags:
        refuse("without --relative", {"--floor": "floor" in flags})
    ask({"threshold": 0.0, **flags})


def wanted_of(nodes: Nodes, flags: Mapping[str, Any], ask: Ask) -> Wanted:
    """Return what flags and documents ask for together; flags win.

    Raises:
        UsageError: neither states a limit.
        InputError: a document asks for what makes no sense, or two differ.
    """
    members = nodes.stated(flags)
    if "plan" in flags or "explain" in flags:
        members = {**members, "plan": "plan" in flags, "explain": "explain" in flags}
    elif members.get("plan") and members.get("explain"):
        raise InputError("plan and explain exclude each other", source=nodes.stated_in)
    if not has_limit(members):
        raise UsageError("--threshold is missing: give it in milliseconds, or --relative")
    try:
        return ask(members)
    except FaultsetError as error:
        # The flags have been judged before.
        raise InputError(str(error), source=nodes.stated_in) from None


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
        where = f"{nodes.source}: " if nodes.source else ""
        raise report.ending(EmptyNodesError(f"{where}nodes list is empty"))


def nobody(nodes: Nodes, limit: float) -> NoSurvivorsError:
    """What is said when no node survives."""
    best = nodes.best
    if best is None:
        return NoSurvivorsError(f"no survivors: none of {counted(nodes.total, 'node')} has a measurement")
    return NoSurvivorsError(
        f"no survivors: the best of {counted(nodes.total, 'node')} takes {shown(best)} ms, over {shown(limit)}"
    )


def say_dropped(report: Report, nodes: Nodes, limit: float, kept: int) -> None:
    """``--level info`` counts the dropped nodes by reason; ``debug`` adds what ran, and how long."""
    if not report.says("info"):
        return
    unmeasured = nodes.unmeasured
    over = nodes.total - unmeasured - kept
    dropped = {f"over {shown(limit)} ms": over, "without measurement": unmeasured}
    why = ", ".join(f"{count} {reason}" for reason, count in dropped.items() if count) or "none dropped"
    report.info(f"kept {kept} of {counted(nodes.total, 'node')}; {why}")
    report.debug(
        f"{counted(nodes.total, 'node')} on the {core_name()} core in {report.milliseconds():.1f} ms"
    )


def exclude(flags: Mapping[str, object]) -> None:
    """At most one of the flags.

    Raises:
        UsageError: two are set.
    """
    given_flags = [flag for flag, value in flags.items() if value]
    if len(given_flags) > 1:
        raise UsageError(f"{' and '.join(given_flags)} exclude each other")


def answer_batch(
    kind: Kind,
    files: list[str] | None,
    flags: dict[str, Any],
    refused: Mapping[str, object],
    run: Run,
    report: Report,
) -> None:
    """Answer requests; the flags are their defaults."""
    from rvhctl.commands._batch import run_batch

    # A floor is for those requests that have a relative limit.
    policy_of({"threshold": 0.0, "relative": 1.0, **flags})
    run_batch(
        kind,
        files,
        flags,
        report=report,
        refused=refused,
        output=run.output,
        input_format=run.input_format,
        async_=run.async_,
        jobs=run.jobs,
        unordered=run.unordered,
        on_error=run.on_error,
    )
