"""What nodes state beyond id, place and latency: state, weight and capacity, as columns."""

from __future__ import annotations

from librt.vecs import append, vec
from mypy_extensions import i64, u8

from rvhctl.core.columns import Codes, Floats, codes, floats


class DetailColumns:
    """One row a node; rows of which nothing was stated are up, of weight 1, and carry their weight."""

    def __init__(self) -> None:
        self._states = vec[u8]()
        self._weights = vec[float]()
        self._capacities = vec[float]()
        self._has_states = False
        self._has_weights = False
        self._has_capacities = False

    def __len__(self) -> int:
        """Rows up to the last of which anything was stated."""
        return len(self._weights)

    def add(self, row: i64, state: u8, weight: float, capacity: float) -> None:
        """Take what the node in a row states; it stands behind all before."""
        self._fill(row)
        self._states = append(self._states, state)
        self._weights = append(self._weights, weight)
        self._capacities = append(self._capacities, capacity)
        self._has_states = self._has_states or state != 0
        self._has_weights = self._has_weights or weight != 1.0
        self._has_capacities = self._has_capacities or capacity != weight

    def states(self, rows: i64) -> Codes:
        """The states of so many rows; none at all where every node is up."""
        self._fill(rows)
        return codes(self._states) if self._has_states else Codes()

    def weights(self, rows: i64) -> Floats:
        """The weights of so many rows; none at all where every weight is 1."""
        self._fill(rows)
        return floats(self._weights) if self._has_weights else Floats()

    def capacities(self, rows: i64) -> Floats:
        """The capacities of so many rows; none at all where they are the weights."""
        self._fill(rows)
        return floats(self._capacities) if self._has_capacities else Floats()

    def _fill(self, rows: i64) -> None:
        states, weights, capacities = self._states, self._weights, self._capacities
        for _ in range(len(weights), rows):
            states = append(states, 0)
            weights = append(weights, 1.0)
            capacities = append(capacities, 1.0)
        self._states, self._weights, self._capacities = states, weights, capacities
