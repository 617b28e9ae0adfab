"""HAProxy: servers of a real table, their states, checks and other times; and tables that are none."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server
from threading import Thread
from typing import Any

import pytest

from rvhctl.errors import InputError, OnBad, UsageError
from rvhctl.formats.tools import haproxy
from rvhctl.formats.tools.measured import Asked, Text
from rvhctl.nodes.probes import check_target

DATA = Path(__file__).parents[2] / "data"
HEADER = "# pxname,svname,status,weight,check_status,check_duration,stot,rtime,type,\n"


def fail(error: InputError) -> None:
    raise error


def read(text: bytes, columns: Mapping[str, str] = {}, on_bad: OnBad = fail) -> list[dict[str, Any]]:
    asked = Asked(on_bad, check_target, columns=columns)
    return [target.fields for target in haproxy.read([Text("f", text)], asked).targets]


def server(**cells: str) -> bytes:
    usual = {"pxname": "api", "svname": "a", "status": "UP", "weight": "1", "check_status": "L7OK"}
    usual |= {"check_duration": "5", "stot": "3", "rtime": "7", "type": "2"} | cells
    return (HEADER + ",".join(usual.values()) + ",\n").encode()


def seen(name: str, columns: Mapping[str, str] = {}) -> dict[str, tuple[Any, Any, Any]]:
    """Latency, state and weight of the servers of a file."""
    rows = read((DATA / f"valid/haproxy/{name}.csv").read_bytes(), columns)
    return {row["id"]: (row["latency"], row["state"], row.get("weight")) for row in rows}


def test_a_real_table() -> None:
    assert seen("loopback") == {
        "api/a": (1, "up", 20),
        "api/b": (None, "down", 1),
        "api/c": (None, "down", 1),
        "api/d": (None, "down", 1),
        "api/e": (0, "drain", 1),
        "api/n": (None, "up", 1),
        "tcp/t": (0, "up", 1),
    }


def test_a_server_has_its_address_for_an_inventory() -> None:
    text = (DATA / "valid/haproxy/loopback.csv").read_bytes()
    by_name = {row["id"]: row.get("address") for row in read(text)}
    assert (by_name["api/a"], by_name["api/b"]) == ("127.0.0.1:18201", "127.0.0.1:18202")
    assert not any("address" in row for row in read(text, {"id": "addr"}, lambda _: None))
    assert "address" not in read(server())[0]


@pytest.mark.parametrize("name", ["newline", "states"])
def test_states(name: str) -> None:
    """A few columns of the table, a line break in one of them."""
    assert seen(name) == {
        "api/a": (5, "up", 1),
        "api/b": (None, "up", 1),
        "api/c": (4, "down", 1),
        "api/d": (None, "down", 1),
        "api/e": (4, "drain", None),
    }


def test_listeners_are_no_servers() -> None:
    assert {row.partition("/")[0] for row in seen("socket_stats")} == {"api", "tcp"}


def test_another_time_may_be_the_latency() -> None:
    found = seen("loopback", {"latency": "rtime"})
    assert found["api/a"][0] == 1
    assert {latency for name, (latency, *_) in found.items() if name != "api/a"} == {None}
    assert read(server(), {"latency": "rtime", "id": "svname"}) == [
        {"id": "a", "latency": 7, "state": "up", "weight": 1}
    ]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("UP", "up"),
        ("UP 1/3", "up"),
        ("no check", "up"),
        ("DOWN", "down"),
        ("DOWN 1/2", "down"),
        ("DOWN (agent)", "down"),
        ("NOLB", "drain"),
        ("NOLB 1/2", "drain"),
        ("DRAIN", "drain"),
        ("DRAIN (agent)", "drain"),
        ("MAINT", "down"),
        ("MAINT (via api/x)", "down"),
        ("MAINT (resolution)", "down"),
    ],
)
def test_a_status_is_a_state(status: str, state: str) -> None:
    assert read(server(status=status))[0]["state"] == state


@pytest.mark.parametrize(("status", "state"), [("UP", "drain"), ("no check", "drain"), ("DOWN", "down")])
def test_a_server_without_weight_is_drained(status: str, state: str) -> None:
    """So HAProxy shows a server after `set server api/a weight 0`."""
    assert read(server(status=status, weight="0")) == [{"id": "api/a", "latency": 5, "state": state}]
    by_another = read(server(status=status, weight="0"), {"weight": "rtime"})
    assert by_another == [{"id": "api/a", "latency": 5, "state": state, "weight": 7}]
    assert read(server(stot="0"), {"weight": "stot"})[0]["state"] == "up"


@pytest.mark.parametrize(
    ("check", "latency"),
    [
        ("L4OK", 5),
        ("L7OKC", 5),
        ("* L7OK", 5),
        ("* L7STS", None),
        ("L4TOUT", None),
        ("INI", None),
        ("", None),
    ],
)
def test_only_a_check_that_passed_measures(check: str, latency: int | None) -> None:
    assert read(server(check_status=check))[0]["latency"] == latency


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"status": "WHAT"}, "f:2: no status of a server (got 'WHAT')"),
        ({"check_duration": "fast"}, "f:2: check_duration must be a whole number (got 'fast')"),
        ({"check_duration": "-1"}, "f:2: check_duration must be a whole number"),
        ({"weight": "1e3"}, "f:2: weight must be a whole number"),
        ({"svname": "a,b"}, "f:2: the row has 11 fields, the header 10"),
        ({"svname": "a\x1b"}, "f:2: the id has control characters"),
    ],
)
def test_a_wrong_row_is_named_and_can_be_left_out(cells: dict[str, str], problem: str) -> None:
    text = server(**cells) + server().partition(b"\n")[2]
    with pytest.raises(InputError, match=re.escape(problem)):
        read(text)
    bad: list[InputError] = []
    assert [row["id"] for row in read(text, on_bad=bad.append)] == ["api/a"]
    assert len(bad) == 1


@pytest.mark.parametrize(
    ("text", "columns", "problem"),
    [
        (b"", {}, "f:1: not a table of HAProxy; give what HAProxy answers"),
        (b"id,latency\na,1\n", {}, "f:1: not a table of HAProxy"),
        (b"# pxname,svname\n", {}, "f:1: the CSV header has no column 'status'"),
        (server(), {"id": "addr"}, "f:1: the CSV header has no column 'addr'"),
        (server(), {"latency": "stot"}, "f:1: the column stot is no time in milliseconds; times are"),
        (HEADER.encode(), {}, "f: the table of HAProxy ends behind its header; give what"),
        (server() + b'"', {}, "f:3: not CSV"),
        (HEADER.encode() + b"\xff,a,UP,1,L7OK,5,3,7,2,\n", {}, "f:2:1: not UTF-8"),
    ],
)
def test_other_tables_are_refused(text: bytes, columns: dict[str, str], problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        read(text, columns)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_table_that_was_written_anew_is_read_too(delimiter: str) -> None:
    assert read(server().replace(b",", delimiter.encode())) == read(server())
    assert read(server().replace(b"status,weight", b"Status, Weight")) == read(server())
    assert read(b"sep=%b\n" % delimiter.encode() + server().replace(b",", delimiter.encode())) == read(
        server()
    )


def test_a_field_that_no_server_has_is_refused() -> None:
    with pytest.raises(
        UsageError, match=r"--column lat=\.\.\. makes no sense with --from haproxy; it takes id, latency"
    ):
        read(server(), {"lat": "addr"})


PROGRAM = shutil.which("haproxy")

CONFIGURATION = """
global
  stats socket unix@stats.sock mode 600 level admin
defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
frontend fe
  bind 127.0.0.1:%(own)d
  option socket-stats
  default_backend api
backend api
  option httpchk GET /
  server fine 127.0.0.1:%(fine)d check inter 100 weight 20
  server refused 127.0.0.1:%(refused)d check inter 100
  server off 127.0.0.1:%(fine)d check inter 100 disabled
  server unchecked 127.0.0.1:%(fine)d
"""


class Fine(BaseHTTPRequestHandler):
    """A web server that answers every request with 200."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.mark.skipif(PROGRAM is None, reason="haproxy is not installed")
def test_the_tool_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PROGRAM is not None
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:
        fine = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Fine))
        Thread(target=fine.serve_forever, daemon=True).start()
        stack.callback(fine.shutdown)
        ports = {"own": free_port(), "fine": fine.server_port, "refused": free_port()}
        Path("haproxy.cfg").write_text(CONFIGURATION % ports)
        started = stack.enter_context(
            subprocess.Popen(
                [PROGRAM, "-db", "-f", "haproxy.cfg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        stack.callback(started.kill)
        rows = {row["id"]: row for row in wait_for_checks()}
    assert rows.keys() == {f"api/{name}" for name in ("fine", "refused", "off", "unchecked")}
    assert (rows["api/fine"]["state"], rows["api/fine"]["weight"]) == ("up", 20)
    assert rows["api/fine"]["latency"] >= 0
    assert [rows[f"api/{name}"]["state"] for name in ("refused", "off", "unchecked")] == [
        "down",
        "down",
        "up",
    ]
    assert {rows[f"api/{name}"]["latency"] for name in ("refused", "off", "unchecked")} == {None}


def wait_for_checks() -> list[dict[str, Any]]:
    """Return the servers, once that which refuses is known to be down."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with socket.socket(socket.AF_UNIX) as control:
                control.connect("stats.sock")
                control.sendall(b"show stat\n")
                with control.makefile("rb") as answer:
                    rows = read(answer.read())
        except OSError:
            rows = []
        if {row["state"] for row in rows if row["id"] == "api/refused"} == {"down"}:
            return rows
        time.sleep(0.1)
    raise AssertionError("haproxy did not answer within a minute")
