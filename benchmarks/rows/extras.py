"""What a policy, and names for buckets, cost beside the plain command."""

from __future__ import annotations

from benchmarks import data
from benchmarks.contest import Goal, Program, Role, Row
from benchmarks.data import Sizes
from benchmarks.rows.common import THRESHOLD, Built

NODES = [f"node-{number}" for number in range(100)]


def ours(name: str, command: list[str]) -> Program:
    """A command of ``rvhctl``, whose answer is not that of the others in its row."""
    return Program(name=name, role=Role.OURS, group=name, commands=lambda path: [[*command, str(path)]])


def plan_row(sizes: Sizes, built: Built) -> Row:
    faultset = [built.rvhctl, "faultset", "--precision", "3", "-o", "ndjson"]
    plain, plan = f"faultset --threshold {THRESHOLD}", "faultset --relative 1.5 --plan"
    return Row(
        key="plan",
        title=f"a plan beside plain faultset, {sizes.nodes:,} NDJSON nodes, precision 3",
        source=lambda: data.node_file(sizes.nodes),
        each_to_first=True,
        contestants=[
            ours(plain, [*faultset, "--threshold", THRESHOLD]),
            ours(plan, [*faultset, "--relative", "1.5", "--plan"]),
        ],
        goals=[Goal(plan, 1.5, plain)],
    )


def names_row(sizes: Sizes, built: Built) -> Row:
    jump_hash = [built.rvhctl, "jump-hash", "-j", "1"]
    named = [*jump_hash, "--nodes", ",".join(NODES)]
    plain, names, down = "-b 100", "--nodes, 100 of them", "--nodes, 30 of 100 --down"

    return Row(
        key="names",
        title=f"names and failures beside numbers, {sizes.keys:,} key lines, one process",
        source=lambda: data.key_file(sizes.keys),
        each_to_first=True,
        contestants=[
            ours(plain, [*jump_hash, "-b", str(len(NODES))]),
            ours(names, named),
            ours(down, [*named, "--down", ",".join(NODES[5:95:3])]),
        ],
        goals=[Goal(names, 1.2, plain), Goal(down, 2.5, plain)],
    )
