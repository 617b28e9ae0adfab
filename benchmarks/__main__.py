"""``python -m benchmarks [ROW ...]``: run rows, print their tables, write JSON and Markdown."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.build import build
from benchmarks.conduct import Result, conduct
from benchmarks.data import SIZES
from benchmarks.machine import description
from benchmarks.processes import ROOT
from benchmarks.report import as_json, as_markdown, as_text
from benchmarks.rows import all_rows

DEFAULT_ROUNDS = 7


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("rows", metavar="ROW", nargs="*", help="names of rows (default: all; see --list)")
    add("--repeat", type=int, default=DEFAULT_ROUNDS, help="rounds (default: %(default)s)")
    add("--size", choices=list(SIZES), default="full", help="of the inputs (default: %(default)s)")
    add("--out", type=Path, default=ROOT / "benchmarks" / "results", help="folder of the reports")
    add("--list", action="store_true", help="name the rows and stop")
    options = parser.parse_args(arguments)
    if options.repeat < 1:
        parser.error("--repeat must be 1 or more")

    with tempfile.TemporaryDirectory(dir=scratch_parent()) as temporary:
        scratch = Path(temporary)
        built = build(scratch)
        rows = {row.key: row for row in all_rows(SIZES[options.size], built)}
        if options.list:
            print(*(f"{key:12} {row.title}" for key, row in rows.items()), sep="\n")
            return 0
        unknown = [key for key in options.rows if key not in rows]
        if unknown:
            parser.error(f"no such row: {', '.join(unknown)}; rows are {', '.join(rows)}")
        machine = {**description(built.rvhctl), "size": options.size, "rounds": str(options.repeat)}
        print(*(f"{name}: {value}" for name, value in machine.items()), "", sep="\n")
        results: list[Result] = []
        for key in options.rows or rows:
            with tempfile.TemporaryDirectory(dir=scratch) as folder:
                results.append(conduct(rows[key], options.repeat, Path(folder), say))
            say("")
            print(as_text(results[-1]), flush=True)

    options.out.mkdir(parents=True, exist_ok=True)
    name = "-".join([options.size, *options.rows])
    json_report, markdown_report = options.out / f"{name}.json", options.out / f"{name}.md"
    json_report.write_text(json.dumps(as_json(results, machine), indent=1) + "\n")
    markdown_report.write_text(as_markdown(results, machine))
    print(f"written: {json_report}, {markdown_report}")
    return 1 if any(result.disagreement for result in results) else 0


def scratch_parent() -> str | None:
    """Answers go to memory where there is such a place: a disk's moods are no part of the contest."""
    shared = "/dev/shm"
    return shared if os.access(shared, os.W_OK) and not mounted_noexec(shared) else None


def mounted_noexec(path: str) -> bool:
    """Whether programs built there could not be started."""
    return bool(os.statvfs(path).f_flag & getattr(os, "ST_NOEXEC", 0))


def say(text: str) -> None:
    """Progress, on a terminal only, over the line before."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
