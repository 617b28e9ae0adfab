"""What several rows share."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contest import Contestant, Program, Role
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


def node_floors() -> list[Contestant]:
    return [
        Program(
            name="each line parsed (orjson)",
            role=Role.FLOOR,
            modules=("orjson",),
            commands=lambda path: [[*peer("floor_orjson"), str(path)]],
        ),
        Program(
            name="read (Python)",
            role=Role.FLOOR,
            commands=lambda path: [[*peer("floor_read"), str(path)]],
        ),
    ]
