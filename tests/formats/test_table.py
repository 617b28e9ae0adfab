"""Tables: aligned, whole, and not misled by what is in the data."""

from __future__ import annotations

import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import rvhctl

from rvhctl.formats.shapes import View
from rvhctl.formats.table import write
from rvhctl.formats.wording import aligned, shown
from rvhctl.streams.sink import Sink

FLEET = b"id,lat,lon,latency\na,52.37,4.90,12.5\nb,52.37,4.90,9\nc,48.86,2.35,31\nd,40.64,-73.78,\n"


def table(*arguments: str, stdin: bytes = FLEET, **environment: str) -> str:
    code, out, err = rvhctl(*arguments, "-o", "table", stdin=stdin, **environment)
    assert (code, err) == (0, "")
    return out.decode()


def test_failover_ranks() -> None:
    assert table("failover", "--threshold", "30") == (
        "\n"
        " rank   node   latency ms\n"
        " ────────────────────────\n"
        "    1   b             9.0\n"
        "    2   a            12.5\n"
        "\n"
        "2 of 4 nodes within 30 ms\n"
    )


def test_failover_explains_without_the_column_of_cells() -> None:
    """There are none; what programs read has it all the same."""
    assert table("failover", "--threshold", "30", "--explain") == (
        "\n"
        " id   kept    reason           latency   limit   margin\n"
        " ──────────────────────────────────────────────────────\n"
        " c    false   over_threshold      31.0      30     -1.0\n"
        " d    false   no_measurement         -      30        -\n"
        " a    true                        12.5      30     17.5\n"
        " b    true                         9.0      30     21.0\n"
        "\n"
        "2 of 4 nodes kept\n"
    )
    for arguments in (("failover", "-o", "csv"), ("faultset", "-o", "csv"), ("faultset", "-o", "table")):
        assert "cell" in rvhctl(*arguments, "--threshold", "30", "--explain", stdin=FLEET).out.decode()


def test_faultset_groups_by_cell() -> None:
    assert table("faultset", "--threshold", "100") == (
        "\n"
        " cell    nodes   survivors   best ms   ids\n"
        " ──────────────────────────────────────────\n"
        " u173z       2           2         9   b, a\n"
        " u09tv       1           1        31   c\n"
        " dr5x1       1           0         -\n"
        "\n"
        "3 of 4 nodes within 100 ms, in 2 of 3 cells\n"
    )


def test_what_top_leaves_out_is_said() -> None:
    ranks = table("failover", "--threshold", "100", "--top", "1")
    assert "    1   b" in ranks
    assert "    2   a" not in ranks
    assert ranks.endswith("3 of 4 nodes within 100 ms; the first shown\n")
    cells = table("faultset", "--threshold", "100", "--top", "1")
    assert " u173z       2           2         9   b\n" in cells
    assert cells.endswith("in 2 of 3 cells; the first of each cell shown\n")
    assert table("faultset", "--threshold", "100", "--top", "2") == table("faultset", "--threshold", "100")


def test_jump_hash_shows_key_and_bucket() -> None:
    assert table("jump-hash", "-b", "5", stdin=b"foo\n[bold]\n:smile:\n").splitlines()[1:] == [
        " key       bucket",
        " ────────────────",
        " foo            3",
        " [bold]         1",
        " :smile:        0",
        "",
        "3 keys in 5 buckets",
    ]


@pytest.mark.parametrize("columns", ["20", "40", "80", "200"])
def test_no_cell_is_cut(columns: str) -> None:
    nodes = b"id,lat,lon,latency\n%b,1,1,123456.125\nb,1,1,7\n" % (b"x" * 500)
    for command in ("failover", "faultset"):
        drawn = table(command, "--threshold", "1e9", stdin=nodes, COLUMNS=columns)
        assert drawn.count("x") == 500
        numbers = ("7.000", "123456.125") if command == "failover" else (r"\b7\b",)
        assert all(re.search(number, drawn) for number in numbers)
        assert all(len(line) <= int(columns) for line in drawn.splitlines())
        assert "…" not in drawn


@pytest.mark.parametrize("columns", ["20", "40", "80"])
def test_colours_take_no_room(columns: str) -> None:
    nodes = b"id,lat,lon,latency\n" + b"".join(b"node-%d,1,1,7\n" % index for index in range(30))
    plain, colored = (
        table("faultset", "--threshold", "9", "--color", color, stdin=nodes, COLUMNS=columns)
        for color in ("never", "always")
    )
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain
    assert max(map(len, plain.splitlines())) <= int(columns)


