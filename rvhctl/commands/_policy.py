"""The commands over nodes under a policy: evaluate, remember, answer, and end with the verdict."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Final

from rvhctl.cli.options import Run
from rvhctl.cli.report import Report
from rvhctl.cli.version import core_name
from rvhctl.core.policy.reasons import REASONS
from rvhctl.core.policy.verdicts import VERDICTS
from rvhctl.errors import (
    InputError,
    NoSurvivorsError,
    RvhctlError,
    UnknownNodeError,
    UsageError,
    VerdictError,
    quoted,
)
from rvhctl.formats.choice import OutputFormat, answer_format
from rvhctl.formats.milliseconds import aligned
from rvhctl.formats.shapes import Row, View
from rvhctl.formats.wording import counted, first_shown, share_of
from rvhctl.formats.write import write_view
from rvhctl.nodes.nodes import Nodes
from rvhctl.nodes.write import write_answer
from rvhctl.policy.evaluated import first_of_groups
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.memory import Memory
from rvhctl.policy.memory_file import locked, read_memory, write_memory
from rvhctl.policy.planning import FleetPlan, advise
from rvhctl.policy.policy import Policy
from rvhctl.policy.request import Wanted
from rvhctl.policy.views import advice_view, explain_view, joined_cells, plan_view, ranks_view, shown_ids
from rvhctl.streams.sink import Sink

WORDS: Final = {
    "down": "down",
    "drain": "drained",
    "no_measurement": "without measurement",
    "loss": "lost too many samples",
    "over_threshold": "over the threshold",
    "over_relative": "over the relative limit",
    "damped": "damped",
    "dropped_by_rail": "dropped by a rail",
}
"""Why a node is out, in a sentence."""

NAMED: Final = 5
"""Ids that a warning names; of more it gives the number."""


def answer_by_policy(
    nodes: Nodes, wanted: Wanted, run: Run, asked: OutputFormat, sink: Sink, report: Report
) -> None:
    """Evaluate, write the answer or the view, and end as the verdict says.

    Raises:
        NoSurvivorsError: the answer is empty (unless ``--fail-on`` is given).
        VerdictError: a group is as bad as ``--fail-on`` says.
    """
    with evaluating(nodes, wanted) as evaluation:
        _warn(report, evaluation, wanted)
        _say(report, evaluation)
        ending = _ending(evaluation, wanted)
        _write(nodes, evaluation, wanted, run, asked, sink, empty=isinstance(ending, NoSurvivorsError))
        sink.flush()
    if ending is not None:
        raise report.ending(ending)
    report.finish()


def answer_advice(
    nodes: Nodes, policy: Policy | None, run: Run, asked: OutputFormat, sink: Sink, report: Report
) -> None:
    """Which precision suits these nodes."""
    view = advice_view(advise(nodes.fleet(), policy))
    write_view(view, answer_format(asked, nodes.shape, sink), sink, run.color)
    sink.flush()
    report.finish()


@contextmanager
def evaluating(nodes: Nodes, wanted: Wanted) -> Iterator[Evaluation]:
    """One round. Its memory is kept when all is done with it, so only if the answer was written.

    A what-if reads the memory and leaves it as it is.

    Raises:
        UsageError: a node or a cell that is said to have failed is none.
        InputError: the same, and a document says so.
    """
    path = wanted.memory
    advances = path is not None and wanted.failed is None
    with locked(path) if path is not None and advances else nullcontext():
        memory = None if path is None else read_memory(path)
        evaluation = _evaluation(nodes, wanted, memory)
        yield evaluation
        if path is not None and advances and evaluation.memory is not None:
            write_memory(path, evaluation.memory)


def _evaluation(nodes: Nodes, wanted: Wanted, memory: Memory | None) -> Evaluation:
    try:
        return Evaluation(
            nodes.fleet(), wanted.policy, precision=wanted.precision, memory=memory, failed=wanted.failed
        )
    except UnknownNodeError as error:
        assert wanted.failed is not None
        document = tuple(nodes.stated({}).get(error.member, ()))
        if document and document in (wanted.failed.ids, wanted.failed.cells):
            raise InputError(f"{error.member}: {error}", source=nodes.stated_in) from None
        raise UsageError(f"--{error.member.replace('_', '-')}: {error}") from None


def _write(
    nodes: Nodes,
    evaluation: Evaluation,
    wanted: Wanted,
    run: Run,
    asked: OutputFormat,
    sink: Sink,
    *,
    empty: bool,
) -> None:
    """The view that is asked for; or the answer, unless it is empty and an error says so."""
    format_ = answer_format(asked, nodes.shape, sink)
    view = _view(nodes, evaluation, wanted)
    if view is not None:
        write_view(view, format_, sink, run.color)
    elif not empty:
        write_answer(
            format_,
            nodes,
            first_of_groups(evaluation, wanted.top),
            lambda: _answer_view(evaluation, wanted.top),
            sink,
            run.color,
        )


def _view(nodes: Nodes, evaluation: Evaluation, wanted: Wanted) -> View | None:
    if wanted.explain:
        return explain_view(evaluation, shown_ids(nodes))
    if wanted.plan:
        return plan_view(evaluation, FleetPlan(evaluation, wanted.nearest), shown_ids(nodes), wanted.top)
    return None


def _answer_view(evaluation: Evaluation, top: int | None) -> View:
    """The table of an answer: ranks of a list, or the cells of a fault set."""
    ids = evaluation.fleet.ids
    latencies = evaluation.latencies
    share = share_of(len(evaluation), len(ids), "node", "serve")
    verdicts = _verdicts(evaluation)
    if evaluation.precision is None:
        limit = evaluation.limits[0]
        within = "" if math.isnan(limit) or math.isinf(limit) else f" within {aligned([limit])[0]} ms"
        return ranks_view(ids, latencies, evaluation.answer_rows, top, f"{share}{within}; {verdicts}")

    starts = evaluation.starts
    most = max((len(evaluation.serving(group)) for group in range(evaluation.group_count)), default=0)
    caption = f"{share}; {verdicts}{first_shown(top, most, ' of each cell')}"
    joined = joined_cells(evaluation)

    def cells() -> Iterable[Row]:
        for group in range(evaluation.group_count):
            serving = evaluation.serving(group)
            limit = evaluation.limits[group]
            name = evaluation.name(group) or ""
            yield {
                "cell": name,
                "joined": joined.get(name, []),
                "verdict": VERDICTS[evaluation.verdict_codes[group]],
                "nodes": starts[group + 1] - starts[group],
                "survivors": len(serving),
                "limit ms": None if math.isnan(limit) else limit,
                "best ms": latencies[serving[0]] if len(serving) else math.nan,
                "ids": [ids[row] for row in serving[: top or len(serving)]],
            }

    columns: tuple[str, ...] = (
        "cell:l",
        "verdict:l",
        "nodes:r",
        "survivors:r",
        "limit ms:r",
        "best ms:r",
        "ids",
    )
    if joined:
        columns = (*columns[:1], "joined", *columns[1:])
    return View(columns, cells, caption=caption, vital="ids")


def _ending(evaluation: Evaluation, wanted: Wanted) -> RvhctlError | None:
    if wanted.fail_on is None:
        return None if len(evaluation) else _nobody(evaluation)
    if wanted.fail_on == "never" or VERDICTS.index(evaluation.worst) < VERDICTS.index(wanted.fail_on):
        return None
    return VerdictError(_verdicts(evaluation))


def _nobody(evaluation: Evaluation) -> NoSurvivorsError:
    return NoSurvivorsError(
        f"no survivors: of {counted(len(evaluation.fleet), 'node')} {_dropped(evaluation)}"
    )


def _verdicts(evaluation: Evaluation) -> str:
    """``2 cells down, 1 degraded, 10 healthy``; of a list only its verdict."""
    if evaluation.precision is None:
        return f"the fleet is {evaluation.worst}"
    counts = Counter(evaluation.verdict_codes)
    parts = [f"{counts[code]} {VERDICTS[code]}" for code in sorted(counts, reverse=True)]
    return f"cells: {', '.join(parts)}"


def _dropped(evaluation: Evaluation) -> str:
    counts = Counter(evaluation.reason_codes)
    parts = [
        f"{counts[code]} {WORDS[reason]}"
        for code, reason in enumerate(REASONS)
        if reason in WORDS and counts[code]
    ]
    return ", ".join(parts) or "none dropped"


def _warn(report: Report, evaluation: Evaluation, wanted: Wanted) -> None:
    """What the answer does not show: nodes that are gone, and nodes that nothing can be compared with."""
    if absent := evaluation.absent:
        nodes = counted(len(absent), "node")
        report.warn(f"not in the input, though fit by the memory: {nodes} ({_few(absent)})")
    policy = wanted.policy
    compares = policy.relative is not None or policy.max_eject is not None or policy.min_survivors != 1
    if (compares or wanted.plan) and (alone := evaluation.alone):
        _warn_of_lone_nodes(report, evaluation, alone)


def _warn_of_lone_nodes(report: Report, evaluation: Evaluation, alone: int) -> None:
    """Few of them, where no coarser precision holds several, are as it must be."""
    from rvhctl.policy.planning import coarser, many_alone

    precision, count = evaluation.precision, len(evaluation.fleet)
    assert precision is not None
    are, their = ("is", "its") if alone == 1 else ("are", "their")
    nodes = counted(count, "node")
    text = f"{alone} of {nodes} {are} alone in {their} cell at -p {precision} and cannot be judged by others"
    better = coarser(evaluation.fleet, precision, alone)
    if better is not None:
        letters, left = better
        report.warn(f"{text}; -p {letters} holds several in a cell and leaves {left or 'none'} alone")
    elif many_alone(alone, count):
        report.warn(f"{text}; no coarser -p holds several")
    else:
        report.info(text)


def _few(ids: list[str]) -> str:
    """The first of the ids, and how many there are more."""
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return f"{', '.join(map(quoted, ids[:NAMED]))}{more}"


def _say(report: Report, evaluation: Evaluation) -> None:
    if not report.says("info"):
        return
    kept = f"kept {len(evaluation)} of {counted(len(evaluation.fleet), 'node')}"
    report.info(f"{kept}; {_dropped(evaluation)}; {_verdicts(evaluation)}")
    for cell, owner in evaluation.joined:
        report.info(f"the cell {cell} joined {owner}")
    report.debug(
        f"{counted(len(evaluation.fleet), 'node')} on the {core_name()} core in {report.milliseconds():.1f} ms"
    )
