"""Where the elements and the members of a text of JSON stand, against what was written there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.json import spans as spans_module
from rvhctl.core.json.spans import element_lines, element_spans, member_spans

BRANCHING = (spans_module,)
pytestmark = pytest.mark.usefixtures("branches")

values = st.recursive(
    st.none() | st.integers() | st.text('a"\\,:[]{} é\n', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('a"\\,:{', max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
spaces = st.text(" \t\n\r", max_size=2)


@given(st.lists(values, max_size=5), st.data())
def test_elements(elements: list[Any], data: st.DataObject) -> None:
    text, expected = b"x[", []
    for number, element in enumerate(elements):
        text += b"," * (number > 0) + data.draw(spaces).encode()
        start = len(text)
        text += json.dumps(element, indent=data.draw(st.none() | st.just(1))).encode()
        expected += [start, len(text)]
        text += data.draw(spaces).encode()
    text += data.draw(spaces).encode() + b'], "more": [1]}'
    assert element_spans(text, 1) == expected
    lines = element_lines(text, 1).splitlines(keepends=True)
    assert [json.loads(line) for line in lines] == elements
    assert all(line.endswith(b"\n") for line in lines)


@given(st.lists(st.tuples(st.text('a"\\,:[{', max_size=4), values), max_size=5), st.data())
def test_members(members: list[tuple[str, Any]], data: st.DataObject) -> None:
    text, expected = b"{", []
    for number, member in enumerate(members):
        text += b"," * (number > 0)
        for part, behind in zip(member, (b":", b""), strict=True):
            text += data.draw(spaces).encode()
            start = len(text)
            text += json.dumps(part).encode()
            expected += [start, len(text)]
            text += data.draw(spaces).encode() + behind
    assert member_spans(text + b"}, {", 0) == expected
