"""``rvhctl jump-hash`` over records: fields, patterns, selections."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from contextlib import ExitStack
from pathlib import Path

import pytest
from placement.test_request import jump, refused
from support.cli import rvhctl

from rvhctl.keys import records
from rvhctl.keys.fields import FieldPath
from rvhctl.keys.records import KeySpec, shape_of
from rvhctl.placement import place
from rvhctl.placement.placement import Placement
from rvhctl.streams.decompress import BLOCK
from rvhctl.streams.source import Source

KEYS = [f"user-{number}" for number in range(200)]
STDIN = "".join(f"{key}\n" for key in KEYS).encode()
EVENTS = "".join(json.dumps({"at": n, "user": {"id": key}}) + "\n" for n, key in enumerate(KEYS)).encode()
ROWS = "at,user\n" + "".join(f"{n},{key}\n" for n, key in enumerate(KEYS))
FOUR = Placement(4)
BUCKETS = FOUR.buckets(KEYS)


class TestFields:
    def test_ndjson_goes_out_with_the_bucket_added(self) -> None:
        lines = jump("-b", "4", "--field", "user.id", stdin=EVENTS)
        assert lines == [
            f'{line[:-1]},"bucket":{bucket}}}'
            for line, bucket in zip(EVENTS.decode().splitlines(), BUCKETS, strict=True)
        ]

    def test_names_and_replicas_are_added(self) -> None:
        (line,) = jump("--nodes", "a,b", "--replicas", "2", "--field", "k", stdin=b'{"k": "foo" }')
        assert line == (
            '{"k": "foo" ,"bucket":0,"node":"a","replicas":[{"bucket":0,"node":"a"},{"bucket":1,"node":"b"}]}'
        )

    def test_the_slow_formats_say_the_same(self) -> None:
        expected = [json.loads(line) for line in jump("-b", "4", "--field", "user.id", stdin=EVENTS)]
        assert json.loads("".join(jump("-b", "4", "--field", "user.id", "--json", stdin=EVENTS))) == expected
        document = b"[" + b",\n".join(EVENTS.splitlines()) + b"]"
        (line,) = jump("-b", "4", "--field", "user.id", stdin=document)
        assert json.loads(line) == expected
        assert jump("-b", "4", "--field", "user.id", "-o", "plain", stdin=EVENTS) == list(map(str, BUCKETS))
        assert jump("-b", "4", "--field", "user.id", "-o", "plain", stdin=document) == list(map(str, BUCKETS))

    def test_csv_gets_columns(self) -> None:
        lines = jump("-b", "4", "--field", "user", stdin=ROWS.encode())
        assert lines[:2] == ["at,user,bucket", f"0,user-0,{BUCKETS[0]}"]
        assert len(lines) == 201
        tabs = jump("--nodes", "p,q", "--field", "user", stdin=ROWS.replace(",", "\t").encode())
        assert tabs[0] == "at\tuser\tbucket\tnode"
        as_json = jump("-b", "4", "--field", "user", "-o", "ndjson", stdin=ROWS.encode())
        assert json.loads(as_json[0]) == {"at": "0", "user": "user-0", "bucket": BUCKETS[0]}

    def test_quoted_rows_stay_as_they_are(self) -> None:
        rows = b'id,text\r\n"x","a, ""b"""\r\ny,z\r\n'
        lines = jump("-b", "1", "--field", "id", stdin=rows)
        assert lines == ["id,text,bucket", '"x","a, ""b""",0', "y,z,0"]

    def test_an_integer_is_the_64_bit_key_itself(self) -> None:
        lines = jump("-b", "1000", "--field", "id", stdin=b'{"id":42}\n{"id":"42"}\n')
        assert [json.loads(line)["bucket"] for line in lines] == Placement(1000).buckets([42, "42"])

    def test_several_files_of_several_formats(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(EVENTS)
        (tmp_path / "b").write_bytes(b"[" + EVENTS.splitlines()[0] + b"]")
        lines = jump("-b", "4", "--field", "user.id", str(tmp_path / "a"), str(tmp_path / "b"), stdin=b"")
        assert len(lines) == 201
        assert json.loads(lines[200]) == json.loads(lines[0])

    @pytest.mark.parametrize(
        ("arguments", "stdin", "says"),
        [
            (
                ("--field", "user.id"),
                b'{"user":{"id":1}}\n{"a":1}\n',
                "stdin:2: the field 'user.id' is missing",
            ),
            (
                ("--field", "a"),
                b'[{"a":1},{"a":null}]',
                "stdin: record 2: the field 'a' is neither a string nor",
            ),
            (("--field", "b"), b"a,c\n1,2\n", "stdin:1: the CSV header has no column 'b'"),
            (("--field", "a"), b"a,bucket\n1,2\n", "stdin:1: the record already has 'bucket'"),
            (("--field", "a"), b"a,c\n,2\n", "stdin:2:1: the key is empty"),
            (
                ("--regex", r"u=(\w+)"),
                b"u=a\nx\n",
                r"stdin:2: the pattern 'u=(\\w+)' does not match (got 'x')",
            ),
        ],
    )
    def test_bad_records_are_named(self, arguments: tuple[str, ...], stdin: bytes, says: str) -> None:
        outcome = rvhctl("jump-hash", "-b", "4", *arguments, stdin=stdin)
        assert outcome.code == 1
        assert says in outcome.err

    def test_on_error_skip_counts(self) -> None:
        outcome = rvhctl(
            "jump-hash",
            "-b",
            "4",
            "--field",
            "a",
            "--on-error",
            "skip",
            stdin=b'{"a":1}\n{"b":1}\nx\n{"a":2}\n',
        )
        assert outcome.code == 1
        assert len(outcome.out.splitlines()) == 2
        assert outcome.err.count("\n") == 3
        assert "2 left out" in outcome.err

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("--field", "a..b"), "--field: a name is empty"),
            (("--field", "a", "-i", "plain"), "--field reads records, not plain text; use -i json"),
            (("--field", "a", "--regex", "b"), "--field and --regex exclude each other"),
            (("--field", "a", "-k", "b"), "--key makes no sense with --field"),
            (("--regex", "("), "--regex: missing )"),
            (("--regex", "(a)(b)"), "--regex: the pattern has 2 groups"),
            (("--regex", "a", "-i", "json"), "--regex reads text lines, not json"),
        ],
    )
    def test_usage(self, arguments: tuple[str, ...], says: str) -> None:
        code, message = refused("-b", "4", *arguments)
        assert code == 2
        assert says in message

    def test_regex_on_flags(self) -> None:
        (line,) = jump("-b", "1000", "--regex", r"=(\w+)", "-k", "u=foo", stdin=b"")
        assert line == f"u=foo\t{Placement(1000).bucket('foo')}"

    def test_regex_in_json(self) -> None:
        (line,) = jump("-b", "1000", "--regex", r"=(\w+)", "-o", "ndjson", stdin=b"u=foo bar\n")
        assert json.loads(line) == {
            "record": "u=foo bar",
            "key": "foo",
            "bucket": Placement(1000).bucket("foo"),
        }


