"""Whatever the system refuses, and wherever a kill comes: the right answer, or one line and nothing half done."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pytest
from support.arrow_files import in_parquet
from support.faults import KILL, Fault, Traced
from support.program import Program

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("strace") is None, reason="strace is not installed"
)

SAMPLE: Final = 25
"""Without ``--all-faults``, one of so many is tried."""

KEYS: Final = b"".join(b"user-%d\n" % number for number in range(40_000))
FLEET: Final = [{"id": f"n{number}", "lat": 1.5, "lon": 2.5, "latency": 10 + number} for number in range(6)]
SLOW: Final = [node | {"latency": 60 - node["latency"]} for node in FLEET]
REQUESTS: Final = b"".join(b'{"key":"user-%d","buckets":%d}\n' % (n, n % 9 + 1) for n in range(4000))


class Scenario(NamedTuple):
    """A command, and the files that it finds."""

    arguments: tuple[str, ...]
    files: Mapping[str, bytes]
    earlier: tuple[str, ...] = ()
    """A command that has been run before."""
    resumed: bool = False
    """Whether what is done before a fault stays, and ``--resume`` does the rest."""
    alone: bool = False
    """Whether its libraries have threads of their own."""


def document(nodes: object) -> bytes:
    return json.dumps(nodes).encode()


MEMORY: Final = (
    "failover",
    "--relative",
    "2",
    "--hysteresis",
    "20%",
    "--memory",
    "memory.json",
    "-o",
    "json",
)
SLOTS: Final = ("jump-hash", "--slots", "slots.json", "-o", "csv", "keys")
SPLIT_TABLES: Final = ("jump-hash", "--field", "key", "--split-to", "parts/{bucket}.parquet")

SCENARIOS: Final = {
    "memory": Scenario(
        (*MEMORY, "nodes.json"),
        {"nodes.json": document(SLOW), "before.json": document(FLEET)},
        (*MEMORY, "before.json"),
    ),
    "slots": Scenario((*SLOTS, "--nodes", "d,c,a"), {"keys": KEYS[:999]}, (*SLOTS, "--nodes", "a,b,c")),
    "split": Scenario(
        ("jump-hash", "-b", "3", "--split-to", "parts/{bucket}", "--force", "keys"),
        {"keys": KEYS[:999]},
        ("jump-hash", "-b", "2", "--split-to", "parts/{bucket}", "keys"),
    ),
    "page": Scenario(
        ("faultset", "--relative", "2", "-o", "html", "nodes.json"), {"nodes.json": document(FLEET)}
    ),
    "batch": Scenario(("jump-hash", "--batch", "-j", "2", "requests"), {"requests": REQUESTS}),
    "stream": Scenario(("jump-hash", "-b", "9", "-o", "ndjson", "keys"), {"keys": KEYS}),
    "gzip": Scenario(("jump-hash", "-b", "9", "keys"), {"keys": gzip.compress(KEYS, mtime=0)}),
    "bounded": Scenario(
        ("jump-hash", "--nodes", "a,b", "--max-load", "1.1", "--sizes", "sizes", "keys"),
        {"keys": KEYS[:999], "sizes": b'{"user-1":3}'},
    ),
    "table": Scenario(
        ("jump-hash", "-b", "9", "--field", "key", "-o", "parquet", "keys.parquet"),
        {"keys.parquet": in_parquet(pa.table({"key": KEYS.decode().split()}), 16_384)},
        alone=True,
    ),
    "split tables": Scenario(
        (*SPLIT_TABLES, "-b", "3", "--force", "keys.parquet"),
        {"keys.parquet": in_parquet(pa.table({"key": KEYS.decode().split()[:999]}), 300)},
        (*SPLIT_TABLES, "-b", "2", "keys.parquet"),
        alone=True,
    ),
    "folder": Scenario(
        ("jump-hash", "-b", "9", "--to-dir", "buckets", "keys-1", "keys-2.gz"),
        {"keys-1": KEYS[:999], "keys-2.gz": gzip.compress(KEYS[:999], mtime=0)},
        resumed=True,
    ),
}


class Place:
    """A folder as a scenario finds it, and as it is once the command has been answered."""

    def __init__(self, program: Program, scenario: Scenario, tmp_path: Path) -> None:
        self.folder: Final = tmp_path / "place"
        self._before: Final = tmp_path / "before"
        self._before.mkdir()
        (self._before / "parts").mkdir()
        traces = tmp_path / "traces"
        traces.mkdir()
        for name, data in scenario.files.items():
            (self._before / name).write_bytes(data)
        if scenario.earlier:
            assert program.run(*scenario.earlier, cwd=self._before)[0] == 0
        self.traced: Final = Traced(program, self.folder, traces, scenario.arguments)
        self.resumed: Final = scenario.resumed
        self.again: Final = Traced(
            program, self.folder, traces, (*scenario.arguments, *(["--resume"] if scenario.resumed else []))
        )
        self.old: Final = contents(self._before)
        for _ in range(2):  # the first writes the bytecode
            self.restore()
            assert self.traced.run() == (0, "")
        self.new: Final = contents(self.folder)

    def restore(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self._before, self.folder)


def contents(folder: Path) -> dict[str, bytes]:
    """The files in a folder but those that lock others, whatever time it is."""
    return {
        str(path.relative_to(folder)): re.sub(rb"[0-9-]{10} [0-9:]{8} UTC", b"", path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_fault(name: str, program: Program, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    scenario = SCENARIOS[name]
    place = Place(program, scenario, tmp_path)
    faults = list(place.traced.faults(alone=scenario.alone))
    assert faults
    sampled = faults if request.config.getoption("--all-faults") else faults[:: min(SAMPLE, len(faults))]
    met = 0
    for fault in sampled:
        place.restore()
        code, err = place.traced.run(fault)
        met += place.traced.happened()
        check(place, fault, code, err)
    assert met > len(sampled) // 2


@pytest.mark.parametrize("name", ["page", "split"])
def test_a_part_of_the_program_that_cannot_be_opened(name: str, program: Program, tmp_path: Path) -> None:
    place = Place(program, SCENARIOS[name], tmp_path)
    faults = list(place.traced.parts())
    assert faults
    for fault in faults[::21]:
        place.restore()
        code, err = place.traced.run(fault)
        found, what = contents(place.folder), f"{fault}: {code} {err!r}"
        if code == 0:
            assert (found, err) == (place.new, ""), what
        else:
            assert found == place.old | {"out": b""}, what
            assert re.fullmatch("rvhctl: cannot load the program: .*\n", err), what


def check(place: Place, fault: Fault, code: int, err: str) -> None:
    found = contents(place.folder)
    out, whole = found.pop("out"), place.new["out"]
    after = {path: data for path, data in place.new.items() if path != "out"}
    what = f"{fault}: {code} {err!r}"
    if fault.call == "unlink":  # what cannot be removed stays, hidden, until the next run
        found = {path: data for path, data in found.items() if "/.rvhctl-" not in path}
    if code == 0:
        assert (out, found) == (whole, after), what
        return
    assert whole.startswith(out), what
    if place.resumed:
        for path in found.keys() & after.keys():
            assert found[path] == after[path], f"{what}: {path}"
        assert place.again.run() == (0, ""), what
        assert contents(place.folder) == place.new, what
    elif code == 128 + 9:
        # Old or new, each file for itself. The next run finds its way, and leaves nothing of this one but old files
        # that were being replaced.
        for path in place.old:
            assert found.get(path) in (place.old[path], after.get(path)), f"{what}: {path}"
        assert place.again.run() == (0, ""), what
        again = contents(place.folder)
        assert again["out"] == place.new["out"], what
        assert {path for path in again if "/old/" not in path} == place.new.keys(), what
    else:
        assert found in (place.old, after), what
    if code == 128 + 9:
        return
    if place.resumed:  # where some are done, a line says how to go on
        err = re.sub(r"\Arvhctl: \d+ of \d+ files are done; .*\n", "", err)
    assert err.startswith("rvhctl: "), what
    assert err.count("\n") == 1, what
    assert "Traceback" not in err, what
    assert fault.error != KILL or "worker" in err, what
