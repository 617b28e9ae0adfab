"""From what is asked to the answer: nodes, then records, then what becomes of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

from rvhctl.cli.options import refuse
from rvhctl.cli.report import Report
from rvhctl.cli.version import core_name
from rvhctl.core.keys.lines import DECIMAL
from rvhctl.core.keys.rows import ROWS
from rvhctl.errors import JumpHashError, OnBad, UsageError
from rvhctl.formats.choice import InputFormat, OutputFormat, answer_format, asked_format
from rvhctl.formats.wording import counted
from rvhctl.keys.fields import RESERVED, FieldPath, LinePattern
from rvhctl.keys.key import KeyRule
from rvhctl.keys.lines import FieldKeys, LineKeys, TextKeys
from rvhctl.keys.records import (
    Records,
    RecordShape,
    Taking,
    flag_records,
    read_records,
    shape_of,
)
from rvhctl.keys.stream import answer_lines
from rvhctl.placement.job import Output, PlaceJob
from rvhctl.placement.placement import Placement, keys_at_once
from rvhctl.placement.request import Fleet, buckets_named, check_fleet, members_of, placements
from rvhctl.streams.lookalike import explained
from rvhctl.streams.sink import Sink
from rvhctl.streams.source import Source, is_stdin, source_names
from rvhctl.streams.terminal import ColorChoice


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The flags that say which keys, and what becomes of them."""

    files: Sequence[str] = ()
    keys: Sequence[str] = ()
    null: bool = False
    field: str | None = None
    regex: str | None = None
    replicas: int | None = None
    allow_fewer: bool = False
    only: Sequence[str] | None = None
    allow_empty: bool = False
    split_to: str | None = None
    force: bool = False
    moves: bool = False
    stats: bool = False
    explain: bool = False
    output: OutputFormat = "auto"
    json: bool = False
    input_format: InputFormat = "auto"
    color: ColorChoice = "auto"
    jobs: int | None = None


class Action(Protocol):
    """What becomes of records."""

    def output(self, shape: RecordShape) -> Output | None:
        """What goes out for lines of that shape straight from their bytes; None: ``add`` has to."""
        ...

    def write(self, answers: bytes) -> None:
        """Take what ``output`` gave."""
        ...

    def add(self, records: Records) -> None: ...

    def finish(self) -> None: ...


def run(fleet: Fleet, wish: Wish, report: Report, on_bad: OnBad) -> None:
    """Answer.

    Raises:
        UsageError: flags contradict one another.
        RvhctlError: an input is wrong, nobody is live, or nothing was selected.
    """
    check_fleet(fleet, reads_stdin=not wish.keys and (not wish.files or any(map(is_stdin, wish.files))))
    _check_wish(fleet, wish)
    taking = Taking(
        rule=KeyRule(),
        path=None if wish.field is None else FieldPath(wish.field),
        pattern=None if wish.regex is None else LinePattern(wish.regex),
        delimiter=b"\0" if wish.null else b"\n",
        reserved=(),
    )
    here, there = placements(members_of(fleet))
    sink = Sink()
    sources = [] if wish.keys else [Source(name, raw=wish.null) for name in source_names(wish.files)]
    # What was looked at stays open until its turn comes: a pipe cannot be opened twice.
    shapes = [shape_of(source, wish.input_format, taking) for source in sources]
    shape = shapes[0] if len(set(shapes)) == 1 else "ndjson" if shapes else "plain"
    with ExitStack() as stack:
        action, taking = _action(fleet, wish, here, there, shape, sink, taking, stack)
        if wish.keys:
            action.add(flag_records([os.fsencode(key) for key in wish.keys], taking))
        for source, of_source in zip(sources, shapes, strict=True):
            with source, nullcontext() if of_source == "plain" else explained(source.name, source.head):
                _answer(source, of_source, action, here, taking, wish, sink, on_bad)
        action.finish()
    report.debug(f"{here} on the {core_name()} core in {report.milliseconds():.1f} ms")
    report.finish()


def _check_wish(fleet: Fleet, wish: Wish) -> None:
    """Flags that would do nothing, or not go together, are errors.

    Raises:
        UsageError: some are.
    """
    if wish.keys and wish.files:
        raise UsageError("give keys with -k or in FILEs, not both")
    if wish.keys:
        refuse("with --key", {"--null": wish.null, "--input-format": wish.input_format != "auto"})
    if wish.field is not None and wish.regex is not None:
        raise UsageError("--field and --regex exclude each other")
    if wish.field is not None:
        refuse("with --field", {"--key": wish.keys, "--null": wish.null})
    views = {
        "--only": wish.only is not None,
        "--split-to": wish.split_to is not None,
        "--stats": wish.stats,
        "--explain": wish.explain,
        "--to": fleet.compared,
    }
    asked = [flag for flag, value in views.items() if value]
    if len(asked) > 1:
        raise UsageError(f"{asked[0]} and {asked[1]} exclude each other")
    refuse("without --to, --to-nodes or --to-down", {"--moves": wish.moves and not fleet.compared})
    refuse("without --only", {"--allow-empty": wish.allow_empty and wish.only is None})
    refuse("without --split-to", {"--force": wish.force and wish.split_to is None})
    refuse("without --replicas", {"--allow-fewer": wish.allow_fewer and wish.replicas is None})


