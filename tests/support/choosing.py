"""What a chooser chooses for several keys, however often it comes back before they are done."""

from __future__ import annotations

from collections.abc import Sequence

from support.wrapping import signed

from rvhctl.core.columns import Ints
from rvhctl.core.placement.choosing import Chooser


def chosen_by(chooser: Chooser, keys: Sequence[int]) -> list[list[int]]:
    """The buckets of each key."""
    column, chosen = Ints(map(signed, keys)), Ints([0] * (len(keys) * chooser.count))
    row = 0
    while row < len(keys):
        row = chooser.choose(column, row, len(keys), chosen)
    flat = chosen.tolist()
    return [flat[at : at + chooser.count] for at in range(0, len(flat), chooser.count)]
