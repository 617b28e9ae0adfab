"""What goes out for the buckets of rows."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from librt.strings import BytesWriter

from rvhctl.core.columns import Ints
from rvhctl.core.keys import answers as answers_module
from rvhctl.core.keys.answers import (
    AnswerTemplate,
    BucketText,
    answered,
    copy_plain,
    is_plain,
    joined,
    numbers,
)

BRANCHING = (answers_module,)
pytestmark = pytest.mark.usefixtures("branches")

texts = st.lists(st.binary(max_size=30), min_size=1, max_size=6)


@given(texts, st.lists(st.integers(0, 5), max_size=40))
def test_texts_are_joined(parts: list[bytes], chosen: list[int]) -> None:
    chosen = [number % len(parts) for number in chosen]
    expected = b"".join(parts[number] for number in chosen)
    assert joined(parts, Ints(chosen), len(chosen)) == expected


@given(st.lists(st.integers(0, 2**31 - 2)))
def test_numbers(chosen: list[int]) -> None:
    assert numbers(Ints(chosen), len(chosen)) == b"".join(b"%d\n" % number for number in chosen)


some_texts = st.lists(st.binary(max_size=300), min_size=3, max_size=3).map(
    lambda parts: BucketText(parts, b"", b"")
)
bucket_texts = st.one_of(some_texts, st.just(BucketText(None, b"<", b">")))


@given(
    st.none() | bucket_texts,
    bucket_texts,
    st.booleans(),
    st.integers(1, 3),
    st.lists(st.integers(0, 2), max_size=9),
)
def test_flat_texts_give_the_same(
    owner: BucketText | None, item: BucketText, listed: bool, count: int, chosen: list[int]
) -> None:
    rows = len(chosen) // count
    templates = [
        AnswerTemplate(owner, item if listed or count > 1 else None, b"[", b", ", b"]\n") for _ in range(2)
    ]
    templates[1].flatten(3, count)
    plain, flat = (answered(template, Ints(chosen), rows, count) for template in templates)
    assert flat == plain


@given(st.text('ab"\\\n\x1f\x7fé日', max_size=20), st.binary(max_size=9), st.binary(max_size=9))
def test_text_is_plain_if_it_is_a_string_of_json_as_it_stands(text: str, before: bytes, after: bytes) -> None:
    data = text.encode()
    plain = orjson.dumps(text) == b'"%b"' % data
    assert is_plain(before + data + b'"' + after, len(before), len(before) + len(data)) == plain


@given(st.binary(max_size=20), st.text(max_size=20).map(str.encode), st.binary(max_size=20))
def test_plain_text_is_copied_and_no_other(before: bytes, text: bytes, after: bytes) -> None:
    out = BytesWriter()
    out.write(b"x")
    plain = all(32 <= c < 127 and c not in b'"\\,' for c in text)
    copied = copy_plain(out, before + text + after, len(before), len(before) + len(text), ord(","))
    assert out.getvalue() == b"x" + text * copied
    assert copied == (plain and len(after) >= 8)
