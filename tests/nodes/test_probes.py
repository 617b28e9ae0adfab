"""Nodes from what a measuring tool says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import Outcome, rvhctl

DATA = Path(__file__).parents[1] / "data" / "valid"
FPING = "127.0.0.1 : 0.05 - 0.04\n127.0.0.2 : - - -\n"
INVENTORY = "id,lat,lon,weight,site,latency\n127.0.0.1,52,5,2,ams,99\n127.0.0.2,52,5,,007,99\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pings").write_text(FPING)
    Path("inventory.csv").write_text(INVENTORY)


def from_fping(*flags: str) -> Outcome:
    return rvhctl(
        "faultset", "--from", "fping", "pings", "--inventory", "inventory.csv", "--th", "50", *flags
    )


def test_a_record_is_that_of_the_inventory_with_the_measurement_of_now() -> None:
    assert from_fping() == (
        0,
        b'{"id":"127.0.0.1","samples":[0.05,null,0.04],"lat":52,"lon":5,"weight":2,"site":"ams"}\n',
        "",
    )


def test_an_inventory_may_be_json() -> None:
    records = [
        {"id": "127.0.0.1", "lat": 52, "lon": 5},
        {"id": "127.0.0.2", "lat": 1, "lon": 1, "state": "drain"},
    ]
    Path("inventory.csv").write_text(json.dumps(records))
    rows = json.loads(from_fping("--explain", "-o", "json", "-p", "1").out)
    assert [(row["cell"], row["reason"]) for row in rows] == [("u", None), ("s", "drain")]


def test_loss_is_that_of_the_samples() -> None:
    code, out, err = from_fping("--max-loss", "30%")
    assert (code, out) == (3, b"")
    assert err == "rvhctl: no survivors: of 2 nodes 1 without measurement, 1 lost too many samples\n"


def test_failover_needs_no_inventory() -> None:
    code, out, err = rvhctl("failover", "--from", "fping", "--th", "1", stdin=FPING.encode())
    assert (code, out, err) == (0, b'{"id":"127.0.0.1","samples":[0.05,null,0.04]}\n', "")


def test_a_target_that_the_inventory_does_not_know_is_left_out_and_named() -> None:
    Path("pings").write_text(FPING + "192.0.2.1 : 1 2 3\n")
    code, out, err = from_fping()
    assert code == 0
    assert out.startswith(b'{"id":"127.0.0.1"')
    assert err == "rvhctl: left out, as not in the inventory: 1 node ('192.0.2.1')\n"


def test_a_refused_connection_does_not_survive() -> None:
    both = str(DATA / "prometheus" / "both.json")
    code, out, err = rvhctl("failover", "--from", "prometheus", both, "--th", "50", "-o", "plain")
    assert (code, err) == (0, "")
    assert b"18099" not in out
    assert out.count(b"\n") == 3


def test_durations_without_verdicts_are_warned_of() -> None:
    durations = str(DATA / "prometheus" / "durations.json")
    code, out, err = rvhctl("failover", "--from", "prometheus", durations, "--th", "50", "-o", "plain")
    assert code == 0
    assert out.startswith(b"http://127.0.0.1:18099\n")
    assert "no probe_success series in the answer: a refused connection is the fastest target there is" in err


def test_a_missing_inventory_is_named() -> None:
    Path("inventory.csv").unlink()
    code, out, err = from_fping()
    assert (code, out) == (1, b"")
    assert err.startswith("rvhctl: inventory.csv: ")


@pytest.mark.parametrize("tool", ["fping", "mtr", "haproxy", "prometheus"])
@pytest.mark.parametrize("silence", [b"", b" \n"])
def test_a_silent_tool_measured_nothing(tool: str, silence: bytes, tmp_path: Path) -> None:
    (tmp_path / "inventory").write_text('{"id":"a"}\n')
    flags = ("failover", "--threshold", "9", "--from", tool)
    silent = f"rvhctl: stdin: empty, so {tool} measured nothing\n"
    code, out, err = rvhctl(*flags, "--inventory", str(tmp_path / "inventory"), stdin=silence)
    assert (code, out) == (3, b"")
    assert err.startswith(silent)
    assert err.endswith("rvhctl: no survivors: none of 1 node has a measurement\n")
    hint = "nothing was measured: look at the query, or the tool"
    assert rvhctl(*flags, stdin=silence) == (1, b"", f"{silent}rvhctl: stdin: nodes list is empty; {hint}\n")


@pytest.mark.parametrize(
    ("flags", "what"), [([], "where the nodes stand"), (["--by", "zone"], "the labels of the nodes")]
)
def test_without_an_inventory_it_is_said_what_nobody_knows(flags: list[str], what: str) -> None:
    code, out, err = rvhctl("faultset", "--from", "fping", "--th", "1", *flags, stdin=FPING.encode())
    assert (code, out) == (2, b"")
    assert f"--from needs --inventory FILE to know {what}" in err
