"""Row A: key lines to bucket numbers, their time and their memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks import data
from benchmarks.contest import Goal, Program, Role, Row
from benchmarks.data import Sizes
from benchmarks.rows.common import Built, c_program, io_floor, peer

GIANT_LINE_BYTES = 60_000_000


def keys_row(key: str, buckets: int, sizes: Sizes, built: Built) -> Row:
    b = str(buckets)
    jump_hash = [built.rvhctl, "jump-hash", "-b", b]
    return Row(
        key=key,
        title=f"{sizes.keys:,} key lines to bucket numbers, {buckets} buckets",
        source=lambda: data.key_file(sizes.keys),
        contestants=[
            Program(name="rvhctl", role=Role.OURS, commands=lambda path: [[*jump_hash, str(path)]]),
            Program(
                name="rvhctl -j 1", role=Role.OURS, commands=lambda path: [[*jump_hash, "-j", "1", str(path)]]
            ),
            c_program("C, one thread", "jump_lines", built, [b]),
            Program(
                name="ClickHouse",
                modules=("chdb",),
                commands=lambda path: [[*peer("clickhouse"), "keys", str(path), b]],
            ),
            Program(
                name="Python loop over two C extensions",
                modules=("jump", "xxhash"),
                slow=True,
                commands=lambda path: [[*peer("keys_extensions"), str(path), b]],
            ),
            c_program("read, find lines, write (C)", "floor_lines", built, [], Role.FLOOR),
            io_floor("rvhctl", built),
        ],
        goals=[
            Goal("rvhctl", 1.5, "C, one thread"),
            Goal("rvhctl", 1.0, "ClickHouse"),
            Goal("rvhctl", 80),
        ],
    )


def keys_memory_row(sizes: Sizes, built: Built) -> Row:
    short_lines = sizes.keys // 10
    giant = f"{short_lines:,} lines and one of {GIANT_LINE_BYTES / 1e6:g} MB"
    inputs: dict[str, Callable[[], Path]] = {
        f"{short_lines:,} lines": lambda: data.key_file(short_lines),
        f"{sizes.keys:,} lines": lambda: data.key_file(sizes.keys),
        giant: lambda: data.giant_line_file(short_lines, GIANT_LINE_BYTES),
    }

    def ours(what: str) -> Program:
        return Program(
            name=f"rvhctl, {what}",
            role=Role.OURS,
            group=what,
            commands=lambda _: [[built.rvhctl, "jump-hash", "-b", "8", str(inputs[what]())]],
        )

    def piped(what: str) -> Program:
        script = 'cat "$1" | "$2" jump-hash -b 8'
        return Program(
            name=f"rvhctl, {what} from a pipe",
            role=Role.OURS,
            group=what,
            commands=lambda _: [["sh", "-c", script, "sh", str(inputs[what]()), built.rvhctl]],
        )

    def theirs(what: str) -> Program:
        return Program(
            name=f"C, one thread, {what}",
            group=what,
            absent=built.failures.get("jump_lines", ""),
            commands=lambda _: [[built.programs["jump_lines"], str(inputs[what]()), "8"]],
        )

    return Row(
        key="A-memory",
        title="Memory of jump-hash, whatever the length of the input",
        timed=False,
        each_to_first=True,
        contestants=[*map(ours, inputs), *map(piped, inputs), *map(theirs, inputs)],
        goals=[
            *(Goal(f"rvhctl, {what}", bar) for what, bar in memory_bars(inputs, giant)),
            *(Goal(f"rvhctl, {what} from a pipe", bar) for what, bar in memory_bars(inputs, giant)),
        ],
    )


def memory_bars(inputs: Iterable[str], giant: str) -> list[tuple[str, float]]:
    """MB at peak for each input: flat, but for a line that is itself greater."""
    return [(what, 2.5 * GIANT_LINE_BYTES / 1e6 if what == giant else 80) for what in inputs]
