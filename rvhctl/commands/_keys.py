"""From what is asked to the answer: nodes, then records, then what becomes of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from rvhctl.cli.key_options import Answer, Bound, KeyRequest, Nodes, check_request, check_together
from rvhctl.cli.report import Report
from rvhctl.core.keys.lines import DECIMAL
from rvhctl.errors import JumpHashError, OnBad, UsageError, quoted
from rvhctl.formats.choice import (
    FORMATS,
    OBJECTS,
    TEXT,
    DataFormat,
    OutputFormat,
    answer_format,
    asked_format,
    output_of,
    refuse_terminal,
)
from rvhctl.formats.wording import counted
from rvhctl.keys.fields import LinePattern, field_paths, size_path
from rvhctl.keys.key import KeyRule
from rvhctl.keys.records import (
    KeySpec,
    flag_records,
    separation_in,
    shape_of,
)
from rvhctl.placement.job import Action
from rvhctl.placement.placement import Placement
from rvhctl.placement.request import HASHES, placements
from rvhctl.placement.sources.answer import added_names, answer_records
from rvhctl.streams.lookalike import explained
from rvhctl.streams.sink import Sink
from rvhctl.streams.source import Source, source_names

if TYPE_CHECKING:
    from rvhctl.keys.sizes import NamedSizes


def answer_keys(request: KeyRequest, report: Report) -> None:
    """Answer for each key or record.

    Raises:
        UsageError: flags contradict one another.
        RvhctlError: an input is wrong, nobody is live, or nothing was selected.
    """
    check_request(request)
    keys = request.keys
    spec = key_spec(request, report)
    here, there = placements_given(members_given(request.flags(), report), request.nodes)
    gather = None
    if request.bound.stated():
        here, there, gather = _gathering(request.bound, here, there, report)
    sink = Sink()
    refuse_terminal(request.run.output, sink)
    names = [] if keys.key else source_names(request.files)
    sources = [Source(name, raw=keys.null) for name in names]
    # What was looked at stays open until its turn comes: a pipe cannot be opened twice.
    shapes = [shape_of(source, request.run.input_format, spec) for source in sources]
    alike = len(set(shapes)) == 1 or all(FORMATS[each].columns for each in shapes)
    shape = (shapes[0] if alike else OBJECTS) if shapes else TEXT
    on_bad = report.on_bad(request.run.on_error)
    with ExitStack() as stack:
        action, asked = _action(request, here, there, shape, sink, spec, stack, report)
        action = gather(action) if gather else action
        count = 0
        if keys.key:
            action.add(flag_records([os.fsencode(key) for key in keys.key], asked))
            count = len(keys.key)
        for source, of_source in zip(sources, shapes, strict=True):
            with source, nullcontext() if FORMATS[of_source].text else explained(source):
                spec = _separated(source, of_source, asked, report)
                count += _answer(source, of_source, action, here, spec, request, sink, on_bad)
        action.finish()
    report.answered("key", count)


def key_spec(request: KeyRequest, report: Report) -> KeySpec:
    """Where a record has its key, and what a key must be, as far as flags tell."""
    keys, fields = request.keys, request.fields
    path, *further = (None,) if fields.field is None else field_paths(fields.field)
    if further and keys.hash == "int":
        raise UsageError("--field with several fields makes a text of them, and --hash int takes integers")
    if further:
        report.info(f"a key is made of {len(further) + 1} fields: {fields.field}")
    return KeySpec(
        KeyRule(as_text=fields.as_text),
        path,
        tuple(further),
        pattern=None if fields.regex is None else LinePattern(fields.regex),
        delimiter=b"\0" if keys.null else b"\n",
        size=None if request.bound.size is None else size_path(request.bound.size),
    )


def _separated(source: Source, shape: DataFormat, spec: KeySpec, report: Report) -> KeySpec:
    """How the records of one source are read: of a table, by what separates its columns."""
    usual = FORMATS[shape].delimiter
    if spec.size and FORMATS[shape].text:
        raise UsageError(
            "--size reads a field of records, and these are lines of text; --sizes FILE goes by key"
        )
    if not usual:
        return spec
    separation = separation_in(source, shape, spec)
    if separation.delimiter != usual:
        report.info(f"{source.name}: columns are separated by {quoted(separation.delimiter)}")
    return spec._replace(separation=separation)


def _gathering(
    bound: Bound, here: Placement, there: Placement | None, report: Report
) -> tuple[Placement, Placement | None, Callable[[Action], Action]]:
    """Assignments in place of placements, and what fills them before an action asks for owners."""
    from rvhctl.placement.bounded.assignment import Assignment
    from rvhctl.placement.bounded.gather import GatherAction

    sizes = _sizes(bound)
    assignments = [Assignment.over(each, bound.max_load) for each in (here, there) if each is not None]

    def gather(action: Action) -> Action:
        return GatherAction(action, assignments, sizes, report.info, report.warn)

    return assignments[0], assignments[1] if there else None, gather


def _sizes(bound: Bound) -> NamedSizes | None:
    """The sizes that a file tells."""
    if bound.sizes is None:
        return None
    from rvhctl.keys.sizes import read_sizes

    return read_sizes(bound.sizes)


def answer_batch(request: KeyRequest, report: Report) -> None:
    """Answer requests; the flags are their defaults, read once.

    Raises:
        UsageError: flags contradict one another, or name a node that there is not.
        RvhctlError: a list of nodes cannot be read, or some requests failed.
    """
    from rvhctl.batch.key_requests import NUMBERED_FLAGS
    from rvhctl.commands._batch import run_batch

    _, keys, _, fields, answer, _, run, bound, many = request
    flags = request.flags()
    check_together({**flags, **bound.stated()}, reads_stdin=not request.files)
    defaults = members_given(flags, report)
    defaults |= {name: True for name in ("stats", "explain", "matrix") if getattr(answer, name)}
    if answer.steps is not None:
        defaults["steps"] = str(answer.steps)
    if bound.max_load is not None:
        from rvhctl.placement.bounded.bounds import checked_load

        defaults["max_load"] = checked_load(bound.max_load)
    if bound.sizes is not None:
        defaults["sizes"] = _sizes(bound)
    if not defaults.keys() <= NUMBERED_FLAGS and ("buckets" in flags or "nodes" in flags):
        defaults["placements"] = placements_given(defaults, request.nodes)
    refused = answer.flags("only", "allow_empty", "split_to", "force", "moves")
    refused = {
        **keys.flags("key", "null"),
        **fields.flags("field", "regex"),
        **bound.flags("size"),
        **many.flags(),
        **refused,
    }
    run_batch("jump-hash", request.files, defaults, run, report, refused)


def placements_given(members: dict[str, Any], nodes: Nodes) -> tuple[Placement, Placement | None]:
    """The placement, and what it is compared with; ``--slots`` remembers who has which slot."""
    if nodes.slots is None:
        return placements(members)
    from rvhctl.placement.slots.slots import held
    from rvhctl.placement.slots.slots_file import slots_file

    with slots_file(
        nodes.slots, frozen=nodes.frozen, dry_run=nodes.dry_run, renames=nodes.rename or ()
    ) as file:
        found = placements({**members, "slots": file.settle})
    # Requests are about the same nodes.
    members["slots"] = partial(held, file.slots)
    return found


def members_given(flags: dict[str, Any], report: Report) -> dict[str, Any]:
    """The flags by the names that requests have for them; lists of nodes are read."""
    if flags.keys() <= {"buckets", "to", *HASHES}:
        return flags
    from rvhctl.placement.flags import members_of

    return members_of(flags, report.info)


def _action(
    request: KeyRequest,
    here: Placement,
    there: Placement | None,
    shape: DataFormat,
    sink: Sink,
    spec: KeySpec,
    stack: ExitStack,
    report: Report,
) -> tuple[Action, KeySpec]:
    """What becomes of the records, and what that asks of their keys."""
    answer, run = request.answer, request.run
    asked = asked_format(run.output, run.json)
    integers = here.recipe.in_core == DECIMAL
    if answer.only is not None or answer.split_to is not None:
        if FORMATS[shape].columns:
            from rvhctl.commands._tables import selected_rows

            spec = spec._replace(rule=spec.rule._replace(integers=integers))
            return selected_rows(request, here, shape, sink, spec, stack), spec
        if asked not in ("auto", shape):
            raise UsageError(f"records go out as they came in: -o {asked} makes no sense here")
        selection = _selection(answer, here, sink, spec.delimiter, stack)
        return selection, spec._replace(rule=spec.rule._replace(integers=integers))
    view = answer.stats or answer.explain or there is not None
    # Only bare answers to bare keys are no table on a terminal.
    format_ = answer_format(asked, "flags" if view and FORMATS[shape].text else shape, sink)
    counts = answer.stats or (there is not None and not answer.moves)
    utf8 = not (counts or output_of(format_).text)
    spec = spec._replace(rule=spec.rule._replace(integers=integers, utf8=utf8))
    if view:
        return _view(request, here, there, format_, sink, report), spec
    if output_of(format_).columns:
        from rvhctl.columnar.actions import TableAction

        return TableAction(here, replica_count(request.nodes, here), format_, sink, spec), spec
    from rvhctl.placement.place import PlaceAction

    spec = spec._replace(reserved=added_names(here, request.nodes.replicas, spec, format_))
    return PlaceAction(here, replica_count(request.nodes, here), format_, sink, run.color, spec), spec


def _selection(answer: Answer, here: Placement, sink: Sink, line_end: bytes, stack: ExitStack) -> Action:
    from rvhctl.placement.select import OnlyAction, SplitAction

    if answer.only is not None:
        from rvhctl.placement.flags import buckets_named

        return OnlyAction(here, buckets_named(answer.only, here.nodes), answer.allow_empty, sink, line_end)
    assert answer.split_to is not None
    action = SplitAction(here, answer.split_to, answer.force, line_end)
    stack.enter_context(action.files.writing())
    return action


def _view(
    request: KeyRequest,
    here: Placement,
    there: Placement | None,
    format_: OutputFormat,
    sink: Sink,
    report: Report,
) -> Action:
    from rvhctl.placement.count import ExplainAction, MovesAction, stats_action, to_action

    answer, color = request.answer, request.run.color
    if answer.stats:
        return stats_action(here, format_, sink, color)
    if answer.explain:
        return ExplainAction(here, replica_count(request.nodes, here) or 1, format_, sink, color)
    assert there is not None
    sized = bool(request.bound.flags("size", "sizes"))
    if answer.steps is not None:
        from rvhctl.placement.moving.steps import StepsAction

        return StepsAction(here, there, answer.steps, format_, sink, color, sized=sized, warn=report.warn)
    if answer.moves:
        return MovesAction(here, there, format_, sink, color, sized=sized)
    if answer.matrix:
        from rvhctl.placement.moving.matrix import matrix_action

        return matrix_action(here, there, format_, sink, color, sized=sized)
    return to_action(here, there, format_, sink, color, sized=sized)


def replica_count(nodes: Nodes, here: Placement) -> int | None:
    """How many replicas each key gets; None where only owners are asked for."""
    if nodes.replicas is None:
        return None
    live = here.nodes.live
    if nodes.replicas > live and not nodes.allow_fewer:
        there = counted(live, "live node" if here.nodes.ids else "live bucket")
        raise JumpHashError(
            f"--replicas {nodes.replicas}, but there {'is' if live == 1 else 'are'} {there}; "
            "--allow-fewer takes what there is"
        )
    return here.replica_count(nodes.replicas, True)


def _answer(
    source: Source,
    shape: DataFormat,
    action: Action,
    here: Placement,
    spec: KeySpec,
    request: KeyRequest,
    sink: Sink,
    on_bad: OnBad,
) -> int:
    """The records of one source; how many."""
    if FORMATS[shape].columns:
        from rvhctl.columnar.answers import answer_table

        return answer_table(
            source, shape, action, here, spec, replica_count(request.nodes, here) or 1, on_bad
        )
    replicas, jobs = request.nodes.replicas, request.run.jobs
    return answer_records(source, shape, action, here, spec, replicas, jobs, sink, on_bad)
