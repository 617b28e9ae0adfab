"""Rows B and F and the loop of jump_hash: calls from Python, each contestant in a process of its own."""

from __future__ import annotations

from benchmarks import data
from benchmarks.contest import Call, Contestant, Goal, Role, Row
from benchmarks.data import Sizes
from benchmarks.rows.common import THRESHOLD

OLD_RUST_CORE = Contestant(
    name="old Rust core behind PyO3",
    absent="not on PyPI; a guide from another machine: 6.2 ms where NumPy took 3.6",
)


def failover_call(name: str, module: str, case: str, size: int, modules: tuple[str, ...] = ()) -> Call:
    role = Role.OURS if module == "failover_rvhctl" else Role.PEER
    return Call(name=name, role=role, module=module, case=case, size=size, group=case, modules=modules)


def failover_call_row(sizes: Sizes) -> Row:
    def by(name: str, module: str, *modules: str) -> Call:
        return failover_call(name, module, "random", sizes.columns, modules)

    return Row(
        key="B",
        title=f"failover(ids, latencies, {THRESHOLD}) of {sizes.columns:,} nodes, half survive, from Python",
        contestants=[
            by("rvhctl", "failover_rvhctl"),
            by("NumPy", "failover_numpy", "numpy"),
            by("NumPy, arrays in and out", "failover_numpy_arrays", "numpy"),
            by("Polars", "failover_polars", "polars"),
            by("filter, then sorted(key=itemgetter(1))", "failover_sorted"),
            OLD_RUST_CORE,
        ],
        goals=[Goal("rvhctl", 0.6, "NumPy"), Goal("rvhctl", 4 / 6, "filter, then sorted(key=itemgetter(1))")],
        rounds=3,
    )


def adversarial_row(sizes: Sizes) -> Row:
    cases = ("random", *data.ADVERSARIAL_CASES)
    return Row(
        key="B-adversarial",
        title=f"The same of {sizes.columns:,} nodes as an adversary would lay them out",
        each_to_first=True,
        contestants=[
            *(failover_call(f"rvhctl, {case}", "failover_rvhctl", case, sizes.columns) for case in cases),
            *(
                failover_call(f"NumPy, {case}", "failover_numpy", case, sizes.columns, ("numpy",))
                for case in cases
            ),
        ],
        goals=[Goal(f"rvhctl, {case}", 10, "rvhctl, random") for case in data.ADVERSARIAL_CASES],
        rounds=2,
    )


def encode_call(name: str, module: str, case: str, size: int, *modules: str, role: Role = Role.PEER) -> Call:
    return Call(name=name, role=role, module=module, case=case, size=size, modules=modules)


def encode_row(sizes: Sizes) -> Row:
    size = sizes.points // 100
    return Row(
        key="F-encode",
        title="one geohash.encode(lat, lon, 9), in a loop",
        per=size,
        contestants=[
            encode_call("rvhctl", "encode_rvhctl", "loop", size, role=Role.OURS),
            encode_call("pygeohash", "encode_pygeohash", "loop", size, "pygeohash"),
            encode_call(
                "pygeohash, its C function without the checks", "encode_pygeohash", "bare", size, "pygeohash"
            ),
            encode_call("the loop alone", "encode_floor", "loop", size, role=Role.FLOOR),
        ],
        goals=[Goal("rvhctl", 1.0, "pygeohash")],
        rounds=3,
    )


def encode_many_row(sizes: Sizes) -> Row:
    size = sizes.points
    return Row(
        key="F-many",
        title=f"geohash.encode_many of {size:,} points, a point",
        per=size,
        contestants=[
            encode_call("rvhctl", "encode_rvhctl", "many", size, role=Role.OURS),
            encode_call("pygeohash in a loop", "encode_pygeohash", "loop", size, "pygeohash"),
        ],
        goals=[Goal("rvhctl", 0.35, "pygeohash in a loop")],
        rounds=3,
    )


def jump_call_row() -> Row:
    size = 1_000

    def by(name: str, module: str, case: str, *modules: str, role: Role = Role.PEER) -> Call:
        return Call(name=name, role=role, module=module, case=case, size=size, group=case, modules=modules)

    extensions = "xxhash and jump-consistent-hash (C)"
    return Row(
        key="jump",
        title='one jump_hash("tx42", 1000), in a loop',
        per=size,
        contestants=[
            by("rvhctl", "jump_rvhctl", "one", role=Role.OURS),
            by(extensions, "jump_extensions", "one", "jump", "xxhash"),
            by("rvhctl, different keys", "jump_rvhctl", "many", role=Role.OURS),
            by(f"{extensions}, different keys", "jump_extensions", "many", "jump", "xxhash"),
            by("the loop alone", "jump_floor", "one", role=Role.FLOOR),
        ],
        goals=[
            Goal("rvhctl", 1.5, extensions),
            Goal("rvhctl, different keys", 1.5, f"{extensions}, different keys"),
        ],
        rounds=3,
    )
