"""Both commands over nodes: read, decide, write, and end as the decision says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final

from rvhctl.cli.node_options import WITH_EXPLAIN, NodeOptions
from rvhctl.cli.options import Run, refuse
from rvhctl.cli.report import Report
from rvhctl.commands._decisions import ending, report_decision, require_nodes
from rvhctl.commands._page import write_advice, write_answer
from rvhctl.concurrency import steps
from rvhctl.concurrency.processors import usable_processors
from rvhctl.errors import FaultsetError, InputError, NoSurvivorsError, UnknownNodeError, UsageError
from rvhctl.formats import jsontext
from rvhctl.formats.choice import (
    OBJECTS,
    OutputFormat,
    answer_format,
    asked_format,
    is_page,
    refuse_terminal,
    writes_records,
)
from rvhctl.formats.write import write_records, write_view
from rvhctl.nodes.documents import ROUTING, id_texts, labels_in, without_limits
from rvhctl.nodes.fields import KNOWN, Coordinates
from rvhctl.nodes.flags import nodes_given
from rvhctl.nodes.nodes import Nodes, NodesBuilder
from rvhctl.nodes.read import read_nodes
from rvhctl.policy.decision import WithinThreshold, decide
from rvhctl.policy.request import Request, advised_policy, has_limit, policy_of, routing_in, suited
from rvhctl.streams.sink import Sink

if TYPE_CHECKING:
    from rvhctl.batch.blocks import Kind
    from rvhctl.formats.shapes import View
    from rvhctl.policy.decision import Decision
    from rvhctl.policy.memory import Memory
    from rvhctl.policy.views import Outlook

ANSWERS: Final = ("plan", "explain", "drill")
"""What is shown in place of the survivors; one at a time."""


def answer(asked: NodeOptions, files: list[str] | None, run: Run) -> None:
    """Read the nodes, decide which of them serve, and write these or a view of all.

    Raises:
        NoSurvivorsError: nobody serves (unless ``--fail-on`` is given).
        HealthError: a group is as bad as ``--fail-on`` says.
    """
    report, sink = Report(run.level), Sink()
    refuse("without --batch", run.flags("jobs", "unordered"))
    asked.refuse_stdin_twice(files)
    flags = asked.check()
    format_ = asked_format(run.output, run.json)
    refuse_terminal(format_, sink)
    nodes = _read(asked, flags, files, run, report)
    request = _request(asked, flags, nodes)._replace(page=is_page(format_))
    require_nodes(nodes, report, asked.source.from_)
    if request.auto:
        request, why = suited(request, nodes.fleet, usable_processors())
        report.info(f"-p auto takes {request.precision}: {why}")
    with _decided(nodes, request, run) as decision:
        outlook = _outlook(asked, nodes, decision, request)
        end = ending(nodes, decision, request, outlook)
        report_decision(report, nodes, decision, request, outlook, str(end))
        written_as = answer_format(format_, nodes.shape, sink)
        if request.page:
            assert not isinstance(decision, WithinThreshold)
            write_answer(asked.command, nodes, decision, outlook, request, nodes.stated(flags), sink)
        elif outlook is not None or request.explain:
            _write_view(nodes, decision, request, outlook, written_as, sink, run)
        elif not isinstance(end, NoSurvivorsError):
            _write(nodes, decision, request, written_as, sink, run)
        sink.flush()
    if end is not None:
        raise report.ending(end)
    report.finish()


def advise(asked: NodeOptions, files: list[str] | None, run: Run) -> None:
    """Read the nodes, and write which precision suits them."""
    from rvhctl.policy.advice import advise as advise_fleet
    from rvhctl.policy.views import advice_view

    report, sink = Report(run.level), Sink()
    refuse("without --batch", run.flags("jobs", "unordered"))
    asked.refuse_stdin_twice(files)
    flags = asked.check()
    asked.refuse_with_advice()
    format_ = asked_format(run.output, run.json)
    refuse_terminal(format_, sink)
    nodes = _read(asked, flags, files, run, report)
    require_nodes(nodes, report, asked.source.from_)
    members = nodes.stated(flags)
    asked.check_together(members)
    view = advice_view(advise_fleet(nodes.fleet, advised_policy(members), usable_processors()))
    if is_page(format_):
        write_advice(asked.command, nodes, view, members, sink)
    else:
        write_view(view, answer_format(format_, nodes.shape, sink), sink, run.color)
    sink.flush()
    report.finish()


def answer_batch(kind: Kind, asked: NodeOptions, files: list[str] | None, run: Run) -> None:
    """Answer requests; what the flags state is their default."""
    from rvhctl.commands._batch import run_batch

    asked.refuse_stdin_twice(files)
    flags = asked.members()
    report = Report(run.level)
    if (inventory := _inventory(asked, flags, run, report)) is not None:
        flags["inventory"] = [jsontext.exactly(text, jsontext.loads(text)) for text in inventory.records]
    # A floor is for those requests that have a relative limit.
    policy_of({"threshold": 0.0, "relative": 1.0, **flags})
    routing_in(flags)
    run_batch(kind, files, flags, run, report, asked.only_without_batch())


def _read(
    asked: NodeOptions, flags: Mapping[str, Any], files: list[str] | None, run: Run, report: Report
) -> Nodes:
    """Return the nodes that were measured; with an inventory, from a flag or a document, those that ought to be."""
    on_bad = report.on_bad(run.on_error)
    _check_source(asked, files, run)
    inventory = _inventory(asked, flags, run, report)
    nodes = _measured(asked, flags, files or [], run, report, known=inventory is not None)
    if inventory is None:
        records = nodes.stated(flags).get("inventory")
        if records is None:
            return nodes
        from rvhctl.nodes.inventory.read import stated_inventory

        inventory = stated_inventory(records, nodes.stated_in, on_bad)
    from rvhctl.nodes.inventory.join import join

    members = nodes.stated(flags)
    alone = nodes.lone and without_limits(members)
    in_vain = inventory.say_measured if alone else not nodes.total and without_limits(members)
    nodes = join(
        nodes,
        inventory,
        coordinates=asked.groups is not None,
        latency=not without_limits(members),
        by=_labels(asked, members) or (),
        on_bad=on_bad,
        inform=report.info,
    )
    nodes.fleet.unmeasured = alone
    warnings = [] if alone else [*nodes.fleet.warnings]
    if in_vain:
        warnings.insert(0, _says_nothing(inventory, stated=asked.source.inventory is None, alone=alone))
    nodes.fleet.warnings = warnings
    for warning in warnings:
        report.warn(warning)
    return nodes


def _says_nothing(inventory: Nodes, *, stated: bool, alone: bool) -> str:
    """Say that latencies of an inventory, or a tool that measured nobody, are no measurements of a drill.

    ``stated``: by a document.
    """
    from rvhctl.nodes.inventory.given import NOTHING_MEASURED, UNUSED

    if alone:
        way = "state it as nodes" if stated else "give it as a FILE"
        return f"{inventory.source}: {UNUSED.format(way)}"
    return NOTHING_MEASURED.format("leave nodes out" if stated else "give </dev/null and no FILE")


def _check_source(asked: NodeOptions, files: list[str] | None, run: Run) -> None:
    """Check what says where nodes come from.

    Raises:
        UsageError: two ways at once, or a flag would do nothing.
    """
    asked.refuse_source()
    if not asked.source.by_flags:
        if asked.source.from_ is not None:
            refuse("with --from", run.flags("input_format"))
        return
    if files:
        raise UsageError("give nodes with flags or in FILEs, not both")
    refuse("with --nodes", run.flags("input_format"))


def _inventory(asked: NodeOptions, flags: Mapping[str, Any], run: Run, report: Report) -> Nodes | None:
    """Return the nodes of ``--inventory``, if it is given."""
    name = asked.source.inventory
    if name is None:
        refuse("without --inventory", asked.source.flags("inventory_column"))
        return None
    from rvhctl.nodes.inventory.read import read_inventory

    columns = _with_labels(asked.source.inventory_columns(), asked, flags)
    on_bad = report.on_bad(run.on_error)
    by = _labels(asked, flags) or ()
    return read_inventory(name, columns, by=by, on_bad=on_bad, warn=report.warn, inform=report.info)


def _measured(
    asked: NodeOptions, flags: Mapping[str, Any], files: list[str], run: Run, report: Report, *, known: bool
) -> Nodes:
    """Return the nodes from flags, or from FILEs or standard input: node documents, or a tool's measurements.

    ``known``: an inventory may know where they stand.
    """
    source, in_groups = asked.source, asked.groups is not None
    coordinates: Coordinates = KNOWN if known and in_groups else in_groups
    if source.by_flags:
        return nodes_given(source.nodes, source.latencies, coordinates=coordinates)
    on_bad = report.on_bad(run.on_error)
    if asked.nothing_measured(files):
        report.info("nothing was measured: the drill is that of the inventory")
        nothing = NodesBuilder().build(OBJECTS)
        nothing.lone = True
        return nothing
    if source.from_ is None:
        final = not in_groups and not known and not is_page(run.output) and _is_final(asked, flags)
        within = asked.limits.threshold if final else None
        nodes = read_nodes(
            files,
            run.input_format,
            coordinates=coordinates,
            on_bad=on_bad,
            latency=not without_limits(flags),
            within=within,
            by=None if known else _labels(asked, flags),
            columns=_with_labels(source.columns(), asked, flags),
            records=known or (flags.keys().isdisjoint(ANSWERS) and writes_records(run.output)),
        )
        for note in nodes.notes:
            report.info(f"{nodes.source}: {note}")
        return nodes
    from rvhctl.formats.tools.measured import Asked
    from rvhctl.nodes.probes import check_target, read_probes

    return read_probes(
        files,
        source.from_,
        Asked(on_bad, check_target, source.unit, source.id_label, source.columns()),
        coordinates=coordinates,
        by=labels_in(flags),
        warn=report.warn,
        inform=report.info,
    )


def _labels(asked: NodeOptions, members: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the labels that group nodes, if they are to be grouped by any; None where they must not be.

    Flags that ask for cells win over labels that a document states.
    """
    if asked.groups is None or "precision" in members or asked.views.flags("advise"):
        return None
    return labels_in(members)


