"""Row U: faultset() and evaluate() called from Python, from nodes and from columns."""

from __future__ import annotations

from benchmarks.contest import Call, Contestant, Goal, Role, Row
from benchmarks.data import Sizes

NODES = ("tuples", "dicts")
COLUMNS = {"array": (), "numpy": ("numpy",), "arrow": ("pyarrow",)}
COLUMN_US = 0.35


def faultset_call_row(sizes: Sizes) -> Row:
    size = sizes.points

    def ours(work: str, kind: str, modules: tuple[str, ...] = ()) -> Call:
        return Call(
            name=f"{work}(), {kind}",
            role=Role.OURS,
            module="faultset_rvhctl",
            case=f"{work} {kind}",
            size=size,
            modules=modules,
        )

    def by(name: str, module: str, case: str, *modules: str, role: Role = Role.PEER) -> Call:
        return Call(name=name, role=role, module=module, case=case, size=size, modules=modules)

    contestants: list[Contestant] = []
    for work in ("faultset", "evaluate"):
        contestants += [ours(work, kind) for kind in NODES]
        contestants += [ours(work, kind, modules) for kind, modules in COLUMNS.items()]
    return Row(
        key="U",
        title=f"faultset() and evaluate() of {size:,} nodes from Python, a node",
        per=size,
        each_to_first=True,
        contestants=[
            *contestants,
            by("NumPy, lists", "faultset_numpy", "lists", "numpy"),
            by("NumPy, arrays", "faultset_numpy", "arrays", "numpy"),
            by("columns looked at, answer made", "faultset_floor", "lists", role=Role.FLOOR),
        ],
        goals=[
            Goal(f"{work}(), {kind}", COLUMN_US, unit="us")
            for work in ("faultset", "evaluate")
            for kind in COLUMNS
        ],
    )