class TestOnly:
    def test_records_as_they_came(self) -> None:
        for wanted in ([3], [0, 2]):
            expected = [key for key, bucket in zip(KEYS, BUCKETS, strict=True) if bucket in wanted]
            assert jump("-b", "4", "--only", ",".join(map(str, wanted)), stdin=STDIN) == expected
        zero = rvhctl("jump-hash", "-b", "4", "-0", "--only", "1", stdin=STDIN.replace(b"\n", b"\0"))
        expected = [key for key, bucket in zip(KEYS, BUCKETS, strict=True) if bucket == 1]
        assert zero.out == b"".join(key.encode() + b"\0" for key in expected)

    def test_all_shards_together_are_the_input(self) -> None:
        parts = [jump("-b", "4", "--only", str(bucket), stdin=STDIN) for bucket in range(4)]
        assert sorted(key for part in parts for key in part) == sorted(KEYS)

    def test_names(self) -> None:
        expected = [key for key, bucket in zip(KEYS, BUCKETS, strict=True) if bucket == 1]
        assert jump("--nodes", "a,b,c,d", "--only", "b", stdin=STDIN) == expected
        assert jump("--nodes", "a,b,c,d", "--only", "1", stdin=STDIN) == expected
        assert refused("--nodes", "a,b", "--only", "x")[0] == 2

    def test_given_twice_it_adds_up(self) -> None:
        both = jump("-b", "4", "--only", "1,3", stdin=STDIN)
        assert jump("-b", "4", "--only", "3", "--only", "1", "--only", "1", stdin=STDIN) == both
        assert len(both) > len(jump("-b", "4", "--only", "1", stdin=STDIN))

    def test_the_kth_of_n(self) -> None:
        third = jump("-b", "4", "--only", "2", stdin=STDIN)
        assert jump("--only", "3/4", stdin=STDIN) == jump("-b", "4", "--only", "3/4", stdin=STDIN) == third
        assert jump("--nodes", "a,b,c,d", "--only", "3/4", stdin=STDIN) == third
        assert jump("--only", "1/4,2/4", stdin=STDIN) == jump("-b", "4", "--only", "0,1", stdin=STDIN)

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("--only", "1/4", "-b", "5"), "--only 1/4 counts 4 buckets, but there are 5"),
            (("--only", "1/4", "--only", "1/5"), "--only 1/5 counts 5 buckets, but there are 4"),
            (("--only", "1/3", "--nodes", "a,b"), "--only 1/3 counts 3 nodes, but there are 2"),
            (
                ("--only", "0/4"),
                "--only: K/N counts from 1 to N (got '0/4'); a bucket's number counts from 0",
            ),
            (
                ("--only", "5/4"),
                "--only: K/N counts from 1 to N (got '5/4'); a bucket's number counts from 0",
            ),
        ],
    )
    def test_a_share_that_contradicts(self, arguments: tuple[str, ...], says: str) -> None:
        assert refused(*arguments) == (2, says)

    def test_a_number_of_a_thousand_digits(self) -> None:
        for flag in ("--only", "--down"):
            assert refused("-b", "4", flag, "9" * 5000)[0] == 2
            assert refused("--nodes", "a,b", flag, "9" * 5000)[0] == 2
        assert refused("--only", "1/" + "9" * 5000)[0] == 2

    def test_documents_stay_documents(self) -> None:
        chosen = [key for key, bucket in zip(KEYS, BUCKETS, strict=True) if bucket == 2]
        lines = jump("-b", "4", "--field", "user.id", "--only", "2", stdin=EVENTS)
        assert [json.loads(line)["user"]["id"] for line in lines] == chosen
        assert set(lines) <= set(EVENTS.decode().splitlines())
        (line,) = jump(
            "-b", "4", "--field", "user.id", "--only", "2", stdin=b"[" + b",".join(EVENTS.splitlines()) + b"]"
        )
        assert [record["user"]["id"] for record in json.loads(line)] == chosen
        rows = jump("-b", "4", "--field", "user", "--only", "2", stdin=ROWS.encode())
        assert rows[0] == "at,user"
        assert [row.split(",")[1] for row in rows[1:]] == chosen

    def test_nothing_is_exit_code_3(self) -> None:
        assert refused("-b", "1000", "--only", "7", "-k", "foo") == (
            3,
            "no record belongs to 7; --allow-empty makes that fine",
        )
        assert refused("-b", "4", "--only", "0", stdin=b"")[0] == 3
        assert jump("-b", "4", "--only", "0", "--allow-empty", stdin=b"") == []
        empty = jump("-b", "4", "--only", "0", "--allow-empty", "-i", "json", stdin=b"[]")
        assert empty == ["[]"]

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--only", "4"),
            ("--only", "-1"),
            ("--only", ""),
            ("--allow-empty",),
            ("--only", "1", "--stats"),
            ("--only", "1", "-o", "json"),
        ],
    )
    def test_usage(self, arguments: tuple[str, ...]) -> None:
        assert refused("-b", "4", *arguments)[0] == 2


