"""Where cells, rows and line ends of CSV end, against splitting by Python's own means."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rvhctl.core.csv.cells import (
    bare_end,
    cell_end,
    quoted_end,
    row_end,
    skip_line_end,
    skip_line_ends,
)
from rvhctl.core.json.skip import UNUSUAL

delimiters = st.sampled_from(b",;\t|")
# Ends of words of eight bytes fall everywhere.
plain = st.text('ab ,;|!#[]~"\\\t\r\n\x1f\x7fé日🚀', max_size=20).map(str.encode)
BROKEN = b"\xff\xed\xa0\x80"


def stop(data: bytes, at: int, stops: bytes) -> int:
    """The first byte that is one of these, a control character or beyond ASCII."""
    return next(
        place for place in range(at, len(data)) if data[place] in stops or not 32 <= data[place] < 127
    )


@given(plain, plain, delimiters)
def test_a_cell_goes_on_to_what_may_end_it(before: bytes, text: bytes, delimiter: int) -> None:
    data = before + text + b"\n"
    assert cell_end(data, len(before), delimiter) == stop(data, len(before), bytes([delimiter]) + b'"\\')


@given(plain, plain, delimiters, st.booleans())
def test_a_cell_without_quotes_ends_at_the_delimiter_or_line_end(
    before: bytes, text: bytes, delimiter: int, broken: bool
) -> None:
    data = before + text + BROKEN * broken + b"\n"
    end = next(at for at in range(len(before), len(data)) if data[at] in b'"\r\n' + bytes([delimiter]))
    expected = UNUSUAL if data[end] == ord('"') or b"\xff" in data[len(before) : end] else end
    assert bare_end(data, len(before), delimiter) == expected


@given(plain, plain, plain, st.booleans())
def test_a_cell_in_quotes_ends_at_the_first_that_stands_alone(
    before: bytes, text: bytes, behind: bytes, broken: bool
) -> None:
    inner = text.replace(b'"', b'""') + BROKEN * broken
    data = before + inner + b'",' + behind + b" " * 8
    assert quoted_end(data, len(before)) == (UNUSUAL if broken else len(before) + len(inner))


rows = st.lists(
    st.text("ab ;é\x7f", max_size=3).map(str.encode)
    | st.text('a,;"\r\n', max_size=4).map(lambda text: b'"%b"' % text.replace('"', '""').encode()),
    min_size=1,
    max_size=4,
).map(b",".join)


@given(plain, rows, st.sampled_from([b"\n", b"\r", b"\r\n", b""]))
@example(b"", b'""', b"\n")
@example(b"", b'"","a\nb"', b"")
@example(b"x", b'"a"b,"c\n"', b"\r")
def test_a_row_ends_at_its_line_end_or_that_of_the_text(before: bytes, row: bytes, end: bytes) -> None:
    behind = b"next,row\n" if end else b""
    assert row_end(before + row + end + behind, len(before), ord(",")) == len(before) + len(row)


@pytest.mark.parametrize("row", [b'"', b'"a', b'a,"b\n', b'"a""', b'"a","\nb'])
def test_a_row_whose_quotes_do_not_end_is_unusual(row: bytes) -> None:
    assert row_end(b"," + row, 1, ord(",")) == UNUSUAL


@given(st.text("\r\na", max_size=6).map(str.encode), st.integers(0, 6))
def test_line_ends_are_passed_over(data: bytes, start: int) -> None:
    start = min(start, len(data))
    one, all_ = (re.compile(pattern).match(data, start) for pattern in (rb"\r?\n?", rb"[\r\n]*"))
    assert one
    assert all_
    assert skip_line_end(data, start) == one.end()
    assert skip_line_ends(data, start) == all_.end()
