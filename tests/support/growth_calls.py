"""Calls of the package that are given more."""

from __future__ import annotations

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


for name, least, prepared in (
    ("failover()", 500, _failover),
    ("faultset()", 100, _faultset),
    ("jump_hash_many()", 1000, _many),
    ("geohash.encode_many()", 500, _geohash),
    ("geohash.geohash_cluster()", 100, _cluster),
    ("Placement(), nodes", 1000, _placement),
    ("Placement.moves()", 200, _moves),
):
    CASES[name] = (least, prepared)
