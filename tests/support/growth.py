"""What runs cost when their input is twice as large, counted in instructions and not in seconds.

Under valgrind, ``PYTHONPATH=tests python -m support.growth FOLDER [NAME ...]`` runs each case of the other
``growth_`` modules with inputs of three sizes, each twice the last, and calls ``sys.setswitchinterval`` before a run
and ``sys.setrecursionlimit`` after it, so that callgrind writes down what came between. :func:`counted` starts that
and reads the counts.
"""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from support import growth_calls, growth_keys, growth_nodes, growth_runs, growth_tables
from support.growth_inputs import names

ALL = [module.CASES for module in (growth_nodes, growth_keys, growth_tables, growth_runs, growth_calls)]
CASES = {name: case for cases in ALL for name, case in cases.items()}

START, END = "_PyEval_SetSwitchInterval", "Py_SetRecursionLimit"
"""Functions of C that every build of Python exports, and nothing else here calls."""

CODES = {
    "failover: nobody left": 3,
    "failover: bad records": 1,
    "failover: the same id twice": 1,
    "bad keys": 1,
}
"""Exit codes of runs that do not end in 0."""


def main(folder: str, *wanted: str) -> None:
    os.chdir(folder)
    from support.cli import rvhctl

    from rvhctl import app

    # Typer makes a command line in as many instructions as ours take for thousands of nodes.
    app.one_command = cache(app.one_command)
    for size in (100, 200, 400):
        rvhctl("jump-hash", "--nodes", names(2 * size), "--slots", f"full{size}", "-k", "a")
    for _ in range(3):  # what is made once
        CASES["failover: nodes in csv"][1](400)()
        gc.collect()
    gc.disable()
    interval, limit = sys.getswitchinterval(), sys.getrecursionlimit()
    with open("ran", "w") as ran:
        for name in wanted or CASES:
            least, prepared = CASES[name]
            prepared(least)()
            # The first of these is not counted: it still pays for imports, and for what Python specialises.
            for size in (least, least, 2 * least, 4 * least):
                run = prepared(size)
                gc.collect()
                sys.setswitchinterval(interval)
                outcome = run()
                sys.setrecursionlimit(limit)
                code = getattr(outcome, "code", 0)
                assert code == CODES.get(name, 0), outcome
                print(name, file=ran, flush=True)


def counted(folder: Path, *wanted: str) -> dict[str, list[int]]:
    """The instructions of each case at its three sizes."""
    valgrind = [
        "valgrind",
        "-q",
        "--tool=callgrind",
        f"--callgrind-out-file={folder}/count",
        f"--zero-before={START}",
        f"--dump-before={END}",
    ]
    done = subprocess.run(
        [*valgrind, sys.executable, "-m", "support.growth", str(folder), *wanted],
        env=os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=60 + 20 * (len(wanted) or len(CASES)),
    )
    assert done.returncode == 0, done.stderr
    counts: dict[str, list[int]] = {}
    for at, line in enumerate((folder / "ran").read_text().splitlines()):
        text = (folder / f"count.{at + 1}").read_text()
        found = re.search(r"^totals: (\d+)$", text, re.MULTILINE)
        assert found
        counts.setdefault(line, []).append(int(found[1]))
    return {name: each[1:] for name, each in counts.items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
