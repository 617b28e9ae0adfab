"""What starting the program costs."""

from __future__ import annotations

from benchmarks.contest import Goal, Program, Role, Row
from benchmarks.rows.common import PYTHON, Built


def key_start_row(built: Built) -> Row:
    command = [built.rvhctl, "jump-hash", "-k", "foo", "-b", "5"]
    return start_row("start", "rvhctl jump-hash -k foo -b 5", command, "import typer", 1.0)


def version_start_row(built: Built) -> Row:
    return start_row("start-V", "rvhctl -V", [built.rvhctl, "-V"], "pass", 1.6)


def start_row(key: str, name: str, command: list[str], yardstick: str, at_most: float) -> Row:
    python = f'python -c "{yardstick}"'
    return Row(
        key=key,
        title=f"{name}, whole process",
        contestants=[
            Program(name=name, role=Role.OURS, commands=lambda _: [command]),
            Program(name=python, role=Role.FLOOR, commands=lambda _: [[PYTHON, "-c", yardstick]]),
        ],
        goals=[Goal(name, at_most, python)],
        rounds=6,
    )
