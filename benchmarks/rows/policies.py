"""Rows P, Q, R and V: what explanations, a memory, advice and a drill cost beside the plain command."""

from __future__ import annotations

from pathlib import Path

from benchmarks import answers, data
from benchmarks.contest import Goal, Program, Role, Row
from benchmarks.data import Sizes
from benchmarks.rows.common import Built, io_floor, peer, shell

# The first run only makes the memory; it takes place where answers are checked, not where they are timed.
REMEMBER = """
memory=$1; shift
test -e "$memory" || "$@" --memory "$memory" > "$memory.answer" && "$@" --memory "$memory"
"""
PRECISIONS = " ".join(map(str, range(1, 13)))


def explain_row(sizes: Sizes, built: Built) -> Row:
    faultset = [built.rvhctl, "faultset", "--relative", "1.5", "-p", "3", "-o", "ndjson"]

    def ours(name: str, *options: str) -> Program:
        return Program(
            name=name,
            role=Role.OURS,
            canonical=answers.ids_in_any_order,
            commands=lambda path: [[*faultset, *options, str(path)]],
        )

    return Row(
        key="P",
        title=f"faultset --relative 1.5 -p 3 --explain of {sizes.nodes:,} NDJSON nodes, beside the same without",
        source=lambda: data.node_file(sizes.nodes),
        each_to_first=True,
        contestants=[
            ours("plain"),
            ours("--explain", "--explain"),
            io_floor("plain", built),
            io_floor("--explain", built),
        ],
        goals=[Goal("--explain", 2, "plain")],
    )


def memory_row(sizes: Sizes, built: Built) -> Row:
    faultset = [built.rvhctl, "faultset", "--relative", "1.5", "-p", "3", "-o", "ndjson"]

    def remembering(path: Path) -> list[list[str]]:
        memory = Path(built.rvhctl).with_name(f"memory-of-{path.name}")
        return [shell(REMEMBER, memory, *faultset, path)]

    return Row(
        key="Q",
        title=f"faultset --memory FILE of {sizes.nodes:,} NDJSON nodes, later runs, beside the same without",
        source=lambda: data.node_file(sizes.nodes),
        each_to_first=True,
        contestants=[
            Program(name="plain", role=Role.OURS, commands=lambda path: [[*faultset, str(path)]]),
            Program(name="--memory", role=Role.OURS, commands=remembering),
            io_floor("plain", built),
        ],
        goals=[Goal("--memory", 2, "plain"), Goal("--memory", 350)],
    )


def advise_row(sizes: Sizes, built: Built) -> Row:
    faultset = [built.rvhctl, "faultset"]
    twelve = f'for p in {PRECISIONS}; do "$1" faultset --threshold 100 -p $p -o plain "$2"; done'
    return Row(
        key="R",
        title=f"faultset --advise of {sizes.nodes:,} NDJSON nodes, beside one precision",
        source=lambda: data.node_file(sizes.nodes),
        contestants=[
            Program(
                name="--advise",
                role=Role.OURS,
                group="looks",
                commands=lambda path: [[*faultset, "--advise", str(path)]],
            ),
            Program(
                name="-p 5",
                role=Role.OURS,
                commands=lambda path: [[*faultset, "--threshold", "100", "-p", "5", str(path)]],
            ),
            Program(
                name="faultset at 12 precisions",
                role=Role.OURS,
                group="twelve",
                slow=True,
                one_record=False,
                commands=lambda path: [shell(twelve, built.rvhctl, path)],
            ),
            Program(
                name="orjson, pygeohash and counters (no borders)",
                modules=("orjson", "pygeohash"),
                group="looks",
                canonical=answers.looks,
                slow=True,
                commands=lambda path: [[*peer("advise_orjson"), str(path)]],
            ),
            io_floor("--advise", built),
        ],
        goals=[Goal("--advise", 2, "-p 5")],
    )


def drill_row(built: Built) -> Row:
    """Every failure of any node and any group, beside the one plan that each of them would be."""
    faultset = [built.rvhctl, "faultset", "--by", "zone", "--relative", "1.5", "-o", "ndjson", "-l", "error"]

    def ours(name: str, *options: str) -> Program:
        return Program(
            name=name, role=Role.OURS, group=name, commands=lambda path: [[*faultset, *options, str(path)]]
        )

    return Row(
        key="V",
        title="faultset --drill of 1,000 NDJSON nodes in 50 groups, beside one plan of them",
        source=data.drill_file,
        each_to_first=True,
        contestants=[
            ours("--plan", "--plan"),
            ours("--drill both: 1,050 failures", "--drill", "both"),
            ours("--drill both --spill capacity", "--drill", "both", "--spill", "capacity"),
            ours("--drill 2: 1,225 pairs", "--drill", "2"),
            io_floor("--plan", built),
        ],
        goals=[Goal("--drill both: 1,050 failures", 10, "--plan")],
    )
