"""The rules of a node's fields."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rvhctl.errors import InvalidNodeError
from rvhctl.nodes.fields import check_id, how_to_write


@given(st.text(min_size=1))
@example(" ")
@example("~\N{LINE SEPARATOR}")
@example("\N{NO-BREAK SPACE}")
@example("\x7f")
@example("\x9f")
@example("\x1f")
def test_an_id_has_no_control_characters(node_id: str) -> None:
    if any(unicodedata.category(character) == "Cc" for character in node_id):
        with pytest.raises(InvalidNodeError, match="control characters"):
            check_id(node_id)
    else:
        assert check_id(node_id) == node_id


def test_an_id_is_not_empty() -> None:
    with pytest.raises(InvalidNodeError):
        check_id("")


@pytest.mark.parametrize(
    ("text", "write"),
    [
        ("50ms", "50"),
        (" 2 s ", "2000"),
        ("1.5sec", "1500"),
        ("2 MIN", "120000"),
        ("1m", "60000"),
        ("800us", "0.8"),
        ("800 µs", "0.8"),
        ("1500ns", "0.0015"),
        ("3msec", "3"),
        ("1,5", "1.5"),
        ("1,500", "1.500 or 1500"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567,89", "1234567.89"),
    ],
)
def test_what_people_write_in_place_of_a_number_is_told_as_one(text: str, write: str) -> None:
    assert how_to_write(text) == f"write {write}"


@pytest.mark.parametrize("text", ["", "fast", "5 km", "1,2,3", "1.2.3", "-5ms", "1,", ",5", 7, None])
def test_of_anything_else_nothing_is_said(text: object) -> None:
    assert how_to_write(text) == ""
