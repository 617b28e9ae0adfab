"""``rvhctl jump-hash``: the paths of ``--field``, what ``--regex`` takes, and CSV as it comes."""

from __future__ import annotations

import csv
import io
import json
import zlib
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st
from placement.test_request import jump, refused
from support.cli import rvhctl
from support.naive_placement import naive_joined, naive_paper_jump

from rvhctl.errors import UsageError
from rvhctl.keys.fields import LinePattern
from rvhctl.placement.placement import Placement
from rvhctl.placement.sources import answer as reading

FOO = Placement(1000).bucket("foo")


def bucket_of(path: str, record: bytes) -> int:
    (line,) = jump("-b", "1000", "--field", path, "-o", "ndjson", stdin=record)
    bucket: int = json.loads(line)["bucket"]
    return bucket


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "record"),
        [
            ('a."b.c"', b'{"a":{"b.c":"foo"}}'),
            (r"a.b\.c", b'{"a":{"b.c":"foo"}}'),
            ('"a.b".c', b'{"a.b":{"c":"foo"}}'),
            (r'"say \"a.b\""', rb'{"say \"a.b\"":"foo"}'),
            (r"a\\b", rb'{"a\\b":"foo"}'),
            (r"a\b", rb'{"a\\b":"foo"}'),
            ('say"so', rb'{"say\"so":"foo"}'),
            ("tags.1", b'{"tags":["x","foo"]}'),
            ("tags.0.id", b'{"tags":[{"id":"foo"},1]}'),
            ("tags.0", b'{"tags":{"0":"foo"}}'),
            ('tags."0"', b'{"tags":{"0":"foo"}}'),
            ('"a.b"', b'"a.b",c\nfoo,1\n'),
            ("a.b", b"a.b,c\nfoo,1\n"),
            ('"a"', b'"""a""",a\nfoo,1\n'),
            ('"a"', b"a,c\nfoo,1\n"),
        ],
    )
    def test_a_path_finds_its_value(self, path: str, record: bytes) -> None:
        assert bucket_of(path, record) == FOO
        if record.startswith(b"{"):
            assert bucket_of(path, b"[" + record + b"]") == FOO

    def test_an_exact_integer_in_an_array(self) -> None:
        assert bucket_of("a.1", b'{"a":[0,18446744073709551615]}') == Placement(1000).bucket(2**64 - 1)

    @pytest.mark.parametrize(
        ("path", "record", "says"),
        [
            ("a.b", b'{"a.b":1}', """is missing; a name with dots stands in quotes: --field '"a.b"'"""),
            ("x.a.b", b'{"x":{"a.b":1}}', """--field 'x."a.b"'"""),
            ("a.2", b'{"a":[1]}', "'a' is an array of 1 element; name one by its index, from 0"),
            ("a.01", b'{"a":[1,2]}', "'a' is an array of 2 elements"),
            ("a.-1", b'{"a":[1,2]}', "'a' is an array of 2 elements"),
            ("a.b", b'{"a":1}', "'a' is no object"),
        ],
    )
    def test_what_is_missing(self, path: str, record: bytes, says: str) -> None:
        code, message = refused("-b", "4", "--field", path, stdin=record)
        assert code == 1
        assert says in message

    def test_a_message_lists_few_of_many_members(self) -> None:
        record = json.dumps({f"{'long' * 30}{n}": n for n in range(1000)}).encode()
        assert len(refused("-b", "4", "--field", "a", stdin=record)[1]) < 1000

    @pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", '""', 'a.""', '"a', '"a"b', 'a."b'])
    def test_what_is_no_path(self, path: str) -> None:
        assert refused("-b", "4", "--field", path)[0] == 2

    @pytest.mark.parametrize("depth", [10, 31, 32, 33, 34, 64, 99, 100])
    def test_a_deep_path(self, depth: int) -> None:
        record = b'{"a":' * depth + b'"foo"' + b"}" * depth
        assert bucket_of(".".join("a" * depth), record) == FOO

    def test_a_path_has_a_bound(self) -> None:
        code, message = refused("-b", "4", "--field", ".".join("a" * 101))
        assert code == 2
        assert message.startswith("--field: the path has more than 100 names")
        assert refused("-b", "4", "--field", ".".join("a" * 100_000))[0] == 2

    @pytest.mark.parametrize("depth", [900, 1020, 1100, 5000, 100_000])
    @pytest.mark.parametrize("brackets", [(b"[", b"]"), (b'{"x":', b"}")])
    def test_a_deep_record_is_read_or_refused(self, depth: int, brackets: tuple[bytes, bytes]) -> None:
        opening, closing = brackets
        record = b'{"k":18446744073709551615,"x":' + opening * depth + b"1" + closing * depth + b"}\n"
        outcome = rvhctl("jump-hash", "-b", "4", "--field", "k", "-o", "plain", stdin=record)
        if depth < 1020:
            assert (outcome.code, outcome.err) == (0, "")
        elif depth > 1100:
            assert outcome.code == 1
        assert "Traceback" not in outcome.err
        assert outcome.err.count("\n") == (outcome.code == 1)

    @pytest.mark.parametrize(
        "arguments",
        [
            ("jump-hash", "-b", "4", "--field", "k"),
            ("jump-hash", "-b", "4", "-i", "ndjson"),
            ("failover", "--threshold", "5"),
            ("faultset", "--threshold", "5"),
        ],
    )
    @pytest.mark.parametrize("document", [b"%s\n", b"[%s]"])
    def test_a_large_number_in_a_deep_record(self, arguments: tuple[str, ...], document: bytes) -> None:
        """The library that reads such numbers exactly recurses."""
        deep = b'"x":' + b"[" * 1000 + b"]" * 1000
        record = b'{"k":%d,"key":%d,"id":%d,"lat":1,"lon":2,"latency":1,%s}' % (*[10**20] * 3, deep)
        also = ("-i", "json") if document.startswith(b"[") and "-i" in arguments else ()
        arguments = tuple("json" if part == "ndjson" and also else part for part in arguments)
        outcome = rvhctl(*arguments, stdin=document % record)
        assert outcome.code == 1
        assert "nested too deeply" in outcome.err
        assert outcome.err.startswith("rvhctl: stdin")