def _action(
    fleet: Fleet,
    wish: Wish,
    here: Placement,
    there: Placement | None,
    shape: RecordShape,
    sink: Sink,
    taking: Taking,
    stack: ExitStack,
) -> tuple[Action, Taking]:
    """What becomes of the records, and what that asks of their keys."""
    asked = asked_format(wish.output, wish.json)
    integers = here.recipe.in_core == DECIMAL
    if wish.only is not None or wish.split_to is not None:
        if asked not in ("auto", shape):
            raise UsageError(f"records go out as they came in: -o {asked} makes no sense here")
        return _selection(wish, here, sink, stack), replace(taking, rule=KeyRule(integers))
    view = wish.stats or wish.explain or there is not None
    # Only bare answers to bare keys are no table on a terminal.
    format_ = answer_format(asked, "flags" if view and shape == "plain" else shape, sink)
    counted = wish.stats or (there is not None and not wish.moves)
    rule = KeyRule(integers, utf8=not counted and format_ != "plain")
    if counted or view:
        return _view(wish, here, there, format_, sink), replace(taking, rule=rule)
    from rvhctl.placement.place import PlaceAction

    action = PlaceAction(
        here,
        _replicas(wish, here),
        format_,
        sink,
        wish.color,
        objects=taking.path is not None,
        pattern=taking.pattern is not None,
    )
    return action, replace(taking, rule=rule, reserved=_reserved(wish, here, format_))


def _selection(wish: Wish, here: Placement, sink: Sink, stack: ExitStack) -> Action:
    from rvhctl.placement.select import OnlyAction, SplitAction

    if wish.only is not None:
        return OnlyAction(here, buckets_named(wish.only, here.nodes, "--only"), wish.allow_empty, sink)
    assert wish.split_to is not None
    action = SplitAction(here, wish.split_to, wish.force)
    stack.enter_context(action.files.writing())
    return action


def _view(wish: Wish, here: Placement, there: Placement | None, format_: OutputFormat, sink: Sink) -> Action:
    from rvhctl.placement.count import ExplainAction, MovesAction, StatsAction, ToAction

    if wish.stats:
        return StatsAction(here, format_, sink, wish.color)
    if wish.explain:
        return ExplainAction(here, _replicas(wish, here) or 1, format_, sink, wish.color)
    assert there is not None
    return (MovesAction if wish.moves else ToAction)(here, there, format_, sink, wish.color)


def _replicas(wish: Wish, here: Placement) -> int | None:
    """How many replicas each key gets; None where only owners are asked for.

    Raises:
        JumpHashError: fewer nodes are live, and that is not allowed.
    """
    if wish.replicas is None:
        return None
    live = here.nodes.live
    if wish.replicas > live and not wish.allow_fewer:
        there = counted(live, "live node" if here.nodes.ids else "live bucket")
        raise JumpHashError(
            f"--replicas {wish.replicas}, but there {'is' if live == 1 else 'are'} {there}; "
            "--allow-fewer takes what there is"
        )
    return here.replica_count(wish.replicas, True)


def _reserved(wish: Wish, here: Placement, format_: OutputFormat) -> tuple[str, ...]:
    """What is added to records with a field."""
    if wish.field is None or format_ in ("plain", "table"):
        return ()
    bucket, node, replicas = RESERVED
    return (bucket, *([node] if here.nodes.ids else []), *([replicas] if wish.replicas else []))


def _answer(
    source: Source,
    shape: RecordShape,
    action: Action,
    here: Placement,
    taking: Taking,
    wish: Wish,
    sink: Sink,
    on_bad: OnBad,
) -> None:
    """The records of one source."""
    keys = _line_keys(shape, here, taking)
    output = None if keys is None else action.output(shape)
    if keys is None or output is None:
        for records in read_records(source, shape, taking, on_bad):
            action.add(records)
        return
    delimiter = b"\n" if shape == "ndjson" else taking.delimiter
    rows = keys_at_once(min(wish.replicas or 1, here.nodes.live), ROWS)
    with source.reading():
        answer_lines(
            source.stream,
            PlaceJob(keys, output, delimiter, rows),
            source_name=source.name,
            jobs=wish.jobs,
            write=action.write,
            flush=sink.flush,
            on_bad=on_bad,
        )


def _line_keys(shape: RecordShape, here: Placement, taking: Taking) -> LineKeys | None:
    """How lines of that shape are read straight from their bytes, if they can be."""
    if shape == "plain" and not taking.rule.utf8:
        return TextKeys(here.recipe, taking.delimiter, taking.pattern)
    if shape == "ndjson" and taking.path is not None:
        return FieldKeys(here.recipe, taking.path, taking.reserved)
    return None
