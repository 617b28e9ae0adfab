"""The records of one source, as straight from their bytes as their format allows."""

from __future__ import annotations

from rvhctl.core.keys.lines import DECIMAL
from rvhctl.core.keys.rows import ROWS, KeyRows
from rvhctl.core.words import COMPILED
from rvhctl.errors import OnBad
from rvhctl.formats.choice import FORMATS, DataFormat, OutputFormat, output_of
from rvhctl.keys.cells import CellKeys, opened_table, table_answers
from rvhctl.keys.elements import ElementKeys, answer_elements
from rvhctl.keys.fields import RESERVED
from rvhctl.keys.lines import FieldKeys, LineKeys, TextKeys
from rvhctl.keys.records import KeySpec, Records, key_columns, layout_of, read_records
from rvhctl.keys.stream import answer_source
from rvhctl.placement.job import Action, Output, line_job
from rvhctl.placement.placement import Placement, keys_at_once
from rvhctl.streams.sink import Sink
from rvhctl.streams.source import Source


def added_names(
    placement: Placement, replicas: int | None, spec: KeySpec, format_: OutputFormat
) -> tuple[str, ...]:
    """Return the names of what is added to records with a field; other answers repeat no record."""
    output = output_of(format_)
    if spec.path is None or not (output.objects or output.delimiter):
        return ()
    bucket, node, listed = RESERVED
    return (bucket, *([node] if placement.nodes.ids else []), *([listed] if replicas else []))


def answer_records(
    source: Source,
    shape: DataFormat,
    action: Action,
    here: Placement,
    spec: KeySpec,
    replicas: int | None,
    jobs: int | None,
    sink: Sink,
    on_bad: OnBad,
) -> int:
    """Answer for the records of one source; how many.

    Args:
        replicas: how many owners of each key ``action`` asks for; None is one.
        jobs: processes for a large regular file; None: as many as there are usable processors.
        sink: flushed before each read that could wait.
    """
    written = spec.rule.utf8 and action.writes_keys(shape)
    keys = line_keys(shape, here, spec, written)
    table = _reads_cells(shape, here, written)
    delimiter = spec.separation.delimiter if spec.separation else ""
    output = action.output(shape, delimiter) if table or keys else None
    rows = keys_at_once(min(replicas or 1, here.nodes.live), ROWS)
    if output is None:
        count = 0
        for records in read_records(source, shape, spec, on_bad):
            action.add(records)
            count += len(records.keys)
        return count
    if keys is None:
        return _answer_table(source, shape, action, output, here, spec, KeyRows(rows), jobs, sink, on_bad)
    line_end = spec.delimiter if FORMATS[shape].text else b"\n"
    job = line_job(keys, here, output, line_end, rows)
    if isinstance(keys, ElementKeys):
        return answer_elements(source, keys, job, sink, on_bad, action.write)
    return answer_source(source, job, sink, jobs, on_bad, action.write)


def _answer_table(
    source: Source,
    shape: DataFormat,
    action: Action,
    output: Output,
    here: Placement,
    spec: KeySpec,
    rows: KeyRows,
    jobs: int | None,
    sink: Sink,
    on_bad: OnBad,
) -> int:
    """The rows of one table, from their bytes; how many."""
    table = opened_table(source, shape, spec)
    header = table.rows.header
    at = key_columns(table.rows, spec) if header else []
    action.add(Records(shape, [], [], layout_of(table.rows)))
    answered = 0
    if header:
        keys = CellKeys(here.recipe, spec, table.rows, at, spec.rule.utf8 and action.writes_keys(shape))
        for answers, count in table_answers(source, table, keys, rows, output, jobs, on_bad):
            if answers:
                action.write(answers)
            else:
                sink.flush()
            answered += count
    return answered


def _reads_cells(shape: DataFormat, here: Placement, written: bool) -> bool:
    """Whether rows of that shape, whose keys may be written again, are read straight from their bytes."""
    integers = here.recipe.in_core == DECIMAL
    native = here.recipe.name == "xxh64" or (integers and not written)
    return COMPILED and native and bool(FORMATS[shape].delimiter)


def line_keys(shape: DataFormat, here: Placement, spec: KeySpec, written: bool) -> LineKeys | None:
    """How lines of that shape, whose keys may be written again, are read straight from their bytes, if they can be."""
    format_ = FORMATS[shape]
    # An integer that is written again loses its leading zeros.
    if written and (spec.rule.integers or not COMPILED):
        return None
    if format_.text:
        return TextKeys(here.recipe, spec.delimiter, spec.pattern, written)
    if format_.objects:
        return (FieldKeys if format_.objects == "lines" else ElementKeys)(here.recipe, spec, written)
    return None
