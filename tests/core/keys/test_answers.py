"""What goes out for the buckets of rows."""

from __future__ import annotations

import csv
import io

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
    KeyText,
    answered,
    copy_plain,
    extended,
    is_plain,
    joined,
    key_rows,
    numbers,
)
from rvhctl.core.keys.rows import KeyRows

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


KEYS = st.text('ab,;"\\\n\x7fé日', max_size=20)


@given(
    st.lists(st.tuples(KEYS | st.integers(-99, 2**64 - 1), st.booleans(), st.integers(0, 2)), max_size=6),
    st.sampled_from([0, ord(","), ord(";")]),
    st.booleans(),
)
def test_rows_say_their_record_their_key_and_what_was_chosen(
    keys: list[tuple[str | int, bool, int]], delimiter: int, extracted: bool
) -> None:
    """Keys within a line, and others; as JSON and cells are written by libraries."""

    def written(value: object) -> bytes:
        if not delimiter:
            return orjson.dumps(value)
        out = io.StringIO()
        csv.writer(out, delimiter=chr(delimiter), lineterminator="\r\n").writerow(["", value])
        return out.getvalue()[1:-2].encode()

    block, rows, expected = b"", KeyRows(9), b""
    record = KeyText(b"[", delimiter, written) if extracted else None
    for key, elsewhere, bucket in keys:
        text = str(key).encode()
        start = len(block) + 2
        block += b"<<" + text + b">>"
        line = (start - 2, len(block), len(block))
        if elsewhere:
            rows.add_other(key, 0, *line)
        else:
            rows.key_starts.values[rows.count] = start
            end = start + len(text)
            rows.key_ends.values[rows.count] = -end if isinstance(key, int) else end
            rows.add(0, *line)
        expected += b"[" + written(f"<<{key}>>") if extracted else b""
        expected += b"(" + written(key)
        expected += b"=%d)" % bucket
    block += b"\n"
    template = AnswerTemplate(BucketText(None, b"=", b")"), None, b"", b"", b"")
    chosen = Ints([bucket for *_, bucket in keys])
    key_text = KeyText(b"(", delimiter, written)
    assert key_rows(record, key_text, template, block, rows, chosen, 1) == expected
    rows.whole_lines = True
    lines = key_rows(None, key_text, template, block, rows, chosen, 1)
    if not delimiter:
        assert lines == b"".join(b"(" + written(f"<<{key}>>") + b"=%d)" % bucket for key, _, bucket in keys)


def test_what_stands_behind_the_insertion_point_is_kept_or_not() -> None:
    block = b'{"a":1} \n{"b":2}\n'
    rows = KeyRows(4)
    rows.add(0, 0, 9, 6)
    rows.add(0, 9, 17, 15)
    template = AnswerTemplate(BucketText(None, b',"x":', b""), None, b"", b"", b"")
    chosen = Ints([4, 15])
    assert extended(template, block, rows, chosen, 1, True) == b'{"a":1,"x":4} \n{"b":2,"x":15}\n'
    assert extended(template, block, rows, chosen, 1, False) == b'{"a":1,"x":4{"b":2,"x":15'
