"""Calls of the package that are given more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from support.growth_inputs import Cases, Run, names, nodes, spread

CASES = Cases()


def _failover(size: int) -> Run:
    import rvhctl

    ids, latencies = list(range(size)), [at * 31 % 97 + 1.0 for at in range(size)]
    return lambda: rvhctl.failover(ids, latencies, 50)


def _faultset(size: int) -> Run:
    import rvhctl

    given = nodes(size)
    return lambda: rvhctl.faultset(given, 50)


def _many(size: int) -> Run:
    import rvhctl

    given = [f"k{at}" for at in range(size)]
    return lambda: rvhctl.jump_hash_many(given, 8)


def _geohash(size: int) -> Run:
    from rvhctl import geohash

    lats, lons = zip(*map(spread, range(size)), strict=True)
    return lambda: geohash.encode_many(lats, lons, 6)


def _cluster(size: int) -> Run:
    from rvhctl import geohash

    given = nodes(size)
    return lambda: geohash.geohash_cluster(given, 4)


def _placement(size: int) -> Run:
    from rvhctl import Placement

    given = names(size).split(",")
    return lambda: Placement(given, down=given[::2], weights=dict.fromkeys(given, 0.5)).owner("a")


def _moves(size: int) -> Run:
    from rvhctl import Placement

    given = [f"k{at}" for at in range(size)]
    return lambda: Placement(list("abcd")).moves(given, Placement(list("abcde"))).moved


def _async(make: Callable[[], Coroutine[object, object, object]]) -> Run:
    return lambda: asyncio.run(make())


def _failover_async(size: int) -> Run:
    import rvhctl

    ids, latencies = list(range(size)), [at * 31 % 97 + 1.0 for at in range(size)]
    return _async(lambda: rvhctl.failover_async(ids, latencies, 50))


def _faultset_async(size: int) -> Run:
    import rvhctl

    given = nodes(size)
    return _async(lambda: rvhctl.faultset_async(given, 50))


def _many_async(size: int) -> Run:
    import rvhctl

    given = [f"k{at}" for at in range(size)]
    return _async(lambda: rvhctl.jump_hash_many_async(given, 8))


def _evaluate(size: int) -> Run:
    from rvhctl import Policy, evaluate

    given, policy = nodes(size), Policy(relative=1.5)
    return lambda: [group.answer for group in evaluate(given, policy, precision=2)]


def _drill(size: int) -> Run:
    from rvhctl import Policy, drill

    given, policy = nodes(size, zone=lambda at: f"z{at // 4}"), Policy(threshold=60)
    return lambda: list(drill(given, policy, "groups", by="zone"))


def _advise(size: int) -> Run:
    from rvhctl import Policy, advise

    given, policy = nodes(size), Policy(relative=1.5)
    return lambda: advise(given, policy)


def _length(size: int) -> Run:
    import rvhctl

    key = "k" * size
    return lambda: rvhctl.jump_hash(key, 8)


for name, least, prepared in (
    ("failover()", 5000, _failover),
    ("faultset()", 100, _faultset),
    ("jump_hash(), length of a key", 500000, _length),
    ("jump_hash_many()", 1000, _many),
    ("failover_async()", 5000, _failover_async),
    ("faultset_async()", 400, _faultset_async),
    ("jump_hash_many_async()", 1000, _many_async),
    ("evaluate()", 100, _evaluate),
    ("drill()", 240, _drill),
    ("advise()", 50, _advise),
    ("geohash.encode_many()", 500, _geohash),
    ("geohash.geohash_cluster()", 200, _cluster),
    ("Placement(), nodes", 1000, _placement),
    ("Placement.moves()", 400, _moves),
):
    CASES[name] = (least, prepared)
