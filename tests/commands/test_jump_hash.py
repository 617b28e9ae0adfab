"""``rvhctl jump-hash``: keys in every form, buckets in every format."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import rvhctl

from rvhctl.placement.jump import jump_hash

FIVE = ("jump-hash", "--buckets", "5")
KEYS = ("-k", "foo", "-k", 'a,b"c', "-k", "x\ty")


def test_one_key() -> None:
    assert rvhctl("jump-hash", "-k", "foo", "-b", "5") == (0, b"3\n", "")


def test_a_key_may_look_like_a_flag() -> None:
    assert rvhctl(*FIVE, "-k", "-5", "-k", "--x").out == b"%d\n%d\n" % (
        jump_hash("-5", 5),
        jump_hash("--x", 5),
    )


@pytest.mark.parametrize(
    ("format_", "out"),
    [
        ("plain", b"3\n4\n0\n"),
        ("json", b'[{"key":"foo","bucket":3},{"key":"a,b\\"c","bucket":4},{"key":"x\\ty","bucket":0}]\n'),
        ("ndjson", b'{"key":"foo","bucket":3}\n{"key":"a,b\\"c","bucket":4}\n{"key":"x\\ty","bucket":0}\n'),
        ("csv", b'key,bucket\nfoo,3\n"a,b""c",4\nx\ty,0\n'),
        ("tsv", b'key\tbucket\nfoo\t3\n"a,b""c"\t4\n"x\ty"\t0\n'),
    ],
)
def test_every_format(format_: str, out: bytes) -> None:
    assert rvhctl(*FIVE, *KEYS, "-o", format_) == (0, out, "")
    assert rvhctl(*FIVE, "-o", format_, stdin=b'foo\na,b"c\nx\ty\n') == (0, out, "")
    assert rvhctl(*FIVE, "-o", format_, "--async", stdin=b'foo\na,b"c\nx\ty') == (0, out, "")


@pytest.mark.parametrize(
    ("format_", "out"),
    [("plain", b""), ("json", b"[]\n"), ("ndjson", b""), ("csv", b"key,bucket\n"), ("tsv", b"key\tbucket\n")],
)
def test_no_keys_are_an_answer_too(format_: str, out: bytes) -> None:
    assert rvhctl(*FIVE, "-o", format_) == (0, out, "")


def test_several_documents_make_one_array(tmp_path: Path) -> None:
    for name, text in (("a", "[]"), ("b", '["foo"]'), ("c", "[42]")):
        (tmp_path / f"{name}.json").write_text(text)
    a, b, c = (str(tmp_path / f"{name}.json") for name in "abc")
    assert rvhctl(*FIVE, a, b, c).out == b'[{"key":"foo","bucket":3},{"key":42,"bucket":2}]\n'
    assert rvhctl(*FIVE, "-o", "csv", a, b).out == b"key,bucket\nfoo,3\n"


def test_keys_are_never_guessed_at() -> None:
    assert rvhctl(*FIVE, stdin=b'["foo"]\n').out == b"%d\n" % jump_hash('["foo"]', 5)


def test_the_suffix_says_what_is_in_a_file_and_i_says_it_better(tmp_path: Path) -> None:
    (tmp_path / "keys.ndjson").write_text('"foo"\n')
    file = str(tmp_path / "keys.ndjson")
    assert rvhctl(*FIVE, file).out == b'{"key":"foo","bucket":3}\n'
    assert rvhctl(*FIVE, "-i", "plain", file).out == b"%d\n" % jump_hash('"foo"', 5)


def test_files_of_several_formats(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("key\nfoo\n")
    (tmp_path / "b.txt").write_text("foo\n")
    out = rvhctl(*FIVE, str(tmp_path / "a.csv"), str(tmp_path / "b.txt"), "-", stdin=b"foo").out
    assert out == 3 * b'{"key":"foo","bucket":3}\n'


def test_keys_that_end_in_nul() -> None:
    assert rvhctl(*FIVE, "-0", stdin=b"foo\0a\nb\0foo").out == b"3\n%d\n3\n" % jump_hash("a\nb", 5)


def test_a_carriage_return_belongs_to_a_line_end_alone() -> None:
    expected = b"3\n%d\n" % jump_hash("foo\r", 5)
    assert rvhctl(*FIVE, stdin=b"foo\r\nfoo\r").out == expected
    assert rvhctl(
        *FIVE, "-o", "csv", stdin=b"foo\r\nfoo\r"
    ).out == b'key,bucket\nfoo,3\n"foo\r",%d\n' % jump_hash("foo\r", 5)


@pytest.mark.parametrize("key", ["42", "-1", "+5", "007", "18446744073709551615", "0" * 5000 + "1"])
@pytest.mark.parametrize("format_", ["plain", "ndjson"])
def test_decimal_bitss(key: str, format_: str) -> None:
    bucket = jump_hash(int(key.lstrip("0")), 1000)
    out = rvhctl("jump-hash", "-b", "1000", "--hash", "int", "-o", format_, stdin=key.encode()).out
    assert out.rstrip(b"}\n").endswith(b"%d" % bucket)


@pytest.mark.parametrize(
    "key", ["foo", "1_0", " 1", "1.0", "0x1", "18446744073709551616", "-9223372036854775809"]
)
@pytest.mark.parametrize("format_", ["plain", "ndjson"])
def test_what_is_no_decimal_bits(key: str, format_: str) -> None:
    code, out, err = rvhctl(*FIVE, "--hash", "int", "-o", format_, stdin=b"7\n" + key.encode())
    assert code == 1
    assert len(out.splitlines()) == 1
    assert err.startswith(f"rvhctl: stdin:2: not a 64-bit integer key (got '{key}'); ")


def test_a_key_that_is_no_utf8() -> None:
    keys = b"foo\n\xc3\xa9bar\xff\nfoo\n"
    assert rvhctl(*FIVE, stdin=keys) == (0, b"3\n%d\n3\n" % jump_hash(b"\xc3\xa9bar\xff", 5), "")
    message = "rvhctl: stdin:2:5: the key is not UTF-8 (got 'ébar\\xff'); only -o plain can answer for it\n"
    assert rvhctl(*FIVE, "-o", "ndjson", stdin=keys) == (1, b'{"key":"foo","bucket":3}\n', message)
    assert rvhctl(*FIVE, "-o", "json", stdin=keys) == (1, b"", message)
    assert rvhctl(*FIVE, "-o", "csv", "--on-error", "skip", stdin=keys) == (
        1,
        b"key,bucket\nfoo,3\nfoo,3\n",
        message + "rvhctl: 1 left out\n",
    )


def test_a_key_from_a_flag_has_no_line_and_no_column() -> None:
    code, out, err = rvhctl(*FIVE, "-k", "\udcff", "-o", "json")
    assert (code, out) == (1, b"")
    assert err.startswith("rvhctl: --key: the key is not UTF-8 (got '\\xff'); ")


def test_what_came_before_a_bad_key_is_answered() -> None:
    assert rvhctl(*FIVE, stdin=b"foo\n\nfoo\n") == (1, b"3\n", "rvhctl: stdin:2: the key is empty\n")
    assert rvhctl(*FIVE, "--on-error", "skip", stdin=b"foo\n\nfoo\n") == (
        1,
        b"3\n3\n",
        "rvhctl: stdin:2: the key is empty\nrvhctl: 1 left out\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("-k", "a"), 2, "--buckets is missing: give their number, as in -b 8, or --nodes"),
        (("-k", "a", "-b", "0"), 1, "buckets is out of range (got 0); give 1 to 2147483647"),
        (
            ("-k", "a", "-b", "2147483648"),
            1,
            "buckets is out of range (got 2147483648); give 1 to 2147483647",
        ),
        (("-k", "", "-b", "5"), 1, "--key: the key is empty"),
        (("-k", "a", "-b", "5", "file"), 2, "give keys with -k or in FILEs, not both"),
        (("-k", "a", "-b", "5", "-0"), 2, "--null makes no sense with --key"),
        (("-k", "a", "-b", "5", "-i", "json"), 2, "--input-format makes no sense with --key"),
        (("-b", "5", "-i", "json", "-0"), 2, "--null makes no sense with keys that are not plain text"),
        (("-b", "5", "--unordered"), 2, "--unordered makes no sense without --batch"),
        (("-b", "5", "nofile"), 1, "nofile: no such file or directory"),
    ],
)
def test_what_cannot_be_answered(arguments: tuple[str, ...], code: int, message: str) -> None:
    assert rvhctl("jump-hash", *arguments) == (code, b"", f"rvhctl: {message}\n")


@pytest.mark.parametrize("output", [(), ("-o", "csv"), ("--stats",), ("-o", "parquet")], ids="".join)
def test_a_carriage_return_is_of_a_key_but_before_a_line_feed(output: tuple[str, ...]) -> None:
    asked = ("jump-hash", "-b", "5", "--hash", "int", "--on-error", "skip", *output)
    for more, stdin, keys in (
        ((), b"7\r\nx\r\nz\r\r\ny\r", [r"x", r"z\r", r"y\r"]),
        (("-0",), b"7\0x\r\0y\r", [r"x\r", r"y\r"]),
    ):
        said = rvhctl(*asked, *more, stdin=stdin).err.splitlines()
        assert [line.partition("(got '")[2].partition("'")[0] for line in said[: len(keys)]] == keys


def test_debug_counts_keys() -> None:
    records = b'"a"\n\n{"key":"b"}\n  \n7'  # a blank line is none
    for arguments, stdin in (
        *((KEYS, b""), ((), b"a\nb\nc"), (("-o", "csv"), b"a\nb\nc")),
        *((("-i", "ndjson", *output), records) for output in ((), ("-o", "plain"), ("--stats",))),
    ):
        err = rvhctl(*FIVE, "--level", "debug", *arguments, stdin=stdin).err
        assert err.startswith("rvhctl: 3 keys on the ")
