"""A process that holds one callable and times it on command: worker.py MODULE CASE SIZE

Each contestant has its own process, so that none suffers from another's memory or threads.
Commands come on stdin, one a line: ``answer PATH`` (what a call gives, one item a line, into a
file), ``time N`` (prints the nanoseconds that N calls take).
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter_ns


def main(module: str, case: str, size: str) -> None:
    call = import_module(f"benchmarks.peers.{module}").prepare(case, int(size))
    print("ready", flush=True)
    for command in sys.stdin:
        verb, argument = command.rstrip("\n").split(" ", 1)
        if verb == "answer":
            Path(argument).write_text("".join(f"{item}\n" for item in call()))
            print("done", flush=True)
        else:
            repeats = range(int(argument))
            started = perf_counter_ns()
            for _ in repeats:
                call()
            print(perf_counter_ns() - started, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
