"""Holds a change still: runs some thousand command lines on two installations of the program and shows what differs.

``python tests/support/compare.py OLD NEW``, two Pythons each of which has the program installed, for example one in an
environment of its own, with the commit from which a change starts, and the one of the checkout. Standard output,
standard error, the exit code and the files left behind are compared to the byte. Exit code 1: something differs.

``--data FOLDER`` leaves the input files there; in that folder each command line that is printed can be run in a shell.
"""

from __future__ import annotations

import argparse
import marshal
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from itertools import takewhile
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.matrix import Case, cases
from support.matrix_files import files

SERVER = Path(__file__).with_name("forkserver.py")

ENVIRONMENT = {"COLUMNS": "80", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "TERM": "dumb"}

CHANGING = re.compile(rb"(?<= on the )\w+ core in [\d.]+ ms|(?<=worker process )\d+")
"""What no two runs have in common; and the core, which must make no other difference."""

SHOWN_COMMANDS, SHOWN_LINES, SHOWN_WIDTH = 3, 12, 180
LONG = 500
"""Lines from which an output is compared by its first difference only."""

Step = tuple[list[str], str, bool, dict[str, str]]
Outcome = tuple[list[tuple[int, bytes, bytes]], dict[str, bytes]]


def steps_of(line: str) -> list[Step]:
    """A line of shell as the steps of a fork server: ``cat FILE | rvhctl ... ; rvhctl ... < FILE``."""
    steps = []
    for part in re.sub(r"<\(cat (\S+)\)", r"fifo/\1", line).split(" ; "):
        words = shlex.split(part)
        stdin, piped = "", words[0] == "cat"
        if piped:
            stdin, words = words[1], words[3:]
        elif "<" in words:
            stdin, words = words[-1], words[:-2]
        settings = list(takewhile(lambda word: "=" in word, words))
        arguments = words[len(settings) + 1 :]
        steps.append((arguments, stdin, piped, dict(setting.split("=", 1) for setting in settings)))
    return steps


class Words(NamedTuple):
    """What the new program calls otherwise than the old one."""

    pairs: Sequence[tuple[str, str]] = ()

    def to_old(self, text: bytes) -> bytes:
        """The text with old words for new ones."""
        for old, new in self.pairs:
            text = re.sub(rb"\b%b\b" % re.escape(new.encode()), old.encode(), text)
        return text


class Side:
    """One of the two programs: a fork server in a folder with the input files."""

    def __init__(self, python: str, folder: Path, core: str) -> None:
        kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        self._server = subprocess.Popen(
            [os.path.abspath(shutil.which(python) or python), "-P", str(SERVER), core],
            cwd=folder,
            env=kept | ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, steps: list[Step]) -> None:
        assert self._server.stdin is not None
        marshal.dump(steps, self._server.stdin)
        self._server.stdin.flush()

    def outcome(self) -> Outcome:
        """What became of the steps asked for."""
        assert self._server.stdout is not None
        outcome: Outcome = marshal.load(self._server.stdout)
        return outcome

    def end(self) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait()


def outcomes(old: Side, new: Side, some: Iterable[Case], words: Words) -> Iterator[tuple[Outcome, Outcome]]:
    """What both make of each case, at the same time."""
    for case in some:
        new.ask(steps_of(case.line))
        old.ask(steps_of(words.to_old(os.fsencode(case.line)).decode("utf-8", "surrogateescape")))
        yield _settled(old.outcome(), Words()), _settled(new.outcome(), words)


def _settled(outcome: Outcome, words: Words) -> Outcome:
    def settled(text: bytes) -> bytes:
        return words.to_old(CHANGING.sub(b"*", text))

    runs, left = outcome
    return [(code, settled(out), settled(err)) for code, out, err in runs], {
        name: settled(text) for name, text in left.items()
    }


def shown(outcome: Outcome) -> list[str]:
    """An outcome as lines for people, each with the stream that it is of."""
    runs, left = outcome
    lines = []
    for code, out, err in runs:
        for name, text in (("code", str(code).encode()), ("out ", out), ("err ", err)):
            lines += _shown(name, text)
    for name, text in left.items():
        lines += _shown(name, text)
    return lines


def _shown(name: str, text: bytes) -> list[str]:
    # repr: what is no text, and white space at the end, can be seen.
    return [f"{name} {repr(line.decode('utf-8', 'surrogateescape'))[1:-1]}" for line in text.split(b"\n")]


