"""Plain text: ids, one a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rvhctl.formats.choice import FORMATS

if TYPE_CHECKING:
    # A key alone needs no records, and their import would be a tenth of answering for it.
    from rvhctl.formats.shapes import OwnRecords, Picked, View


def write_view(view: View) -> Iterator[bytes]:
    """Return the rows as TSV without a header."""
    pieces: Iterator[bytes] = FORMATS["tsv"].load().write_rows(None, view.text_rows(), delimiter="\t")
    return pieces


def write_records(records: OwnRecords, picked: Picked) -> Iterator[bytes]:
    """Return the picked ids, one a line."""
    return records.join_ids(picked)
