"""Groups of labels against a dict, also of more groups than the first table has room for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.columns import Ints
from rvhctl.core.nodes import labels as labels_module
from rvhctl.core.nodes.labels import LabelGroups

BRANCHING = (labels_module,)
pytestmark = pytest.mark.usefixtures("branches")

values = st.binary(min_size=1, max_size=3) | st.sampled_from(
    [b"eu-west-1a", b"eu-west-1b", b"eu-west-1a" * 9]
)


def grouped(records: list[tuple[bytes, ...]], depth: int) -> LabelGroups:
    """Every other record stands in a text, with something between its labels."""
    groups = LabelGroups(depth, 77)
    for row, record in enumerate(records):
        if row % 2:
            groups.add_values(list(record))
            continue
        text, starts, ends = b"", [], []
        for value in record:
            text += b"<>"
            starts.append(len(text))
            text += value
            ends.append(len(text))
        groups.add(text + b" " * 8, Ints(starts).values, Ints(ends).values)
    return groups


def check(records: list[tuple[bytes, ...]], depth: int) -> None:
    known: dict[tuple[bytes, ...], int] = {}
    expected = [known.setdefault(record, len(known)) for record in records]
    groups = grouped(records, depth)
    assert groups.group_of().tolist() == expected
    assert groups.texts == [value for record in known for value in record]


@given(st.integers(1, 3).flatmap(lambda depth: st.lists(st.tuples(*[values] * depth), max_size=40)))
def test_records_of_the_same_labels_are_one_group(records: list[tuple[bytes, ...]]) -> None:
    check(records, len(records[0]) if records else 1)


def test_many_groups() -> None:
    check([(b"%d" % (number * 7 % 5000), b"x") for number in range(12_000)], 2)