def difference(old: Outcome, new: Outcome) -> list[str]:
    """The lines that differ; empty where none does."""
    if old == new:
        return []
    before, after = shown(old), shown(new)
    if max(len(before), len(after)) > LONG:
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
        before, after = before[same : same + 2], after[same : same + 2]
    lines = list(unified_diff(before, after, n=0, lineterm=""))[2:]
    return [line for line in lines if not line.startswith("@@")] or ["(the same lines in other bytes)"]


def run(python_pair: tuple[str, str], chosen: Sequence[Case], options: argparse.Namespace) -> list[list[str]]:
    """The differences in each of the cases, by as many pairs of servers as there are jobs."""
    words = Words([(old, new) for new, old in (pair.split("=") for pair in options.renamed)])

    def share(turn: int) -> list[list[str]]:
        with tempfile.TemporaryDirectory() as folder:
            folders = [Path(folder, name) for name in ("old", "new")]
            make_files(folders[0], words)
            make_files(folders[1], Words())
            sides = [Side(*pair, options.core) for pair in zip(python_pair, folders, strict=True)]
            try:
                pairs = outcomes(sides[0], sides[1], chosen[turn :: options.jobs], words)
                return [difference(old, new) for old, new in pairs]
            finally:
                for side in sides:
                    side.end()

    with ThreadPoolExecutor(options.jobs) as pool:
        shares = list(pool.map(share, range(options.jobs)))
    return [shares[number % options.jobs][number // options.jobs] for number in range(len(chosen))]


def make_files(folder: Path, words: Words) -> None:
    """Write all input files of the matrix."""
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(words.to_old(text) if words.pairs else text)


def report(chosen: Sequence[Case], differences: Sequence[list[str]]) -> int:
    """Print the differences, alike ones together, the most frequent first; how many groups."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, lines in enumerate(differences):
        if lines:
            groups[_kind(lines)].append(number)
    for numbers in sorted(groups.values(), key=len, reverse=True):
        print(f"{len(numbers)} x")
        for number in numbers[:SHOWN_COMMANDS]:
            print(f"  $ {_printable(chosen[number].line)}")
        lines = differences[numbers[0]]
        for line in lines[:SHOWN_LINES]:
            print(f"    {line if len(line) <= SHOWN_WIDTH else line[:SHOWN_WIDTH] + '…'}")
        if len(lines) > SHOWN_LINES:
            print(f"    ... {len(lines) - SHOWN_LINES} more lines")
        print()
    return len(groups)


def _kind(lines: Sequence[str]) -> str:
    """What a difference has in common with others of its kind: names, numbers and quoted texts do not count.

    Where one program answers and the other does not, the answer does not count either.
    """
    answers = [line for line in lines if line.startswith("out ", 1)]
    if len({line[0] for line in answers}) == 1:
        lines = [line for line in lines if line not in answers]
    text = re.sub(r"(?<=err  rvhctl: )[^ :]+(?=:)", "*", "\n".join(lines))
    return re.sub(r"\d+(\.\d+)?|'[^']*'|\"[^\"]*\"|(:\d+)+", "*", text)


def _printable(line: str) -> str:
    return line.encode("utf-8", "backslashreplace").decode()


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", nargs="?", help="Python executable with the old program")
    parser.add_argument("new", nargs="?", help="Python executable with the new program")
    parser.add_argument("--only", default="", help="a pattern to be found in 'kind: command line'")
    parser.add_argument("--pairs", action="store_true", help="also every two options of a command together")
    parser.add_argument("--core", choices=["compiled", "interpreted"], default="compiled", help="of both")
    parser.add_argument("--jobs", type=int, default=1, help="pairs of processes; default 1")
    parser.add_argument("--list", action="store_true", help="print the command lines and run nothing")
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="write the input files there and run nothing"
    )
    parser.add_argument(
        "--renamed", action="append", default=[], metavar="NEW=OLD", help="a word that has another name now"
    )
    options = parser.parse_args(arguments)
    if not (options.list or options.data) and options.new is None:
        parser.error("OLD and NEW are missing")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    options = parsed(arguments)
    chosen = [
        case
        for case in cases(pairs=options.pairs)
        if re.search(options.only, _printable(f"{case.kind}: {case.line}"))
    ]
    if options.data:
        make_files(options.data, Words())
    if options.list:
        for case in chosen:
            print(_printable(f"{case.kind}: {case.line}"))
    if options.list or options.data:
        return 0
    began = perf_counter()
    differences = run((options.old, options.new), chosen, options)
    groups = report(chosen, differences)
    seconds = perf_counter() - began
    print(
        f"{len(chosen)} command lines, {sum(map(bool, differences))} differ, in {groups} ways; {seconds:.1f} s"
    )
    return 1 if groups else 0


if __name__ == "__main__":
    sys.exit(main())
