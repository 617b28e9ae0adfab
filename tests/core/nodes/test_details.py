"""What nodes state of themselves, as columns."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.nodes.details import DetailColumns
from rvhctl.core.nodes.rows import NodeRows
from rvhctl.nodes.fields import read_details

UP = (0, 1.0, 1.0)


def details_of(scan: NodeRows, row: int) -> tuple[int, float, float]:
    """State, weight and capacity of a row of a scan."""
    rows = len(scan)
    states, weights = scan.details.states(rows), scan.details.weights(rows)
    capacities = scan.details.capacities(rows) or weights
    return (
        states[row] if len(states) else 0,
        weights[row] if len(weights) else 1.0,
        capacities[row] if len(capacities) else 1.0,
    )


def stated_details(fields: dict[str, Any]) -> tuple[int, float, float]:
    """The same of a decoded record, by the rules of a node."""
    said = read_details(fields)
    return UP if said is None else (said.state, said.weight, said.capacity)


@given(
    st.lists(
        st.none() | st.tuples(st.integers(0, 2), st.sampled_from([1.0, 2.5]), st.sampled_from([1.0, 2.5]))
    )
)
def test_columns_are_there_only_if_they_say_something(stated: list[tuple[int, float, float] | None]) -> None:
    columns = DetailColumns()
    for row, said in enumerate(stated):
        if said is not None:
            columns.add(row, *said)
    rows = [said or UP for said in stated]
    count = len(rows)
    assert list(columns.states(count)) == ([row[0] for row in rows] if any(row[0] for row in rows) else [])
    assert list(columns.weights(count)) == (
        [row[1] for row in rows] if any(row[1] != 1 for row in rows) else []
    )
    differ = any(weight != capacity for _, weight, capacity in rows)
    assert list(columns.capacities(count)) == ([row[2] for row in rows] if differ else [])
