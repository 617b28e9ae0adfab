"""Geohash: cells of the earth's surface as short texts, exact to the last bit.

A cell is found by bisection, longitude first; a value on a border belongs to the cell to its north or east.
+90 and +180 degrees stay in the last cell, -0.0 is 0.0. All answers equal those of exact rational
arithmetic, so a point a hair south of the equator is in a southern cell.

Cells are this high and wide, in degrees: ``180 / 2 ** (5 * p // 2)`` and ``360 / 2 ** ((5 * p + 1) // 2)``
for precision p; about 4.9 km square at the equator for 5, 610 m by 1.2 km for 6, 4.8 m square for 9.

Source: G. Niemeyer's geohash.org (2008); letters and order of bits as in PostGIS ``ST_GeoHash``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeVar

from rvhctl.concurrency.steps import WHOLE, listed, run
from rvhctl.core.columns import blank
from rvhctl.core.geo import geohash as core
from rvhctl.core.numbers import read_degrees, read_float_degrees
from rvhctl.errors import FaultsetError, InvalidNodeError, LengthMismatchError
from rvhctl.nodes.columns import numbers_steps

if TYPE_CHECKING:
    from rvhctl.core.columns import Floats
    from rvhctl.nodes.columns import Column, Numbers
    from rvhctl.nodes.given import AnyNode

__all__ = ["decode", "encode", "encode_many", "geohash_cluster", "neighbors"]

Item = TypeVar("Item")
GivenNode = TypeVar("GivenNode", bound="AnyNode")

BLOCK: Final = 1 << 13
"""Points of one call of the core: their columns stay in the second cache."""

DIRECTIONS: Final = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


def encode(lat: float, lon: float, precision: int = 9) -> str:
    """The cell of a point.

    Args:
        lat: latitude in degrees, -90 to 90.
        lon: longitude in degrees, -180 to 180.
        precision: letters of the cell, 1 to 12.

    Returns:
        The cell in lower case.

    Raises:
        InvalidNodeError: a coordinate is no number (a bool is none), not finite or out of range.
        FaultsetError: the precision is no whole number from 1 to 12.

    Examples:
        >>> encode(52.3676, 4.9041, 5)
        'u173z'
    """
    return core.encode(lat, lon, precision)


def encode_many(lats: Numbers, lons: Numbers, precision: int = 9) -> list[str]:
    """The cell of each of many points: ``[encode(lat, lon, precision) for ...]``, several times faster.

    Args:
        lats: latitudes in degrees, -90 to 90; a list, or a column as of `rvhctl.NodeColumns`.
        lons: as many longitudes in degrees, -180 to 180.
        precision: letters of each cell, 1 to 12.

    Returns:
        A list as long as ``lats``; empty for no points.

    Raises:
        LengthMismatchError: there are not as many longitudes as latitudes.
        InvalidNodeError: as `encode`; the message says which point, counted from 1.
        FaultsetError: the precision is no whole number from 1 to 12; or the coordinates are no lists.

    Examples:
        >>> encode_many([52.3676, -33.8688], [4.9041, 151.2093], 5)
        ['u173z', 'r3gx2']
    """
    letters = core.whole_precision(precision)
    north, east = run(numbers_steps(lats, WHOLE, "lats")), run(numbers_steps(lons, WHOLE, "lons"))
    if len(north) != len(east):
        raise LengthMismatchError(f"{len(north)} latitudes, but {len(east)} longitudes")
    cells: list[str] = []
    for start in range(0, len(north), BLOCK):
        numbers = core.cell_numbers(
            _column(north, start, core.LATITUDE, "lat"), _column(east, start, core.LONGITUDE, "lon"), letters
        )
        cells += core.cell_texts(numbers, letters)
    return cells


def decode(cell: str) -> tuple[float, float]:
    """The middle of a cell.

    Args:
        cell: 1 to 12 letters of the geohash alphabet, in either case.

    Returns:
        Latitude and longitude in degrees, both exact.

    Raises:
        FaultsetError: it is no cell.

    Examples:
        >>> decode("u17")
        (52.734375, 4.921875)
    """
    number = core.cell_of_text(cell)
    return core.cell_centre(number, len(cell))


def neighbors(cell: str) -> dict[str, str | None]:
    """The eight cells around a cell.

    Args:
        cell: 1 to 12 letters of the geohash alphabet, in either case.

    Returns:
        Cells of the same precision by direction (n, ne, e, se, s, sw, w, nw). East and west go on across the
        antimeridian; what would lie beyond a pole is None.

    Raises:
        FaultsetError: it is no cell.

    Examples:
        >>> neighbors("u17")["e"], neighbors("z")["ne"]
        ('u1k', None)
    """
    number = core.cell_of_text(cell)
    precision = len(cell)
    around: dict[str, str | None] = {}
    for direction, (north, east) in zip(DIRECTIONS, core.AROUND, strict=True):
        beside = core.neighbour(number, precision, north, east)
        around[direction] = None if beside < 0 else core.cell_text(beside, precision)
    return around


def geohash_cluster(nodes: Iterable[GivenNode], precision: int = 6) -> dict[str, list[GivenNode]]:
    """Nodes by cell.

    Args:
        nodes: mappings with ``lat`` and ``lon``, tuples ``(id, lat, lon, latency)`` or `rvhctl.Node`;
            coordinates in degrees. Ids and latencies are not looked at.
        precision: letters of a cell, 1 to 12.

    Returns:
        For each cell the nodes as they were given, in their order; cells in order of first appearance.
        Empty for no nodes.

    Raises:
        InvalidNodeError: a coordinate is missing or wrong; the message names the node.
        FaultsetError: the precision is no whole number from 1 to 12; or the nodes are no list.

    Examples:
        >>> geohash_cluster([("ams", 52.37, 4.9, 12.0), ("syd", -33.87, 151.21, 280.0)], 2)
        {'u1': [('ams', 52.37, 4.9, 12.0)], 'r3': [('syd', -33.87, 151.21, 280.0)]}
    """
    from rvhctl.core.policy.cells import Groups
    from rvhctl.nodes.given import read_columns

    letters = core.whole_precision(precision)
    items = _listed(nodes, "nodes")
    groups = Groups(letters)
    for start in range(0, len(items), BLOCK):
        lats, lons = read_columns(items, start, BLOCK, ("lat", "lon"))
        groups.add(lats, lons, 0, len(lats))
    clusters: list[list[GivenNode]] = [[] for _ in groups.cells]
    for item, group in zip(items, groups.group_of, strict=True):
        clusters[group].append(item)
    return dict(zip(core.cell_texts(groups.cells, letters), clusters, strict=True))


def _listed(items: Iterable[Item], name: str) -> list[Item]:
    return run(listed(items, WHOLE, name, FaultsetError))


def _column(values: Column, start: int, bound: float, field: str) -> Floats:
    block = values[start : start + BLOCK]
    column = blank(len(block))
    if isinstance(block, list):
        bad = read_degrees(block, bound, column, 0)
    else:
        bad = read_float_degrees(block.tobytes(), bound, column, 0)
    if bad >= 0:
        try:
            core.degrees(block[bad], bound, field)
        except InvalidNodeError as error:
            raise InvalidNodeError(
                f"point {start + bad + 1}: {error.problem}", field=field, value=block[bad]
            ) from None
    return column
