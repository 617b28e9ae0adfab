"""What the columns of a table are, by their names and by what the user says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rvhctl.errors import InputError
from rvhctl.formats.headers import layout_of

NEEDED = ("id", "latency")


def layout(header: str, shape: str = "csv", **columns: str) -> Any:
    return layout_of(f"{header}\na\n".encode(), "f", shape, columns, NEEDED)


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("id,latency", ","),
        ("id;latency", ";"),
        ("id|latency", "|"),
        ("id", ","),
        ("\r\n\nid;latency", ";"),
        ("id;latency;a,b", ";"),
        ("id,latency,a;b|c", ","),
        ('"i;d",id,latency', ","),
        ("x;y,z", ","),
        ("x;y|z", ";"),
    ],
)
def test_a_delimiter_is_that_by_which_most_columns_are_known(header: str, delimiter: str) -> None:
    assert layout(header).delimiter == delimiter


def test_tabs_are_tabs() -> None:
    assert layout("id\tlatency;x", "tsv")[:3] == ("\t", ["id", "latency;x"], ["id", "latency;x"])


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "sep=;\r"])
def test_a_first_line_may_name_the_delimiter(line: str) -> None:
    found = layout(f"{line}\nid;latency,name")
    assert (found.delimiter, found.names, found.preamble) == (";", ["id", "latency,name"], True)
    assert found.opening == f"{line.rstrip()}\nid;latency,name\n".encode()


@pytest.mark.parametrize(
    ("header", "names", "exponent"),
    [
        ("id,lat,lon,latency", ["id", "lat", "lon", "latency"], 0),
        (" ID ,Latitude,LNG,RTT", ["id", "lat", "lon", "latency"], 0),
        ("host,long,latency_ms", ["id", "lon", "latency"], 0),
        ("name,longitude,rtt_s", ["id", "lon", "latency"], 3),
        ("node,Ping (us)", ["id", "latency"], -3),
        ("server,rtt [µs]", ["id", "latency"], -3),
        ("target,latency seconds", ["id", "latency"], 3),
        ("hostname,latency-milliseconds", ["id", "latency"], 0),
        ("id,latency_microseconds", ["id", "latency"], -3),
        ("id,latency_ns", ["id", "latency"], -6),
        # An exact name wins over one in another case, and that over a usual one.
        ("id,name,host,latency,rtt", ["id", "name", "host", "latency", "rtt"], 0),
        ("ID,id,Latency,rtt", ["ID", "id", "latency", "rtt"], 0),
        # Samples are measurements.
        ("id,samples,rtt", ["id", "samples", "rtt"], 0),
        ("id,Samples,rtt_s,rtt_ms", ["id", "samples", "rtt_s", "rtt_ms"], 0),
        ("id,latency, State,WEIGHT,Zone ", ["id", "latency", "state", "weight", "Zone"], 0),
        # Spreadsheets leave delimiters behind the last column.
        ("id,latency,,", ["id", "latency", "_", ""], 0),
        ("Host;RTT;; ;", ["id", "latency", "_", " ", ""], 0),
        # What is not needed may be doubtful.
        ("id,latency,lng,longitude", ["id", "latency", "lng", "longitude"], 0),
    ],
)
def test_names(header: str, names: list[str], exponent: int) -> None:
    found = layout(header)
    assert (found.names, found.exponent) == (names, exponent)


def test_the_user_wins_over_every_name() -> None:
    found = layout("id,latency,host,p50_s", id="host", latency="P50_S ")
    assert (found.names, found.exponent) == (["id_", "latency_", "id", "latency"], 3)
    assert found.note == "id is the column 'host', latency is the column 'p50_s', latencies are in seconds"


def test_what_was_understood_is_said() -> None:
    assert layout("id,latency").note == ""
    assert layout("name;rtt").note == (
        "id is the column 'name', latency is the column 'rtt', columns are separated by ';', "
        "a comma may be a decimal point"
    )


@pytest.mark.parametrize(
    ("header", "columns", "problem"),
    [
        (
            "id,rtt,ping",
            {},
            "f:1: 2 columns may be the latency: 'rtt', 'ping'; say --column latency=rtt or --column latency=ping",
        ),
        (
            "id;latency,name",
            {},
            "f:1: the columns may be separated by ',' (then id is known) or ';' (then id is known); name it",
        ),
        ("id,id,latency", {}, "f:1: the column 'id' is there twice"),
        (
            "id,latency",
            {"id": "host"},
            "f:1: the CSV header has no column 'host'; its columns: 'id', 'latency'",
        ),
        ("id,latency,Host,HOST", {"id": "host"}, "f:1: the CSV header has no column 'host'"),
        ("sep=,\nid,rtt,ping", {}, "f:2: 2 columns may be the latency"),
    ],
)
def test_what_cannot_be_understood_is_refused(header: str, columns: dict[str, str], problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        layout(header, **columns)
