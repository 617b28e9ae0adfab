"""What nodes state of themselves, as columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.naive_scans import UP

from rvhctl.core.nodes.details import DetailColumns


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
