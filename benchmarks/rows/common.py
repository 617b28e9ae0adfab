"""What several rows share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contest import ANSWER_BYTES, Contestant, Program, Role
from benchmarks.data import THRESHOLD_MS

PEERS = Path(__file__).parents[1] / "peers"
PYTHON = sys.executable
THRESHOLD = f"{THRESHOLD_MS:g}"


@dataclass(frozen=True)
class Built:
    """What the runner makes before the rows start."""

    rvhctl: str  # a script like the one that pip installs
    programs: dict[str, str]  # C programs by name
    failures: dict[str, str]  # C programs that could not be built: why


def peer(name: str) -> list[str]:
    return [PYTHON, str(PEERS / f"{name}.py")]


def c_program(name: str, program: str, built: Built, options: list[str], role: Role = Role.PEER) -> Program:
    return Program(
        name=name,
        role=role,
        absent=built.failures.get(program, ""),
        commands=lambda path: [[built.programs[program], str(path), *options]],
    )


def io_floor(of: str, built: Built, path: Callable[[Path], Path] = lambda path: path) -> Program:
    """What it costs to read the input of a contestant, or another, and to write as much as its answer."""
    return Program(
        name=f"read and write as much as {of}",
        role=Role.FLOOR,
        absent=built.failures.get("floor_io", ""),
        commands=lambda source: [[built.programs["floor_io"], str(path(source)), ANSWER_BYTES]],
        one_record=False,
        floor_of=of,
    )


def shell(script: str, *arguments: object) -> list[str]:
    """A command of the shell; the arguments are its $1, $2 and so on."""
    return ["sh", "-c", script, "sh", *map(str, arguments)]


def node_floors(of: str, built: Built) -> list[Contestant]:
    return [
        Program(
            name="each line parsed (orjson)",
            role=Role.FLOOR,
            modules=("orjson",),
            commands=lambda path: [[*peer("floor_orjson"), str(path)]],
        ),
        io_floor(of, built),
    ]
