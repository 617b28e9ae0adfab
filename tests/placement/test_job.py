"""Lines of keys through the core, against the same done line by line in Python."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rvhctl.core.keys.answers import AnswerTemplate, BucketText, KeyText
from rvhctl.core.keys.lines import NOTHING_WRONG
from rvhctl.core.keys.owners import Tally, Traffic, groups_of, packed, packed_pairs
from rvhctl.core.keys.rows import KeyRows
from rvhctl.errors import InputError
from rvhctl.keys.fields import FieldPath, LinePattern
from rvhctl.keys.hashes import recipe_of
from rvhctl.keys.jobs import Job
from rvhctl.keys.lines import FieldKeys, LineKeys, TextKeys
from rvhctl.keys.records import KeySpec
from rvhctl.keys.stream import answer_lines
from rvhctl.placement.job import (
    Numbers,
    Output,
    Owners,
    PlaceJob,
    extended_output,
    groups_output,
    line_job,
    names_output,
    packed_output,
    rows_output,
    selected_output,
    template_output,
)
from rvhctl.placement.placement import Placement

NAMES = ["a", "node-of-eight", "é", "x" * 23, "12345678", "ab"]
HERE = Placement(NAMES, down=["é"], weights={"a": 0.5})
THERE = Placement(["z", *NAMES[1:]])

line_bytes = st.binary(max_size=40).filter(lambda line: b"\n" not in line and line.strip(b"\r") != b"")
lines = st.lists(line_bytes, max_size=30)


def run(data: bytes, keys: LineKeys, output: Output, delimiter: bytes = b"\n", read: int = 1 << 16) -> bytes:
    """All that goes out when the data arrives ``read`` bytes at a time."""

    class Slow(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            return self.read(min(size or read, read))

    out: list[bytes] = []
    answer_lines(
        Slow(data),
        PlaceJob(keys, output, delimiter),
        source_name="stdin",
        write=out.append,
        flush=lambda: None,
    )
    return b"".join(out)


def text(delimiter: bytes = b"\n", hash_name: str = "xxh64", seed: int = 0) -> TextKeys:
    return TextKeys(recipe_of(hash_name, seed), delimiter)


def key_of(line: bytes) -> bytes:
    return line.removesuffix(b"\r")


@settings(max_examples=100, deadline=None)
@given(lines, st.booleans(), st.integers(1, 50))
def test_names_and_numbers(block: list[bytes], ended: bool, read: int) -> None:
    data = b"".join(line + b"\n" for line in block)
    if block and not ended:
        data = data[:-1]
    keys = [key_of(line) for line in block]
    if block and not ended:
        keys[-1] = block[-1]  # a carriage return before no line feed is a part of the key
    owners = Owners(HERE.table)
    ids = [name.encode() for name in NAMES]
    expected = "".join(f"{owner}\n" for owner in HERE.owners(keys)).encode()
    assert run(data, text(), names_output(owners, ids), read=read) == expected
    numbers = "".join(f"{bucket}\n" for bucket in HERE.buckets(keys)).encode()
    assert run(data, text(), Numbers(owners), read=read) == numbers
    tally = Tally(len(NAMES))
    tally.add(run(data, text(), packed_output(packed, owners), read=read))
    assert list(tally.counts) == [HERE.buckets(keys).count(bucket) for bucket in range(len(NAMES))]
    traffic = Traffic(len(NAMES), *map(type(tally.counts), ([], [])))
    traffic.add(run(data, text(), packed_output(packed_pairs, owners, Owners(THERE.table)), read=read))
    assert traffic.moved == sum(a != b for a, b in zip(HERE.buckets(keys), THERE.buckets(keys), strict=True))


@settings(max_examples=100, deadline=None)
@given(lines, st.sets(st.integers(0, 5)), st.sampled_from([b"\n", b"\0"]), st.integers(1, 50))
def test_records_go_out_as_they_came(
    block: list[bytes], wanted: set[int], delimiter: bytes, read: int
) -> None:
    block = [line for line in block if delimiter not in line]
    data = b"".join(line + delimiter for line in block)
    keys = [key_of(line) if delimiter == b"\n" else line for line in block]
    owners = HERE.buckets(keys)
    chosen = run(data, text(delimiter), selected_output(Owners(HERE.table), list(wanted)), delimiter, read)
    assert chosen == b"".join(
        line + delimiter for line, owner in zip(block, owners, strict=True) if owner in wanted
    )
    groups: dict[int, bytes] = {}
    for bucket, part in groups_of(
        run(data, text(delimiter), groups_output(Owners(HERE.table)), delimiter, read)
    ):
        groups[bucket] = groups.get(bucket, b"") + part
    for bucket in range(6):
        assert groups.get(bucket, b"") == b"".join(
            line + delimiter for line, owner in zip(block, owners, strict=True) if owner == bucket
        )


@pytest.mark.parametrize(("last", "goes_out"), [(b"a", b"a\n"), (b"a\r", b"a\r\n"), (b"a\r\n", b"a\r\n")])
def test_the_last_line_gets_no_more_than_its_line_feed(last: bytes, goes_out: bytes) -> None:
    assert (
        run(b"b\r\n" + last, text(), selected_output(Owners(Placement(1).table), [0])) == b"b\r\n" + goes_out
    )


@pytest.mark.parametrize("name", ["xxh64", "xxh3", "crc64-xz", "fnv1a", "md5-be"])
@pytest.mark.parametrize("dialect", ["paper", "guava", "exact"])
def test_hashes_seeds_and_dialects(name: str, dialect: str) -> None:
    seed = 2**64 - 3 if name.startswith("xxh") else 0
    placement = Placement(1000, hash=name, seed=seed, dialect=dialect)
    keys = [f"key {number} {'long ' * (number % 9)}" for number in range(300)]
    data = "".join(f"{key}\n" for key in keys).encode()
    answers = run(data, text(hash_name=name, seed=seed), Numbers(Owners(placement.table)))
    assert answers.split() == [b"%d" % bucket for bucket in placement.buckets(keys)]


def test_integers() -> None:
    placement = Placement(1000, down=[5], hash="int")
    keys = ["42", "-1", "+7", "18446744073709551615", "007"]
    answers = run("\n".join(keys).encode(), text(hash_name="int"), Numbers(Owners(placement.table)))
    assert answers.split() == [b"%d" % bucket for bucket in placement.buckets(keys)]
    with pytest.raises(InputError, match="stdin:2: not a 64-bit integer key"):
        run(b"1\nx\n", text(hash_name="int"), Numbers(Owners(placement.table)))


def test_replicas_on_a_line() -> None:
    item = BucketText([name.encode() for name in NAMES], b"", b"")
    keys = [f"k{number}" for number in range(200)]
    output = template_output(Owners(HERE.table, 3), AnswerTemplate(None, item, b"", b"\t", b"\n"))
    expected = "".join("\t".join(map(str, HERE.replicas(key, 3))) + "\n" for key in keys)
    assert run("\n".join(keys).encode(), text(), output).decode() == expected


def test_more_rows_than_are_held_at_a_time() -> None:
    keys = [f"k{number}" for number in range(10_000)]
    answers = run("\n".join(keys).encode(), text(), Numbers(Owners(HERE.table)))
    assert answers.split() == [b"%d" % bucket for bucket in HERE.buckets(keys)]


def test_keys_of_a_hash_of_a_library_are_written_too() -> None:
    placement = Placement(10, hash="fnv1a")
    key = KeyText(b"<", ord(","), lambda key: b"")
    output = rows_output(Owners(placement.table), None, key, TestPatterns.TEMPLATE)
    expected = "".join(f"<{key}\t{placement.bucket(key)}" for key in ("a", "bc"))
    assert run(b"a\r\nbc\n", text(hash_name="fnv1a"), output).decode() == expected


def test_little_is_looked_at_beyond_a_bad_line() -> None:
    rows = KeyRows(64)
    keys = TextKeys(recipe_of("xxh64"), b"\n", LinePattern("b"))
    block = b"a\n" * 3 + b"b\n" * 100
    looked_at, start = [], 0
    while not rows.finished:
        rows.begin(start)
        keys.fill(rows, block)
        looked_at.append(int(rows.ahead))
        start = int(rows.next) + 2 * (rows.problem != NOTHING_WRONG)
    assert looked_at == [64, 1, 1, 1, 2, 4, 8, 16, 32, 64]


class TestPatterns:
    TEMPLATE = AnswerTemplate(None, BucketText(None, b"", b""), b"\t", b"\t", b"")

    def run(self, pattern: str, data: bytes) -> bytes:
        keys = TextKeys(recipe_of("xxh64"), b"\n", LinePattern(pattern))
        return run(data, keys, extended_output(Owners(Placement(1000).table), self.TEMPLATE))

    def test_the_group_is_the_key_and_the_record_goes_out(self) -> None:
        bucket = Placement(1000).bucket("ann")
        data = b"GET user=ann x\r\nuser=ann"
        assert self.run(r"user=(\w+)", data) == b"GET user=ann x\t%d\r\nuser=ann\t%d\n" % (bucket, bucket)

    @pytest.mark.parametrize("pattern", [r"(?<==)\w+", r"=(?P<key>\w+)( |$)", r"(?:user)=(\w+)"])
    def test_ways_to_name_it(self, pattern: str) -> None:
        bucket = Placement(1000).bucket("jürgen")
        assert self.run(pattern, "user=jürgen\n".encode()) == f"user=jürgen\t{bucket}\n".encode()

    def test_bytes_that_are_no_text(self) -> None:
        with pytest.raises(InputError, match="stdin:1:3: not UTF-8"):
            self.run("=(.*)$", b"k=\xff\xfe\n")

    def test_no_match(self) -> None:
        with pytest.raises(
            InputError, match=r"stdin:2: the pattern 'u=\(\\\\w\+\)' does not match \(got 'v=b'\)"
        ):
            self.run(r"u=(\w+)", b"u=a\nv=b\n")
        with pytest.raises(InputError, match="does not match"):
            self.run(r"a(b)?", b"ac\n")
        with pytest.raises(InputError, match="stdin:1: the key is empty"):
            self.run(r"u=(\w*)", b"u=\n")


json_keys = st.one_of(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
    st.integers(-(2**63), 2**64 - 1),
    st.sampled_from([0, -0, "007", "+1"]),
)
json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=5),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["id", "user", "x", "é\\"]), inner, max_size=3),
    ),
    max_leaves=6,
)


@st.composite
def records(draw: Any) -> tuple[Any, dict[str, Any]]:
    key = draw(json_keys)
    record = draw(st.dictionaries(st.sampled_from(["a", "id", "usr", "user", "ü"]), json_values, max_size=4))
    user = draw(st.dictionaries(st.sampled_from(["b", "id", "i", "né"]), json_values, max_size=3))
    user["id"] = key
    record["user"] = user
    return key, {name: record[name] for name in draw(st.permutations(sorted(record)))}


class TestFields:
    TEMPLATE = AnswerTemplate(BucketText(None, b',"bucket":', b""), None, b"", b"", b"")

    def run(self, data: bytes, path: str = "user.id", reserved: tuple[str, ...] = ("bucket",)) -> bytes:
        keys = FieldKeys(recipe_of("xxh64"), KeySpec(path=FieldPath(path), reserved=reserved))
        return run(data, keys, extended_output(Owners(Placement(1000).table), self.TEMPLATE))

    @given(st.lists(records(), max_size=8), st.booleans(), st.sampled_from([None, 1]), st.booleans())
    def test_any_records(self, drawn: Any, ascii_: bool, indent: int | None, blank: bool) -> None:
        block = [
            json.dumps(record, ensure_ascii=ascii_, separators=(",", ":") if indent else None).encode()
            for _, record in drawn
        ]
        expected = b"".join(
            line[:-1] + b',"bucket":%d}\n' % Placement(1000).bucket(key)
            for line, (key, _) in zip(block, drawn, strict=True)
        )
        assert self.run((b"\n \n" if blank else b"\n").join(block)) == expected

    def test_of_a_name_that_is_there_twice_the_last_counts(self) -> None:
        one, two = Placement(1000).bucket("1"), Placement(1000).bucket("2")
        data = b'{"id":"1","id":"2"}\n{"u":{"id":"2"},"id":"1"}\n{"id":"2","id":"1"}\n'
        assert [json.loads(line)["bucket"] for line in self.run(data, "id").splitlines()] == [two, one, one]
        nested = b'{"user":{"id":"2"},"user":{"id":"1"}}\n'
        assert json.loads(self.run(nested))["bucket"] == one
        with pytest.raises(InputError, match=r"the field 'user\.id' is missing"):
            self.run(b'{"user":{"id":"2"},"user":{"x":"1"}}\n')

    def test_escapes_spell_names_and_keys(self) -> None:
        bucket = Placement(1000).bucket("ab")
        data = b'{"us\\u0065r":{"\\u0069d":"a\\u0062"}}\n'
        assert self.run(data) == b'{"us\\u0065r":{"\\u0069d":"a\\u0062"},"bucket":%d}\n' % bucket

    def test_white_space_and_carriage_returns_stay(self) -> None:
        bucket = Placement(1000).bucket(42)
        assert self.run(b' { "id" : 42 } \r\n', "id") == b' { "id" : 42 ,"bucket":%d} \r\n' % bucket

    def test_an_integer_is_not_its_text(self) -> None:
        answers = [
            json.loads(line)["bucket"] for line in self.run(b'{"id":42}\n{"id":"42"}', "id").splitlines()
        ]
        assert answers == [Placement(1000).bucket(42), Placement(1000).bucket("42")]

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            (b'{"user":{}}', "stdin:2: the field 'user.id' is missing; there is nothing"),
            (b'{"user":{"x":1}}', "stdin:2: the field 'user.id' is missing; there is x"),
            (b'{"user":1}', "stdin:2: the field 'user.id' is missing: 'user' is no object"),
            (b"{}", "stdin:2: the field 'user.id' is missing; there is nothing"),
            (b"[1]", "stdin:2: a record is an object"),
            (
                b'{"user":{"id":null}}',
                "stdin:2: the field 'user.id' is neither a string nor an integer (got null)",
            ),
            (
                b'{"user":{"id":true}}',
                "stdin:2: the field 'user.id' is neither a string nor an integer (got true)",
            ),
            (b'{"user":{"id":{"a":1}}}', "stdin:2: the field 'user.id' is neither"),
            (b'{"user":{"id":1.5}}', "stdin:2: a key is a string or an integer (got 1.5)"),
            (b'{"user":{"id":1e3}}', "stdin:2: a key is a string or an integer (got 1000.0)"),
            (b'{"user":{"id":18446744073709551616}}', "stdin:2: the integer key is out of range"),
            (b'{"user":{"id":""}}', "stdin:2: the key is empty"),
            (
                b'{"user":{"id":"a"},"bucket":1}',
                "stdin:2: the record already has 'bucket', which is to be added",
            ),
            (b'{"user":{"id":"a"}', "stdin:2:"),
            (b'{"user":{"id":"a"}} x', "stdin:2:"),
            (b'{"user":{"id":"\xff"}}', "stdin:2:16: not UTF-8"),
        ],
    )
    def test_a_bad_record_is_named(self, line: bytes, says: str) -> None:
        with pytest.raises(InputError) as caught:
            self.run(b'{"user":{"id":"a"}}\n' + line + b'\n{"user":{"id":"a"}}\n')
        assert str(caught.value).startswith(says)

    def test_skipping_bad_records(self) -> None:
        errors: list[InputError] = []
        out: list[bytes] = []
        keys = FieldKeys(recipe_of("xxh64"), KeySpec(path=FieldPath("id")))
        counts = answer_lines(
            io.BytesIO(b'{"id":"a"}\n\n{"id":1.5}\nx\n{"id":"b"}\n'),
            PlaceJob(keys, Numbers(Owners(Placement(1000).table)), b"\n"),
            source_name="s",
            write=out.append,
            flush=lambda: None,
            on_bad=errors.append,
        )
        assert b"".join(out).split() == [b"%d" % b for b in Placement(1000).buckets(["a", "b"])]
        assert [error.line for error in errors] == [3, 4]
        assert (counts, counts.answered) == ((5, 2, 1), 2)

    def test_the_largest_depth_and_long_lines(self) -> None:
        deep = b'{"x":' + b"[" * 500 + b"]" * 500 + b',"id":"k"}'
        long = b'{"x":"' + b"y" * 300_000 + b'","id":"k"}'
        answers = self.run(deep + b"\n" + long + b"\n", "id")
        bucket = Placement(1000).bucket("k")
        assert [json.loads(line)["bucket"] for line in answers.splitlines()] == [bucket, bucket]


@pytest.mark.parametrize(
    ("placement", "pattern", "fused"),
    [
        (Placement(9), None, True),
        (Placement(9, hash="int"), None, True),
        (Placement(9, hash="md5-be"), None, False),
        (Placement(9, seed=1), None, False),
        (Placement(9, dialect="guava"), None, False),
        (Placement(9, down=[1]), None, False),
        (Placement(9, weights={1: 0.5}), None, False),
        (Placement(9), LinePattern("a"), False),
    ],
)
def test_one_kernel_answers_where_nothing_else_can_decide(
    placement: Placement, pattern: LinePattern | None, fused: bool
) -> None:
    keys = TextKeys(placement.recipe, b"\n", pattern)
    owners = Owners(placement.table)
    assert isinstance(line_job(keys, placement, Numbers(owners), b"\n", 8), Job) == fused
    assert isinstance(line_job(keys, placement, names_output(owners, [b"a"]), b"\n", 8), PlaceJob)
