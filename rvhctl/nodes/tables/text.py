"""Tables as NDJSON, where they are not read by their columns, and their rows again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from rvhctl.errors import InputError
from rvhctl.formats.choice import CELLS, FORMATS
from rvhctl.formats.shapes import Layout, Picked
from rvhctl.nodes.nodes import Nodes
from rvhctl.streams.source import Source


def table_or_text(source: Source, columns: Mapping[str, str], needed: Collection[str]) -> bytes:
    """Return the text of a source; of a table of Arrow, its rows as NDJSON, with the columns that are fields called so.

    Args:
        columns: the columns by their fields, as the user says.
        needed: fields that each node needs; where two columns may be one of these, they are refused.

    Raises:
        InputError: it cannot be read or understood.
    """

    source.layout_of = partial(layout_of_table, source.name, columns, needed)
    return source.read_all()


def layout_of_table(
    source: str, columns: Mapping[str, str], needed: Collection[str], names: Sequence[str]
) -> Layout:
    from rvhctl.formats.headers import layout_of

    try:
        return layout_of(FORMATS[CELLS].opening(names), source, CELLS, columns, needed)
    except InputError as error:
        problem = error.problem.replace("TSV header", "table")
        raise InputError(problem, source=source, value=error.value, hint=error.hint) from None


def notes_of(sources: Sequence[Source]) -> list[str]:
    """What was understood of the columns of tables, each once."""
    layouts = [source.layout for source in sources if source.layout is not None]
    return list(dict.fromkeys(layout.note for layout in layouts if layout.note))


def rows_of(sources: Sequence[Source], nodes: Nodes) -> Callable[[Picked], Any] | None:
    """Return what finds the rows of nodes, if all sources are tables."""
    if any(source.table is None for source in sources):
        return None
    tables = []
    for source in sources:
        layout: Layout = source.layout
        name = layout.header[layout.names.index("id")] if "id" in layout.names else "id"
        tables.append((source.table, name))
    from rvhctl.formats.arrow.tables import rows_by_id

    def rows(picked: Picked) -> Any:
        return rows_by_id(tables, b"".join(nodes.join_ids(picked)).decode().split("\n")[:-1])

    return rows
