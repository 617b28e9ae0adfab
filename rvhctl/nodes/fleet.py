"""What is known of the nodes, as columns: the input of every policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any

from rvhctl.core.columns import Codes, Floats, Ints
from rvhctl.core.policy.samples import aggregate
from rvhctl.nodes.fields import read_details


@dataclass
class Fleet:
    """One row a node. A column that no node has anything to say to may stay empty.

    Attributes:
        ids: of the nodes, as text.
        latencies: in milliseconds, NaN for no measurement. Of a node with samples and without a latency of
            its own: the median of the samples.
        lats, lons: degrees; empty where nothing is asked about places.
        states: the place of each state in ``STATES``.
        weights: finite, above 0.
        samples: of all nodes one after the other, in milliseconds, NaN where one was lost.
        sample_starts: where the samples of each node start; one entry more than nodes.
        given: the ids as they were given, where some are integers; else empty.
    """

    ids: Sequence[str]
    latencies: Floats
    lats: Floats = field(default_factory=Floats)
    lons: Floats = field(default_factory=Floats)
    states: Codes = field(default_factory=Codes)
    weights: Floats = field(default_factory=Floats)
    samples: Floats = field(default_factory=Floats)
    sample_starts: Ints = field(default_factory=Ints)
    given: Sequence[str | int] = ()

    def __len__(self) -> int:
        return len(self.latencies)

    def measured(self, how: str | None) -> Floats:
        """The latency of each node, from its samples (where it has any) if an aggregate is asked for."""
        if how is None or not len(self.sample_starts):
            return self.latencies
        return aggregate(self.samples, self.sample_starts, how, self.latencies)


class Details:
    """The columns of ``samples``, ``state`` and ``weight``, filled node by node; empty while nobody has any."""

    def __init__(self) -> None:
        self._rows = 0
        self._states: dict[int, int] = {}
        self._weights: dict[int, float] = {}
        self._samples: dict[int, list[float]] = {}

    def add(self, fields: Mapping[str, Any]) -> float:
        """Read them from one more node.

        Returns:
            the latency by the node's samples, for a node that states none; NaN without samples.

        Raises:
            InvalidNodeError: one of them is wrong.
        """
        details = read_details(fields) if fields else None
        row = self._rows
        self._rows += 1
        if details is None:
            return nan
        if details.state:
            self._states[row] = details.state
        if details.weight != 1.0:
            self._weights[row] = details.weight
        if details.samples:
            self._samples[row] = details.samples
        return details.latency

    def skip(self, rows: int) -> None:
        """So many nodes have none of these fields."""
        self._rows += rows

    def __len__(self) -> int:
        return self._rows

    @property
    def has_states(self) -> bool:
        """Whether any node is not up."""
        return bool(self._states)

    def states(self) -> Codes:
        """Codes of states, or an empty column if all are up."""
        if not self._states:
            return Codes()
        column = [0] * self._rows
        for row, state in self._states.items():
            column[row] = state
        return Codes(column)

    def weights(self) -> Floats:
        """Weights, or an empty column if all are 1."""
        if not self._weights:
            return Floats()
        column = [1.0] * self._rows
        for row, weight in self._weights.items():
            column[row] = weight
        return Floats(column)

    def samples(self) -> tuple[Floats, Ints]:
        """Samples and where those of each node start, or two empty columns if nobody has any."""
        if not self._samples:
            return Floats(), Ints()
        values: list[float] = []
        starts = [0]
        for row in range(self._rows):
            values += self._samples.get(row, ())
            starts.append(len(values))
        return Floats(values), Ints(starts)
