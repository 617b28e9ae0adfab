"""The cells of a fault set, one after another."""

from __future__ import annotations

from collections.abc import Iterator

from rvhctl.core.geo.geohash import cell_text
from rvhctl.core.policy.cells import Faultset
from rvhctl.nodes.nodes import Picked


def each_cell(faultset: Faultset) -> Iterator[tuple[str, int, Picked]]:
    """Each cell in order of first appearance: its geohash, how many nodes it has, its survivors."""
    starts = faultset.starts
    for number, (cell, count) in enumerate(zip(faultset.cells, faultset.counts, strict=True)):
        survivors = faultset.survivors[starts[number] : starts[number + 1]]
        yield cell_text(cell, faultset.precision), count, survivors


def first_of_each(faultset: Faultset, top: int | None) -> Picked:
    """The first ``top`` survivors of each cell, merged."""
    if top is None:
        return faultset.survivors
    return [row for _, _, rows in each_cell(faultset) for row in rows[:top]]
