"""The rules of a node's fields."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rvhctl.errors import InvalidNodeError
from rvhctl.nodes.fields import check_id


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
