"""Plain text: ids, one a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rvhctl.formats.choice import FORMATS

if TYPE_CHECKING:
    # A key alone needs no records, and their import would be a tenth of answering for it.
    from rvhctl.formats.shapes import OwnRecords, Picked, View


def write_view(view: View) -> Iterator[bytes]:
    """Return the rows as TSV without a header."""
    pieces: Iterator[bytes] = FORMATS["tsv"].load().write_view(view, delimiter="\t", header=False)
    return pieces


def write_records(records: OwnRecords, picked: Picked) -> Iterator[bytes]:
    """Return the picked ids, one a line."""
    return records.join_ids(picked)


def join_rows(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows of values with tabs between them; bytes are as they are."""
    cells = ([cell if type(cell) is bytes else str(cell).encode() for cell in row] for row in rows)
    return b"".join([b"\t".join(row) + b"\n" for row in cells])


def join_records(records: Sequence[bytes]) -> bytes:
    """Return lines as they are."""
    return b"\n".join([*records, b""])