class TestWhatAPatternFinds:
    LINES = (
        b'user=ann, "x"\r\nuser=bob\\\nsome user=\xc3\xa9 and user=c\n\tuser=d;"\r\n'
        b"nobody\nuser=\nuser=\xff\n\nuser=a\rb\nuser=last"
    )

    @pytest.mark.parametrize("output", ["ndjson", "json", "csv", "tsv", "table", "plain"])
    @pytest.mark.parametrize(
        "place", [("-b", "9"), ("--nodes", 'a,"b,c",d', "--replicas", "2")], ids=" ".join
    )
    @pytest.mark.parametrize(
        "also", [(), ("-0",), ("--hash", "sha256"), ("--on-error", "skip")], ids=" ".join
    )
    @pytest.mark.parametrize("pattern", [r"user=([^,;\\\r]*)", r"user=(?P<key>\w)?"])
    def test_records_go_out_the_same_from_their_bytes_and_one_by_one(
        self,
        output: str,
        place: tuple[str, ...],
        also: tuple[str, ...],
        pattern: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        good = self.LINES[: self.LINES.index(b"nobody")]
        many = good * 1200 if also == () and place[0] == "-b" else good
        for lines in (many, self.LINES, good.replace(b"\n", b"\n\0"), b""):
            answers = []
            for compiled in (True, False):
                monkeypatch.setattr(reading, "COMPILED", compiled)
                words = ("jump-hash", "--regex", pattern, "-o", output, *place, *also)
                answers.append(rvhctl(*words, stdin=lines))
            assert answers[0] == answers[1]


class TestTextOfOtherEncodings:
    LOG = "user=ann\nuser=jos\xe9 x\nuser=bob\n".encode("latin-1")
    ANN, BOB = Placement(8).buckets(["ann", "bob"])

    def test_a_line_that_is_no_utf8_ends_the_run(self) -> None:
        for also in ((), ("-o", "ndjson"), ("--only", "1,2,3"), ("--stats",)):
            outcome = rvhctl("jump-hash", "-b", "8", "--regex", r"user=(\w+)", *also, stdin=self.LOG)
            assert outcome.code == 1
            assert outcome.err.startswith("rvhctl: stdin:2:9: not UTF-8 (got '\\xe9')")
            assert outcome.err.count("\n") == 1

    def test_or_it_is_left_out_and_counted(self) -> None:
        outcome = rvhctl(
            "jump-hash", "-b", "8", "--regex", r"user=(\w+)", "--on-error", "skip", stdin=self.LOG
        )
        assert outcome.code == 1
        assert outcome.out == f"user=ann\t{self.ANN}\nuser=bob\t{self.BOB}\n".encode()
        assert outcome.err.splitlines()[-1] == "rvhctl: 1 left out"

    def test_a_key_flag(self) -> None:
        code, message = refused("-b", "8", "--regex", r"user=(\w+)", "-k", "user=\udce9")
        assert code == 1
        assert message.startswith("--key: not UTF-8 (got '\\xe9')")

    def test_a_long_line_is_judged_whole(self) -> None:
        line = "é".encode() * 1000 + b" user=ann"
        assert jump("-b", "8", "--regex", r"user=(\w+)", stdin=line + b"\n")
        assert "does not match" in refused("-b", "8", "--regex", "joe", stdin=b"x" + line + b"\n")[1]

    @pytest.mark.parametrize("also", [(), ("-o", "json"), ("--only", "0,1,2,3,4,5,6,7")])
    def test_a_row_of_csv(self, also: tuple[str, ...]) -> None:
        rows = b"k,x\nann,1\nbob,\xe9\nann,\xc3\xa9\n"
        code, message = refused("-b", "8", "--field", "k", "-o", "table", stdin=rows)
        assert (code, message) == (1, "stdin:3:5: not UTF-8 (got '\\xe9')")
        outcome = rvhctl("jump-hash", "-b", "8", "--field", "k", "--on-error", "skip", *also, stdin=rows)
        assert outcome.err.splitlines()[-1] == "rvhctl: 1 left out"
        assert outcome.out.count(b"ann") == 2
        assert b"bob" not in outcome.out
        assert (
            refused("-b", "8", "--field", "k", stdin=b"k,\xe9\n")[1] == "stdin:1:3: not UTF-8 (got '\\xe9')"
        )

    def test_help_says_what_it_takes(self) -> None:
        assert b"UTF-8" in rvhctl("jump-hash", "--help", COLUMNS="200").out


# fmt: off
PATTERN_PARTS = st.sampled_from([
    "a", "b", ".", "^", "$", "|", "*", "+", "?", "{2}", "(", "(?:", "(?P<key>", ")", "[ab]", "[^a]",
    r"[^\S]", r"\w", r"\s", r"\S", r"\d", r"\D", r"\b", r"\.", r"[\w.]", "(?=a)", "(?i)", r"\1",
    "é", "\n", "\t", "[ -b]", "[\t-b]",
])
# fmt: on


class TestPatternsOfManyLines:
    @settings(max_examples=300, deadline=None)
    @given(
        st.lists(PATTERN_PARTS, max_size=8).map("".join),
        st.lists(st.text("aAb. \r\té1\x0b\x85", max_size=6), max_size=5),
        st.sampled_from(["\n", "\0"]),
    )
    def test_they_find_what_one_line_after_the_other_has(
        self, text: str, lines: list[str], delimiter: str
    ) -> None:
        try:
            pattern = LinePattern(text)
        except UsageError:
            return
        block = "".join(line + delimiter for line in lines)
        stripped = [line.removesuffix("\r") if delimiter == "\n" else line for line in lines]
        expected = [pattern.key_of(line.encode()) for line in stripped]
        found = pattern.keys_of(block, delimiter, len(lines))
        assert [None if key is None else key.encode() for key in found] == expected

    def test_a_line_without_a_match_takes_none_from_the_next(self) -> None:
        pattern = LinePattern(r"u=([^&]+)")
        assert pattern.keys_of("u=\nu=a\n", "\n", 2) == [None, "a"]
        assert pattern.keys_of("u=a&u=b\nu=c\n", "\n", 2) == ["a", "c"]


class TestColumns:
    def test_one_column_of_tsv(self, tmp_path: Path) -> None:
        (tmp_path / "one.tsv").write_bytes(b"k\na,b\nc\n")
        lines = jump("-b", "8", "--field", "k", str(tmp_path / "one.tsv"))
        assert lines == ["k\tbucket", f"a,b\t{Placement(8).bucket('a,b')}", f"c\t{Placement(8).bucket('c')}"]

    def test_very_many_columns(self) -> None:
        """In a quadratic time this would take minutes."""
        names = [f"c{n}" for n in range(100_000)]
        rows = ",".join(names).encode() + b"\n" + b",".join([b"foo"] * len(names)) + b"\n"
        assert jump("-b", "1000", "--field", "c99999", "-o", "plain", stdin=rows) == [str(FOO)]
        names[0] = "c99999"
        rows = ",".join(names).encode() + b"\n"
        assert (
            refused("-b", "4", "--field", "c1", stdin=rows)[1]
            == "stdin:1: the column 'c99999' is there twice"
        )

    def test_both_readers_name_the_same_place(self) -> None:
        for way in (("-i", "csv"), ("--field", "key")):
            for rows, says in (
                (b"x,key\n1,a\n2,\n", "stdin:3:3: the key is empty"),
                (b"x,key\n1,a\n2\n", "stdin:3: the row has 1 fields, the header 2"),
            ):
                outcome = rvhctl("jump-hash", "-b", "4", *way, stdin=rows)
                assert (outcome.code, outcome.err) == (1, f"rvhctl: {says}\n")
                assert outcome.out.splitlines()[1:] != []

    def test_what_stands_before_a_bad_row_is_answered(self) -> None:
        for bad in (b",x\n", b"a\n", b'"a"b,1\n', b"\xff,1\n"):
            outcome = rvhctl("jump-hash", "-b", "1", "--field", "k", stdin=b"k,n\na,1\nb,2\n" + bad)
            assert outcome.code == 1
            assert outcome.out == b"k,n,bucket\na,1,0\nb,2,0\n"


RECORDS: Final = [
    {"region": "eu", "user": {"id": 42}},
    {"region": "eu", "user": {"id": "42"}},
    {"region": "", "user": {"id": "a,b"}},
    {"region": 'say "so"', "user": {"id": -7}},
    {"region": "é\n", "user": {"id": "tab\t"}},
]
KEYS: Final = [(record["region"], record["user"]["id"]) for record in RECORDS]  # type: ignore[index]
TEXTS: Final = [(region, str(number)) for region, number in KEYS]


def table(delimiter: str) -> bytes:
    out = io.StringIO()
    rows = [(region, n, number) for n, (region, number) in enumerate(TEXTS)]
    csv.writer(out, delimiter=delimiter).writerows([("region", "n", "id"), *rows])
    return out.getvalue().encode()


SHAPES: Final = {
    "ndjson": "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS).encode(),
    "json": json.dumps(RECORDS).encode(),
    "csv": table(","),
    "tsv": table("\t"),
}
PLACES: Final = ("-b", "1000")


def buckets(*arguments: str, stdin: bytes) -> list[int]:
    return list(map(int, jump(*PLACES, *arguments, "-o", "plain", stdin=stdin)))


@pytest.mark.parametrize("shape", SHAPES)
class TestSeveralFields:
    """Each format gives what the naive definition gives, in every view."""

    def field(self, shape: str) -> tuple[str, ...]:
        return "--field", "region,user.id" if shape in ("ndjson", "json") else "region, id"

    def keys(self, shape: str) -> list[tuple[Any, ...]]:
        return list(KEYS if shape in ("ndjson", "json") else TEXTS)

    @pytest.mark.parametrize("also", [(), ("--seed", "7"), ("--hash", "crc32")], ids=" ".join)
    def test_buckets(self, shape: str, also: tuple[str, ...]) -> None:
        digest = {
            (): xxhash.xxh64_intdigest,
            ("--seed", "7"): partial(xxhash.xxh64_intdigest, seed=7),
            ("--hash", "crc32"): zlib.crc32,
        }[also]
        expected = [naive_paper_jump(digest(naive_joined(key)), 1000) for key in self.keys(shape)]
        assert buckets(*self.field(shape), *also, stdin=SHAPES[shape]) == expected

    def test_as_text_makes_all_formats_one(self, shape: str) -> None:
        expected = Placement(1000).buckets(TEXTS)
        assert buckets(*self.field(shape), "--as-text", stdin=SHAPES[shape]) == expected

    @pytest.mark.parametrize("as_text", [(), ("--as-text",)])
    @pytest.mark.parametrize("output", ["ndjson", "json", "csv", "tsv"])
    def test_views_show_the_fields(self, shape: str, output: str, as_text: tuple[str, ...]) -> None:
        keys = TEXTS if as_text else self.keys(shape)
        here, there = Placement(1000), Placement(1500)
        arguments = (*PLACES, *self.field(shape), *as_text, "-o", output)
        asked: list[tuple[str, ...]] = [("--explain",), ("--to", "1500", "--moves")]
        if output in ("csv", "tsv") and output != shape:
            asked.append(())
        moving = [key for key in keys if here.bucket(key) != there.bucket(key)]
        for view, of_view in zip(asked, (keys, moving, keys), strict=False):
            text = "\n".join(jump(*arguments, *view, stdin=SHAPES[shape])) + "\n"
            if output == "json":
                rows = json.loads(text)
            elif output == "ndjson":
                rows = list(map(json.loads, text.splitlines()))
            else:
                rows = list(csv.DictReader(io.StringIO(text), delimiter="," if output == "csv" else "\t"))
            shown = [row["key"] if output.endswith("json") else json.loads(row["key"]) for row in rows]
            assert list(dict.fromkeys(map(tuple, shown))) == list(dict.fromkeys(of_view))

    def test_counts_and_selections(self, shape: str) -> None:
        keys = self.keys(shape)
        arguments = ("-b", "3", *self.field(shape))
        (text,) = jump(*arguments, "--stats", "--json", stdin=SHAPES[shape])
        owners = Placement(3).buckets(keys)
        assert [row["count"] for row in json.loads(text)["buckets"]] == [owners.count(i) for i in range(3)]
        (text,) = jump(*arguments, "--to", "4", "--json", stdin=SHAPES[shape])
        assert json.loads(text)["moved"] == Placement(3).moves(keys, Placement(4)).moved
        selected = rvhctl("jump-hash", *arguments, "--only", str(owners[0]), stdin=SHAPES[shape]).out
        assert KEYS[0][0].encode() in selected


class TestHowFieldsAreNamed:
    @pytest.mark.parametrize(
        ("fields", "record", "key"),
        [
            ('"a,b"', b'{"a,b":"foo"}', "foo"),
            (r"a\,b", b'{"a,b":"foo"}', "foo"),
            ('"a,b"', b'"a,b",c\nfoo,1\n', "foo"),
            ('c,"a,b"', b'"a,b",c\nfoo,1\n', ("1", "foo")),
            ('x."a,b" , x.c', b'{"x":{"a,b":"foo","c":1}}', ("foo", 1)),
            ("a.1,a.0", b'{"a":["x","y"]}', ("y", "x")),
            ("b,a,c", b'{"a":1,"b":2,"c":3}', (2, 1, 3)),
            ("A,b", b"a,B\nx,y\n", ("x", "y")),
        ],
    )
    def test_a_name_with_a_comma_stands_in_quotes(self, fields: str, record: bytes, key: Any) -> None:
        assert bucket_of(fields, record) == Placement(1000).bucket(key)

    @pytest.mark.parametrize(
        ("fields", "record", "code", "says"),
        [
            ("a,", b"", 2, "a name is empty"),
            (",a", b"", 2, "a name is empty"),
            ("a,,b", b"", 2, "a name is empty"),
            ("a, ,b", b"", 2, "a name is empty"),
            ('a,"b', b"", 2, "a quote is not closed"),
            ("a,a", b"", 2, "--field names 'a' twice"),
            ('a."b",a.b', b"", 2, "--field names 'a.b' twice"),
            ("a,b", b'{"a,b":1}', 1, """a name with a comma stands in quotes: --field '"a,b"'"""),
            ("a,b", b'"a,b",c\nfoo,1\n', 1, """a name with a comma stands in quotes: --field '"a,b"'"""),
            ("A,a", b"a,b\nfoo,1\n", 1, "--field names a column twice"),
            ("a,b", b'{"a":1}', 1, "the field 'b' is missing"),
            ("a,b", b'{"a":1,"b":[2]}', 1, "the field 'b' is neither a string nor an integer"),
            ("a,b", b'{"a":"","b":""}', 1, "the key is empty: each of its fields is"),
            ("a,b", b"a,b\n,\n", 1, "the key is empty: each of its fields is"),
            ("a,b", b'{"a":1,"b":18446744073709551616}', 1, "the integer key is out of range"),
        ],
    )
    def test_what_is_wrong(self, fields: str, record: bytes, code: int, says: str) -> None:
        outcome = rvhctl("jump-hash", "-b", "4", "--field", fields, "-o", "plain", stdin=record)
        assert (outcome.code, outcome.out) == (code, b"")
        assert says in outcome.err

    def test_no_integers_out_of_several(self) -> None:
        assert refused("-b", "4", "--field", "a,b", "--hash", "int")[0] == 2


class TestAsText:
    def test_a_number_is_one_key_in_every_format(self) -> None:
        expected = [Placement(1000).bucket("42")]
        assert buckets(stdin=b"42\n") == expected
        assert buckets("--as-text", stdin=b"42\n") == expected
        for record in (b'{"id": 42}\n', b'{"id":"42"}', b'[{"id":42}]', b"id\n42\n"):
            assert buckets("--field", "id", "--as-text", stdin=record) == expected
        for shape, text in (("ndjson", b'42\n{"key":42}\n"42"\n'), ("json", b'[42,{"key":42},"42"]')):
            assert buckets("-i", shape, "--as-text", stdin=text) == expected * 3

    @pytest.mark.parametrize("number", [0, -1, 2**63, 2**64, -(2**63) - 1, 10**40, 10**305])
    def test_integers_of_any_size(self, number: int) -> None:
        for record in (b'{"id":%d}', b'{"id":%d,"x":"\\n"}', b'[{"id":%d}]'):
            found = buckets("--field", "id", "--as-text", stdin=record % number)
            assert found == [Placement(1000).bucket(str(number))]

    @pytest.mark.parametrize("shape", ["ndjson", "json"])
    def test_answers_show_the_text(self, shape: str) -> None:
        text = b"[42]" if shape == "json" else b"42\n"
        (line,) = jump(*PLACES, "-i", shape, "--as-text", "-o", "ndjson", stdin=text)
        assert json.loads(line) == {"key": "42", "bucket": Placement(1000).bucket("42")}

    @pytest.mark.parametrize("number", ["1.5", "1e3", "true", "null", "-0.0", "9" * 400])
    def test_only_integers_have_one(self, number: str) -> None:
        assert refused("-b", "4", "--field", "id", "--as-text", stdin=b'{"id":%b}' % number.encode())[0] == 1

    @pytest.mark.parametrize("arguments", [("-k", "a"), ("--hash", "int"), ("--regex", "a")], ids=" ".join)
    def test_where_it_does_nothing(self, arguments: tuple[str, ...]) -> None:
        assert refused("-b", "4", "--as-text", *arguments)[0] == 2


def test_golden_buckets_of_several_fields() -> None:
    """For ever, and for all who implement the definition."""
    assert naive_joined(("eu", "42")).hex() == "0200000000000000657502000000000000003432"
    assert naive_joined(("eu", 42)).hex() == "02000000000000006575ffffffffffffffff2a00000000000000"
    keys: list[tuple[str | int, ...]] = [("eu", "42"), ("eu", 42), ("eu4", "2"), ("", "x"), ("x", "")]
    assert Placement(1000).buckets(keys) == [487, 906, 566, 161, 80]