def test_of_files_whose_shape_is_found_out_nothing_is_kept_meanwhile(tmp_path: Path) -> None:
    spec = KeySpec(path=FieldPath("user.id"))
    (tmp_path / "events.gz").write_bytes(gzip.compress(EVENTS * 300))
    with ExitStack() as stack:
        sources = [stack.enter_context(Source(str(tmp_path / "events.gz"))) for _ in range(9)]
        assert shape_of(sources[0], "auto", spec) == "ndjson"
        tracemalloc.start()
        try:
            shapes = [shape_of(source, "auto", spec) for source in sources]
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert set(shapes) == {"ndjson"}
        assert kept < BLOCK
        assert {source.read_all() for source in sources} == {EVENTS * 300}


def test_an_object_of_keys_is_told_where_it_belongs() -> None:
    outcome = rvhctl("jump-hash", "-b", "3", "-i", "json", stdin=b'{"keys": ["a"], "buckets": 5}')
    assert outcome.err == (
        "rvhctl: stdin: the document must be an array of keys; "
        "an object is a request: give it to --batch, on one line (jq -c)\n"
    )


@pytest.mark.parametrize(
    "flags", [("--field", "user.id"), ("--field", "user.id", "--replicas", "2"), ("--regex", "user-(.*)")]
)
def test_records_some_at_a_time_are_as_all_at_once(
    flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    array = b"[" + b",".join(EVENTS.splitlines()) + b"]"
    rows = ROWS.replace("at,user", "at,user.id").encode()
    texts = [STDIN] if flags[0] == "--regex" else [EVENTS, array, rows]

    def answers() -> list[list[str]]:
        return [
            jump("-b", "4", *flags, "-o", format_, stdin=text)
            for text in texts
            for format_ in ("csv", "ndjson", "json", "plain")
        ]

    whole = answers()
    monkeypatch.setattr(records, "SLICE", 7)
    monkeypatch.setattr(place, "SLICE", 3)
    assert answers() == whole
