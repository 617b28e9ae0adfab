"""CSV as people have it, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import rvhctl

FLEET = b'"Host";"Latitude";"lng";"RTT";"Zone"\r\na;52,37;4,9;12,5;"x;y"\r\nb;52,3;4,8;"800";z\r\n'


def test_rows_go_out_as_they_came() -> None:
    rows = b'"Host";"Latitude";"lng";"RTT";"Zone"\na;52,37;4,9;12,5;"x;y"\n'
    assert rvhctl("failover", "--threshold", "100", stdin=FLEET) == (0, rows, "")
    assert rvhctl("failover", "--threshold", "100", "-o", "csv", stdin=FLEET) == (0, rows, "")
    assert rvhctl("faultset", "--threshold", "100", "-i", "csv", stdin=b"sep=;\n" + FLEET) == (
        0,
        b"sep=;\n" + rows,
        "",
    )
    tsv = b"Host\tLatitude\tlng\tRTT\tZone\na\t52.37\t4.9\t12.5\tx;y\n"
    assert rvhctl("failover", "--threshold", "100", "-o", "tsv", stdin=FLEET) == (0, tsv, "")


def test_json_has_the_fields_by_their_names_so_that_it_can_be_read_again() -> None:
    record = b'{"id":"a","lat":52.37,"lon":4.9,"latency":12.5,"Zone":"x;y"}\n'
    outcome = rvhctl("faultset", "--threshold", "100", "-o", "ndjson", stdin=FLEET)
    assert outcome == (0, record, "")
    assert rvhctl("faultset", "--threshold", "100", stdin=outcome.out) == outcome
    seconds = b"id,rtt_s\na,0.0014\nb,-\nc,12 ms\n"
    assert rvhctl("failover", "--threshold", "9000", "-o", "ndjson", stdin=seconds).out == (
        b'{"id":"a","latency":1.4}\n{"id":"c","latency":12.0}\n'
    )


def test_what_was_understood_is_said_to_whoever_wants_to_know(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(FLEET)
    file = str(tmp_path / "f.csv")
    for more in ((), (str(tmp_path / "g.csv"),)):
        (tmp_path / "g.csv").write_bytes(FLEET.replace(b"\na;", b"\nc;").replace(b"\nb;", b"\nd;"))
        err = rvhctl("failover", "--threshold", "100", "-l", "info", file, *more).err
        said = "id is the column 'Host', lat is the column 'Latitude', lon is the column 'lng', latency is the column"
        assert err.startswith(f"rvhctl: {', '.join([file, *more])}: {said} 'RTT', columns are")


def test_the_user_says_which_column_is_what() -> None:
    text = b"box,p50,p99_s\na,5,0.5\nb,7,0.001\n"
    assert rvhctl("failover", "--threshold", "6", stdin=text).err.endswith(
        "no column 'id'; its columns: 'box', 'p50', 'p99_s'; --column id=COLUMN says which it is\n"
    )
    columns = ("--column", "id=box,latency=p50")
    assert rvhctl("failover", "--threshold", "6", *columns, stdin=text) == (
        0,
        b"box,p50,p99_s\na,5,0.5\n",
        "",
    )
    columns = ("--column", "id=box", "--column", "latency=p99_s")
    assert rvhctl("failover", "--threshold", "6", *columns, stdin=text) == (
        0,
        b"box,p50,p99_s\nb,7,0.001\n",
        "",
    )


@pytest.mark.parametrize(
    ("text", "flags", "code", "problem"),
    [
        (
            b'{"id":"a","latency":1}\n',
            ("--column", "id=host"),
            2,
            "--column makes no sense: the input is no CSV",
        ),
        (b"id,latency\na,1\n", ("--column", "id=host"), 1, "stdin:1: the CSV header has no column 'host'"),
        (
            b"id;latency\na;1.234,5\n",
            (),
            1,
            "stdin:2:3: the latency must be a number of milliseconds (got '1.234,5'); write 1234.5\n",
        ),
        (b"id;latency\na;1\nb\n", (), 1, "stdin:3: the row has 1 fields, the header 2"),
        (b"host,latitude,longitude,rtt\na,N/A,2,3\n", ("-p", "2"), 1, "stdin:2:3: lat is missing"),
    ],
)
def test_wrong_tables_are_named(text: bytes, flags: tuple[str, ...], code: int, problem: str) -> None:
    command = "faultset" if "-p" in flags else "failover"
    outcome = rvhctl(command, "--threshold", "5", *flags, stdin=text)
    assert (outcome.code, outcome.out) == (code, b"")
    assert outcome.err.startswith(f"rvhctl: {problem}")


def test_names_of_buckets_may_come_so_too(tmp_path: Path) -> None:
    (tmp_path / "nodes.csv").write_bytes(b"ID;weight\na;1\nb;2\n")
    outcome = rvhctl("jump-hash", "--nodes", str(tmp_path / "nodes.csv"), "-k", "x", "-o", "json")
    assert (outcome.code, outcome.err) == (0, "")
    assert b'"node":"' in outcome.out
    assert b";" not in outcome.out


def test_what_owns_keys_may_stand_in_any_table(tmp_path: Path) -> None:
    file = tmp_path / "fleet.csv"
    for text in ("Host;RTT\nb;9\na;9\n", "sep=;\nname;;\nb;;\na;;\n", "RTT|node\n9|b\n9|a\n"):
        file.write_text(text)
        assert rvhctl("jump-hash", "--nodes", str(file), "-k", "foo", "-o", "plain").out == b"b\n", text
    file.write_text("a;b\nb|c\n")
    assert rvhctl("jump-hash", "--nodes", str(file), "-k", "foo", "-o", "plain").out == b"a;b\n"
    file.write_text("box;RTT\na;9\n")
    assert "no column 'id'" in rvhctl("jump-hash", "--nodes", str(file), "-k", "foo").err
