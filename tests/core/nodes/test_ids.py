"""Ids as a column of texts."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.columns import Ints
from rvhctl.core.nodes.duplicates import hash_of
from rvhctl.core.nodes.ids import IdTexts, hash_texts


def offsets_of(ids: list[bytes], base: int) -> bytes:
    ends = [base]
    for text in ids:
        ends.append(ends[-1] + len(text))
    return array("q", ends).tobytes()


@given(st.lists(st.lists(st.text(max_size=40), max_size=5), max_size=5), st.integers(0, 9))
def test_ids_come_back(pieces: list[list[str]], base: int) -> None:
    column = IdTexts()
    for piece in pieces:
        texts = [text.encode() for text in piece]
        column.add(offsets_of(texts, base), b"".join(texts))
    ids = [text for piece in pieces for text in piece]
    rows = Ints(reversed(range(len(ids))))
    assert len(column) == len(ids)
    assert [column.id_text(row) for row in range(len(ids))] == ids
    assert not ids or column.id_text(-1) == ids[-1]
    assert column.id_texts(rows) == ids[::-1]
    joined = "".join(text + "\n" for text in ids[::-1][1:])
    assert not ids or column.join_ids(rows, 1, len(ids), b"\n") == joined.encode()


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(0, 9), st.integers(-(2**63), 2**63 - 1))
def test_hashes_are_those_of_each(texts: list[bytes], base: int, seed: int) -> None:
    hashes = array("q", hash_texts(offsets_of(texts, base), b"".join(texts), seed))
    assert hashes.tolist() == [hash_of(text, 0, len(text), seed) for text in texts]