@pytest.mark.parametrize("key", ["k%d", "a long key of several words, which has to be folded, %d"])
def test_a_long_table_takes_little_memory(key: str, capfd: pytest.CaptureFixture[str]) -> None:
    rows = [(key % index, index) for index in range(5000)]
    view = View(("key", "bucket:r"), lambda: [list(zip(*rows, strict=True))])
    write(view, Sink(), "never")
    tracemalloc.start()
    try:
        write(view, Sink(), "never")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(capfd.readouterr().out.splitlines()) >= 2 * len(rows)
    assert peak < 300 * len(rows)


def test_colour_is_for_the_table_alone() -> None:
    plain = table("failover", "--threshold", "30")
    colored = table("failover", "--threshold", "30", "--color", "always")
    assert "\x1b[1m" in colored
    assert "\x1b" not in plain


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (100.0, "100"),
        (0.25, "0.25"),
        (100.0000001, "100.0000001"),
        (1e22, "1e+22"),
        (123456789.0, "123456789"),
    ],
)
def test_numbers_in_sentences(value: float, text: str) -> None:
    assert shown(value) == text


@given(st.floats(allow_nan=False))
def test_a_number_shown_is_that_number(value: float) -> None:
    assert float(shown(value)) == value


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([], []),
        ([5.0, 12.0], ["5", "12"]),
        ([5.0, 12.5], ["5.0", "12.5"]),
        ([5.0, 0.1234567], ["5.000", "0.123"]),
        ([float("nan"), 7.25], ["-", "7.25"]),
        ([float("nan")], ["-"]),
        ([100.0, 10.0], ["100", "10"]),
    ],
)
def test_numbers_in_columns(values: list[float], texts: list[str]) -> None:
    assert aligned(values) == texts


MANY = b"id,lat,lon,latency\n" + b"".join(
    b"node-of-the-fleet-%d,%d,1,%d\n" % (i, i % 3 * 50 - 60, i % 7) for i in range(1000)
)


@pytest.mark.parametrize("columns", ["46", "80", "120", "200"])
@pytest.mark.parametrize("flags", [["--threshold", "9"], ["--relative", "9", "--plan"]])
def test_a_list_shows_the_first_few_and_how_many_more(flags: list[str], columns: str) -> None:
    drawn = table("faultset", *flags, "-p", "1", stdin=MANY, COLUMNS=columns)
    lines = drawn.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= int(columns)
    shown = re.findall(r"node-\S*", drawn)
    assert all(re.fullmatch(r"node-of-the-fleet-\d+,", part) for part in shown)
    assert len(shown) + sum(map(int, re.findall(r" \+(\d+)", drawn))) == 1000
    assert len(re.findall(r"\+\d+", drawn)) == 3


def test_no_id_breaks_where_the_terminal_has_room_for_it() -> None:
    long = "an-id-of-forty-characters-neither-more-x"
    nodes = f"id,lat,lon,latency\n{long},1,1,7\nb,1,1,7\n".encode()
    for flags in (["--threshold", "9"], ["--relative", "9", "--plan"], ["--relative", "9", "--explain"]):
        for columns in ("46", "60", "80"):
            drawn = table("faultset", *flags, stdin=nodes, COLUMNS=columns)
            assert len(re.findall(rf"\b{long}(?!\S*-)", drawn)) == 1, drawn
            assert max(map(len, drawn.splitlines())) <= int(columns)


def test_machines_get_whole_lists() -> None:
    code, out, _ = rvhctl(
        "faultset", "--relative", "9", "--plan", "-p", "1", "-o", "csv", stdin=MANY, COLUMNS="46"
    )
    assert (code, out.count(b"node-of-the-fleet-")) == (0, 1000)


def test_an_explanation_begins_with_the_dropped_cell_by_cell() -> None:
    places = {"u": "52.37,4.90", "d": "40.64,-73.78"}
    nodes = [("u1", 9), ("d1", 90), ("u2", 95), ("d2", 8), ("u3", 7), ("d3", 99), ("u4", 91)]
    text = "id,lat,lon,latency\n" + "".join(f"{name},{places[name[0]]},{ms}\n" for name, ms in nodes)
    flags = ("faultset", "--threshold", "30", "-p", "1", "--explain")
    rows = table(*flags, stdin=text.encode()).splitlines()[3:-2]
    assert [row.split()[0] for row in rows] == ["u2", "u4", "d1", "d3", "u1", "u3", "d2"]
    assert [row.split()[2] for row in rows] == ["false"] * 4 + ["true"] * 3
    whole = rvhctl(*flags, "-o", "csv", stdin=text.encode()).out.decode().splitlines()
    assert [row.partition(",")[0] for row in whole[1:]] == [name for name, _ in nodes]
    # Each row keeps its own values.
    assert {" ".join(row.split()) for row in rows} == {
        " ".join(line.replace(".0", "").replace(",", " ").split()) for line in whole[1:]
    }
