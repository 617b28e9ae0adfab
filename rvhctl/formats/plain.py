"""Plain text: ids, one a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # A key alone needs no records, and their import would be a tenth of answering for it.
    from rvhctl.formats.shapes import OwnRecords, Picked


def write_records(records: OwnRecords, picked: Picked) -> Iterator[bytes]:
    """Return the picked ids, one a line."""
    return records.join_ids(picked)