def _with_labels(columns: dict[str, str], asked: NodeOptions, members: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns, and labels by themselves."""
    return {**{label: label for label in _labels(asked, members) or ()}, **columns}


def _is_final(asked: NodeOptions, flags: Mapping[str, Any]) -> bool:
    """Whether nothing but the flags' threshold decides, so that slower nodes are never looked at again."""
    return "threshold" in flags and asked.request(flags).threshold_only


def _request(asked: NodeOptions, flags: Mapping[str, Any], nodes: Nodes) -> Request:
    """Return what flags and documents ask for together; flags win."""
    members = nodes.stated(flags)
    if not flags.keys().isdisjoint(ANSWERS):
        asked_for = {*ANSWERS} if "explain" not in flags else {*ANSWERS, *ROUTING}
        members = {name: value for name, value in members.items() if name not in asked_for or name in flags}
    elif len(several := [name for name in ANSWERS if members.get(name)]) > 1:
        raise InputError(f"{' and '.join(several)} exclude each other", source=nodes.stated_in)
    elif members.get("explain") and "top" in members and "top" not in flags:
        raise InputError(f"top makes no sense {WITH_EXPLAIN.replace('--', '')}", source=nodes.stated_in)
    if not has_limit(members) and "drill" not in members:
        raise UsageError("--threshold is missing: give it in milliseconds, or --relative")
    asked.check_together(members)
    try:
        return asked.request(members)
    except FaultsetError as error:
        # The flags have been judged before.
        raise InputError(str(error), source=nodes.stated_in) from None


@contextmanager
def _decided(nodes: Nodes, request: Request, run: Run) -> Iterator[Decision]:
    """Decide one round. Its memory is kept when all is done with it, so only if the answer was written.

    A what-if reads the memory and leaves it as it is.
    """
    if request.memory is None:
        yield _decision(nodes, request, run, None)
        return
    from rvhctl.policy.memory_file import locked, read_memory, write_memory

    advances = request.failed is None and request.drill is None
    with locked(request.memory) if advances else nullcontext():
        decision = _decision(nodes, request, run, read_memory(request.memory))
        yield decision
        assert not isinstance(decision, WithinThreshold)
        if advances and decision.memory is not None:
            write_memory(request.memory, decision.memory)


def _decision(nodes: Nodes, request: Request, run: Run, memory: Memory | None) -> Decision:
    """Decide at a stretch, or in turns of an event loop."""
    try:
        if not run.async_:
            return steps.run(decide(nodes.fleet, request, memory))
        import asyncio

        return asyncio.run(steps.run_in_turns(decide(nodes.fleet, request, memory, steps.TURN)))
    except UnknownNodeError as error:
        assert request.failed is not None
        document = tuple(id_texts(nodes.stated({}).get(error.member, ())))
        if document and document in (request.failed.ids, request.failed.cells, request.failed.groups):
            raise InputError(f"{error.member}: {error}", source=nodes.stated_in) from None
        raise UsageError(f"--{error.member.replace('_', '-')}: {error}") from None


def _outlook(asked: NodeOptions, nodes: Nodes, decision: Decision, request: Request) -> Outlook | None:
    """Return the plan or the drill that is asked for.

    Raises:
        InputError: the demand is not that of these groups.
    """
    if isinstance(decision, WithinThreshold) or not (request.plan or request.drill):
        return None
    from rvhctl.policy.views import outlook_of

    try:
        return outlook_of(decision, request)
    except FaultsetError as error:
        raise InputError(str(error), source=getattr(asked.views, "demand", None) or nodes.stated_in) from None


def _write_view(
    nodes: Nodes,
    decision: Decision,
    request: Request,
    outlook: Outlook | None,
    format_: OutputFormat,
    sink: Sink,
    run: Run,
) -> None:
    """Write the view that is asked for."""
    from rvhctl.policy.views import asked_view, shown_ids

    assert not isinstance(decision, WithinThreshold)
    write_view(asked_view(decision, outlook, shown_ids(nodes), request.top), format_, sink, run.color)


def _write(
    nodes: Nodes, decision: Decision, request: Request, format_: OutputFormat, sink: Sink, run: Run
) -> None:
    """Write the survivors."""
    picked = decision.first_of_each(request.top)

    def view() -> View:
        from rvhctl.policy.views import answer_view

        return answer_view(nodes, decision, request.top)

    write_records(format_, nodes, picked, view, sink, run.color)
