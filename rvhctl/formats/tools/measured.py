"""What the module of each tool takes and gives.

Each has a function ``read(texts: Sequence[Text], asked: Asked) -> Measured``, which raises an InputError for what it
cannot read at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from rvhctl.errors import InputError, OnBad

CheckTarget = Callable[[str, float | None], object]
"""Raises what is wrong with the id or the latency (ms) of a target."""


class Text(NamedTuple):
    """All of a source."""

    source: str
    data: bytes


class Asked(NamedTuple):
    """How the output of a tool is to be read."""

    on_bad: OnBad
    """Gets what is wrong with a target: it raises it, or the target is left out."""
    check: CheckTarget
    unit: str | None = None
    """Of the durations: ``ms`` or ``s``; None: the tool or the name of a series tells."""
    id_label: str | None = None
    """The label that names a target."""
    columns: Mapping[str, str] = {}
    """The columns of a table, by the fields of a node that they are."""


class Target(NamedTuple):
    """Somebody who was measured, and where that stands."""

    fields: dict[str, Any]
    """As of a node: id, latency or samples, state, weight."""
    source: str
    line: int | None = None


class Measured(NamedTuple):
    """What the texts say together."""

    targets: Sequence[Target]
    warnings: Sequence[str] = ()
    """What may mislead, with the source."""
    notes: Sequence[str] = ()
    """What was understood and what was passed over, with the source."""
    doubts: int = 0
    """How often the tool itself says that its answer may be incomplete or wrong."""


MOST_SAMPLES: Final = 1_000_000
"""More in one summary are no rounds of a prober."""


def summarized(
    sent: int, arrived: int, least: float | None, mean: float | None, most: float | None
) -> list[float | None]:
    """Return samples (ms) that have this summary: the mean stands for all between the least and the greatest.

    Raises:
        InputError: the numbers make no sense.
    """
    if arrived < 0 or sent < 1 or max(sent, arrived) > MOST_SAMPLES:
        raise InputError("no number of pings", value=f"{arrived} of {sent}")
    if arrived and mean is None:
        raise InputError("pings arrived, but their time is missing", value=f"{arrived} of {sent}")
    lost: list[float | None] = [None] * max(sent - arrived, 0)
    if arrived < 2 or least is None or most is None:
        return [mean] * arrived + lost
    return [least, *[mean] * (arrived - 2), most, *lost]
