"""Jump hash, orders of preference, bounded loads and geohashes: beside them stand their definitions."""

from __future__ import annotations

import math
import struct
from fractions import Fraction
from functools import cache

from support.choosing import chosen_by
from support.naive_bounds import naive_bounded
from support.naive_geohash import naive_cell
from support.naive_placement import naive_order, naive_paper_jump, naive_spread

from fuzz.target import Given, target
from rvhctl import Placement
from rvhctl.core.columns import Floats, Ints
from rvhctl.core.geo import geohash
from rvhctl.core.placement.choosing import Chooser
from rvhctl.core.placement.jump import EXACT, FEW, GUAVA, MAX_BUCKETS, PAPER, jump, jump_in, plain_jump
from rvhctl.core.placement.spreading import chooser_of
from rvhctl.core.placement.table import PROBES, BucketTable
from rvhctl.errors import FaultsetError
from rvhctl.keys.sizes import LARGEST


def signed(bits: int) -> int:
    return bits - 2**64 if bits >= 2**63 else bits


@target(longest=24)
def jump_hash(data: bytes) -> object:
    """The bucket of a key, in each dialect."""
    given = Given(data)
    buckets = given.number(4) % MAX_BUCKETS + 1
    found = []
    while given.more():
        key = given.number(8)
        assert jump(signed(key), buckets) == plain_jump(key, buckets) == naive_paper_jump(key, buckets)
        exact, state, following = 0, key, 0
        while following < buckets:
            exact = following
            state = (state * 2862933555777941757 + 1) % 2**64
            following = ((exact + 1) << 31) // ((state >> 33) + 1)
        assert jump_in(EXACT, signed(key), buckets) == exact
        found.append([jump_in(dialect, signed(key), buckets) for dialect in (PAPER, GUAVA)])
    return found


@target(longest=80)
def placement_orders(data: bytes) -> object:
    """All live buckets in the order of preference of a key, and its replicas in different zones."""
    given = Given(data)
    buckets, count = given.below(40) + 1, given.below(5) + 1
    down = {given.below(buckets) for _ in range(given.below(buckets))}
    if len(down) == buckets:
        return None
    weights = {given.below(buckets): weight_of(given.text(8)) for _ in range(given.below(6))}
    zones = [given.below(4) for _ in range(buckets)]
    dense = given.one_of(0, 1 << 20)
    table = BucketTable(buckets, PAPER, weights, sorted(down), dense)
    spread = BucketTable(buckets, PAPER, weights, sorted(down), dense, Ints(zones))
    first, budget = given.number(8), given.one_of(1 << 20, 1, 3 * PROBES)
    keys = [(first + step) % 2**64 for step in range(given.one_of(2, FEW + 2))]
    found = [
        chosen_by(Chooser(table, table.live, budget), keys),
        chosen_by(Chooser(table, count, budget), keys),
        chosen_by(chooser_of(spread, count), keys),
    ]
    for key, (every, few, replicas) in zip(keys, zip(*found, strict=True), strict=True) if __debug__ else ():
        order = naive_order(key, buckets, down, weights)
        assert (every, few, replicas) == (order, order[:count], naive_spread(order, zones, count))
    return found


def weight_of(data: bytes) -> float:
    """Eight bytes as a weight, which is finite and above 0."""
    weight = abs(struct.unpack("<d", data.ljust(8, b"?"))[0])
    return weight if 0 < weight < math.inf else 1.0


@target(b"\x00\x00\x00\x00\x00\x00\xf0\x3f", b"\x00\x00\x00\x00\x00\x00\x00\x00", longest=160)
def bounded_loads(data: bytes) -> object:
    """Owners of a finite set of keys when no bucket may own more than its bound."""
    given = Given(data)
    buckets = given.below(5) + 1
    max_load = given.one_of(1.0, 1.05, 1.15, 1.3, 2.0, 1.0 + given.number(2) / 4096)
    down = {given.below(buckets) for _ in range(given.below(buckets))}
    if len(down) == buckets:
        return None
    weights = {given.below(buckets): given.one_of(0.5, 0.1, 3.0, 1e-9) for _ in range(given.below(3))}
    kind = given.below(4)
    keys, sizes = [], []
    while given.more() and len(keys) < 12:
        keys.append(given.number(given.one_of(1, 8)))
        sizes.append((1.0, float(given.number()), float(1 << given.below(9)), size_of(given.text(8)))[kind])
    placement = Placement(buckets, down=down, weights=weights)
    assigned = placement.assign(keys, sizes=sizes, max_load=max_load)
    owners = assigned.buckets(keys)
    if __debug__:
        order = cache(lambda key: naive_order(key, buckets, down, weights))
        live = {
            bucket: Fraction(repr(weights.get(bucket, 1.0)))
            for bucket in range(buckets)
            if bucket not in down
        }
        expected = naive_bounded(keys, sizes, order, live, repr(max_load))
        assert owners == [expected[key] for key in keys]
        assert assigned.displaced == sum(bucket != order(key)[0] for key, bucket in expected.items())
    return [owners, assigned.loads, assigned.displaced, assigned.overfull]


def size_of(data: bytes) -> float:
    """Eight bytes as the size of a key."""
    size = abs(struct.unpack("<d", data.ljust(8, b"\0"))[0])
    return size if size <= LARGEST else 1.0


BORDERS = tuple(struct.pack("<d", value) for value in (90.0, -90.0, 180.0, -180.0, 0.0, -5e-324, 45.0, 11.25))


@target(*BORDERS, longest=20)
def geohash_cells(data: bytes) -> object:
    """The cell of a point, its middle and its neighbours."""
    given = Given(data)
    precision, north, east = given.below(12) + 1, given.below(3) - 1, given.below(3) - 1
    lat, lon = (bounded(given.text(8), bound) for bound in (90.0, 180.0))
    cell = geohash.cell_number(lat, lon, precision)
    text = geohash.cell_text(cell, precision)
    assert text == naive_cell(lat, lon, precision)
    assert geohash.cell_of_text(text) == geohash.cell_of_text(text.upper()) == cell
    assert geohash.cell_numbers(Floats([lat]), Floats([lon]), precision) == [cell]
    assert geohash.cell_texts(Ints([cell]), precision) == [text]
    assert geohash.cell_letters(Ints([cell]), precision).decode().strip() == text
    middle = geohash.cell_centre(cell, precision)
    assert geohash.cell_number(*middle, precision) == cell
    beside = geohash.neighbour(cell, precision, north, east)
    rows = 2 ** (5 * precision // 2)
    row = geohash.axes(cell, precision)[0]
    assert row == min(int((Fraction(lat) + 90) * rows / 180), rows - 1)
    assert (beside < 0) == (not 0 <= row + north < rows)
    assert beside < 0 or geohash.neighbour(beside, precision, -north, -east) == cell
    return [cell, text, middle, beside]


def bounded(data: bytes, bound: float) -> float:
    """Eight bytes as degrees."""
    (value,) = struct.unpack("<d", data.ljust(8, b"\0"))
    return value if -bound <= value <= bound else math.fmod(value, bound) if math.isfinite(value) else 0.0


@target("0", "b", "z", "Z", "a", "é", longest=20)
def geohash_texts(data: bytes) -> object:
    """What is a cell, and what is none."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        cell = geohash.cell_of_text(text)
    except FaultsetError as error:
        assert not 1 <= len(text) <= 12 or not set(text.lower()) <= set(geohash.ALPHABET)
        return str(error)
    assert geohash.cell_text(cell, len(text)) == text.lower()
    return cell
