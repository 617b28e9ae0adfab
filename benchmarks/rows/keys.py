"""Row A: key lines to bucket numbers, their time and their memory."""

from __future__ import annotations

from pathlib import Path

from benchmarks import data
from benchmarks.contest import Goal, Program, Role, Row
from benchmarks.data import Sizes
from benchmarks.rows.common import Built, c_program, peer

MEMORY_LINES = 1_000_000
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
            Program(
                name="read (Python)",
                role=Role.FLOOR,
                commands=lambda path: [[*peer("floor_read"), str(path)]],
            ),
        ],
        goals=[
            Goal("rvhctl", 1.5, "C, one thread"),
            Goal("rvhctl", 1.0, "ClickHouse"),
            Goal("rvhctl", 80),
        ],
    )


def keys_memory_row(sizes: Sizes, built: Built) -> Row:
    jump_hash = [built.rvhctl, "jump-hash", "-b", "8"]
    lines = min(MEMORY_LINES, sizes.keys // 10)
    giant_bytes = GIANT_LINE_BYTES * lines // MEMORY_LINES
    long = data.key_file(sizes.keys)

    def ours(name: str, group: str, path: Path) -> Program:
        return Program(name=name, role=Role.OURS, group=group, commands=lambda _: [[*jump_hash, str(path)]])

    def theirs(name: str, group: str, path: Path) -> Program:
        return Program(
            name=name,
            group=group,
            absent=built.failures.get("jump_lines", ""),
            commands=lambda _: [[built.programs["jump_lines"], str(path), "8"]],
        )

    short, giant = data.key_file(lines), data.giant_line_file(lines, giant_bytes)
    piped = ["sh", "-c", 'cat "$1" | "$2" jump-hash -b 8', "sh", str(long), built.rvhctl]
    giant_name = f"rvhctl, {lines:,} lines and one of {giant_bytes / 1e6:g} MB"
    return Row(
        key="A-memory",
        title="Memory of jump-hash, whatever the length of the input",
        timed=False,
        each_to_first=True,
        contestants=[
            ours(f"rvhctl, {lines:,} lines", "short", short),
            ours(f"rvhctl, {sizes.keys:,} lines", "long", long),
            Program(
                name="rvhctl, the same from a pipe", role=Role.OURS, group="long", commands=lambda _: [piped]
            ),
            ours(giant_name, "giant", giant),
            theirs("C, one thread, the short file", "short", short),
            theirs("C, one thread, the long file", "long", long),
            theirs("C, one thread, the giant line", "giant", giant),
        ],
        goals=[
            Goal(f"rvhctl, {sizes.keys:,} lines", 80),
            Goal("rvhctl, the same from a pipe", 80),
            Goal(giant_name, 2.5 * giant_bytes / 1e6),
        ],
    )
