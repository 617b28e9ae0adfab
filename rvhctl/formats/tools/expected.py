"""What the module of each kind of inventory takes and gives.

Each has a function ``knows(document) -> bool``, which looks whether a document of JSON is of its kind, and a function
``read(document, source) -> Expected``, which raises an InputError for what it cannot read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from rvhctl.core.policy.reasons import STATES
from rvhctl.errors import quoted
from rvhctl.formats.wording import and_more

NAMED: Final = 3
"""Contradictions that a warning names; of more it gives the number."""


class Expected(NamedTuple):
    """The nodes that a document says there are."""

    records: Sequence[dict[str, Any]]
    """As of a node: id, state, weight and labels."""
    warnings: Sequence[str] = ()
    """Where it contradicts itself."""
    notes: Sequence[str] = ()
    """What was made of it."""


class Listing:
    """Nodes that may be there several times: of states the worst counts, else what was said first."""

    def __init__(self) -> None:
        self._records: dict[str, dict[str, Any]] = {}
        self._places: dict[tuple[str, str], str] = {}
        self._contradictions: list[str] = []

    def add(self, node_id: str, fields: Mapping[str, Any], place: str) -> None:
        """Add what is said of a node at a place; None says nothing."""
        record = self._records.setdefault(node_id, {"id": node_id})
        for name, value in fields.items():
            if value is None:
                continue
            known = record.setdefault(name, value)
            first = self._places.setdefault((node_id, name), place)
            if known != value:
                said = f"{quoted(known)} in {quoted(first)}, {quoted(value)} in {quoted(place)}"
                self._contradictions.append(f"{name} of {quoted(node_id)} ({said})")
                if name == "state":
                    record[name] = worse_state(known, value)

    def expected(self, source: str, notes: Sequence[str] = ()) -> Expected:
        """Return all of them."""
        warnings = []
        if found := self._contradictions:
            named = and_more(found[:NAMED], len(found))
            warnings.append(f"{source}: contradictions: {named}; of states the worse counts, else the first")
        return Expected(list(self._records.values()), warnings, notes)


def worse_state(one: str, other: str) -> str:
    """Return the worse of two states of nodes."""
    return max(one, other, key=STATES.index)
