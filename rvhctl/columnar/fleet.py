"""Cells of points, and which rows are fit to serve, from columns of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, NoReturn

from rvhctl.columnar.columns import arrow_column, buffer_of, each_chunk, library
from rvhctl.concurrency.steps import WHOLE, run
from rvhctl.core.columns import Floats, Ints, blank
from rvhctl.core.geo.geohash import LATITUDE, LONGITUDE, cell_letters, cell_numbers, whole_precision
from rvhctl.core.numbers import read_float_degrees, read_float_latencies
from rvhctl.core.policy.cells import Groups
from rvhctl.core.policy.survivors import Sieve
from rvhctl.errors import (
    EmptyNodesError,
    FaultsetError,
    InvalidNodeError,
    LengthMismatchError,
    NoSurvivorsError,
    shorten,
)
from rvhctl.formats.arrow.columns import doubles
from rvhctl.formats.wording import counted
from rvhctl.nodes.fields import BOUNDS, check_coordinate, check_latency, checked_threshold
from rvhctl.policy.decision import ranked, ranked_by_group

ROWS: Final = 1 << 14
"""Rows at a time: their copies stay in a processor's cache, and no memory is asked of the system for them."""

NAN: Final = float("nan")


def geohash_encode(
    lat: Any, lon: Any, precision: int = 9, *, invalid: Literal["error", "null"] = "error"
) -> Any:
    """The geohash cell of each point of two columns, as `rvhctl.geohash.encode` has it of each.

    Args:
        lat: latitudes in degrees, -90 to 90: a column of numbers as of `rvhctl.arrow.jump_hash`.
        lon: as many longitudes in degrees, -180 to 180.
        precision: letters of each cell, 1 to 12.
        invalid: what becomes of NaN and of coordinates out of range: an ``error``, or ``null``.

    Returns:
        A ``pyarrow.StringArray``, null where a coordinate is; a ``ChunkedArray`` of the chunks of ``lat``
        where it has some.

    Raises:
        InvalidNodeError: a coordinate is out of range; the message names the row, counted from 1.
        LengthMismatchError: there are not as many longitudes as latitudes.
        FaultsetError: a column is none, or not of numbers; or the precision is no whole number from 1 to 12.
        RvhctlError: pyarrow is not installed.

    Examples:
        >>> import pyarrow as pa
        >>> from rvhctl import arrow
        >>> arrow.geohash_encode(pa.array([52.3676, None]), pa.array([4.9041, 0.0]), 5).to_pylist()
        ['u173z', None]
    """
    letters = whole_precision(precision)
    if invalid not in ("error", "null"):
        raise FaultsetError(f"invalid must be 'error' or 'null' (got {shorten(invalid)})")
    pa = library()
    pc = pa.compute
    north, east = _numbers(lat, "lat"), _whole(_numbers(lon, "lon"))
    if len(north) != len(east):
        raise LengthMismatchError(f"{len(north)} latitudes, but {len(east)} longitudes")

    def cells(lats: Any, row: int) -> Any:
        lons = east.slice(row, len(lats))
        known = pc.and_(lats.is_valid(), lons.is_valid())
        if invalid == "null":
            inside = pc.and_(_within(lats, LATITUDE), _within(lons, LONGITUDE))
            known = pc.and_(known, pc.fill_null(inside, False))
        all_known = pc.all(known, min_count=0).as_py()
        if not all_known:
            lats, lons = (pc.if_else(known, column, 0.0) for column in (lats, lons))
        texts = []
        for start in range(0, len(lats), ROWS):
            count = min(ROWS, len(lats) - start)
            points = _degrees(lats, start, count, "lat", row), _degrees(lons, start, count, "lon", row)
            texts.append(cell_letters(cell_numbers(points[0], points[1], letters), letters))
        fixed = pa.Array.from_buffers(pa.binary(letters), len(lats), [None, pa.py_buffer(b"".join(texts))])
        found = fixed.cast(pa.binary()).cast(pa.string())
        return found if all_known else pc.if_else(known, found, None)

    return each_chunk(north, cells, pa.string())


def failover(latency: Any, threshold: float) -> Any:
    """The rows that answer within the threshold, the fastest first, as `rvhctl.failover` has them.

    Args:
        latency: in milliseconds, a column of numbers as of `rvhctl.arrow.jump_hash`; null and NaN are no measurement,
            and such a row never survives.
        threshold: in milliseconds, finite, 0 or more; a latency equal to it survives.

    Returns:
        A ``pyarrow.Int64Array`` of the indices of rows, for ``take``; equal latencies in the order given.

    Raises:
        NegativeThresholdError, EmptyNodesError, NoSurvivorsError: as `rvhctl.failover`.
        InvalidNodeError: a latency is negative or infinite; the message names the row, counted from 1.
        FaultsetError: the column is none, or not of numbers.
        RvhctlError: pyarrow is not installed.

    Examples:
        >>> import pyarrow as pa
        >>> from rvhctl import arrow
        >>> arrow.failover(pa.array([50.0, 200.0, 20.0, None]), 100).to_pylist()
        [2, 0]
    """
    limit = checked_threshold(threshold)
    column = _measured(latency)
    order = _survivors(column, limit) if len(column) <= WHOLE else run(ranked(_checked(column), limit, WHOLE))
    if not len(order):
        raise NoSurvivorsError(
            f"no survivors: none of {counted(len(column), 'node')} answers within {limit:g} ms"
        )
    return _rows(order)


def faultset(lat: Any, lon: Any, latency: Any, threshold: float, precision: int = 6) -> Any:
    """The rows that `rvhctl.faultset` keeps: grouped by geohash cell, each group failed over by latency.

    Args:
        lat: latitudes in degrees, a column of numbers as of `rvhctl.arrow.jump_hash`.
        lon: as many longitudes in degrees.
        latency: as many latencies in milliseconds; null and NaN are no measurement.
        threshold: in milliseconds, finite, 0 or more; a latency equal to it survives.
        precision: letters of a cell, 1 to 12.

    Returns:
        A ``pyarrow.Int64Array`` of the indices of rows, for ``take``. Cells follow in the order in which they first
        appear, nodes inside one by latency, equal ones in the order given.

    Raises:
        LengthMismatchError: the columns differ in length.
        InvalidNodeError: a coordinate is missing or out of range, a latency negative or infinite; the message names
            the row, counted from 1.
        NegativeThresholdError, EmptyNodesError, NoSurvivorsError, FaultsetError: as `rvhctl.faultset`.
        RvhctlError: pyarrow is not installed.

    Examples:
        >>> import pyarrow as pa
        >>> from rvhctl import arrow
        >>> lat, lon = pa.array([52.37, 52.37, -33.87]), pa.array([4.90, 4.90, 151.21])
        >>> arrow.faultset(lat, lon, pa.array([12.5, 9.0, 280.0]), 100).to_pylist()
        [1, 0]
    """
    limit = checked_threshold(threshold)
    letters = whole_precision(precision)
    column = _checked(_measured(latency))
    points = []
    for values, name in ((lat, "lat"), (lon, "lon")):
        numbers = _whole(_numbers(values, name)).fill_null(NAN)
        if len(numbers) != len(column):
            raise LengthMismatchError(f"{len(column)} latencies, but {len(numbers)} of {name}")
        points.append(_degrees(numbers, 0, len(numbers), name, 0))
    groups = Groups(letters)
    groups.add(points[0], points[1], 0, len(column))
    order = run(ranked_by_group(groups.group_of, len(groups.cells), column, limit, WHOLE))
    if not len(order.survivors):
        raise NoSurvivorsError("all clusters yielded no survivors")
    return _rows(order.survivors)


def _numbers(values: Any, name: str) -> Any:
    """A column of floats of 64 bits.

    Raises:
        FaultsetError: it is none, or not of numbers.
    """
    column = arrow_column(values, name, FaultsetError)
    numbers = doubles(column)
    if numbers is None:
        raise FaultsetError(f"{name} must be numbers (got a column of {column.type})")
    return numbers


def _whole(column: Any) -> Any:
    """The chunks of a column as one array."""
    pa = library()
    if isinstance(column, pa.Array):
        return column
    return (
        column.chunk(0)
        if column.num_chunks == 1
        else pa.concat_arrays(column.chunks or [pa.array([], "double")])
    )


def _within(column: Any, bound: float) -> Any:
    """Which entries lie between ``-bound`` and ``bound``; null where they are."""
    pc = library().compute
    return pc.and_(pc.greater_equal(column, -bound), pc.less_equal(column, bound))


def _degrees(column: Any, start: int, count: int, name: str, row: int) -> Floats:
    """``count`` coordinates from ``start`` on, of an array whose first row is ``row``.

    Raises:
        InvalidNodeError: one is missing or out of range.
    """
    values = blank(count)
    for at in range(0, count, ROWS):
        block = buffer_of(column, start + at, min(ROWS, count - at), 8)
        bad = read_float_degrees(block, BOUNDS[name], values, at)
        if bad >= 0:
            bad += start + at
            _refuse(check_coordinate, column[bad].as_py(), name, row + bad)
    return values


def _measured(values: Any) -> Any:
    """A column of latencies in milliseconds as one array, NaN for none.

    Raises:
        EmptyNodesError: it has no entries.
        FaultsetError: it is none, or not of numbers.
    """
    numbers = _whole(_numbers(values, "latency")).fill_null(NAN)
    if not len(numbers):
        raise EmptyNodesError
    return numbers


def _survivors(numbers: Any, limit: float) -> Ints:
    """The rows of latencies up to the limit, in order, without a copy of the column.

    Raises:
        InvalidNodeError: one is negative or infinite.
    """
    buffer: Any = memoryview(numbers.buffers()[1].slice(8 * numbers.offset, 8 * len(numbers)))
    sieve = Sieve(buffer.cast("d"), limit)
    if sieve.bad >= 0:
        _refuse_latency(numbers, sieve.bad)
    return sieve.order()


def _checked(numbers: Any) -> Floats:
    """Latencies as a column of the core.

    Raises:
        InvalidNodeError: one is negative or infinite.
    """
    column = blank(len(numbers))
    for at in range(0, len(numbers), ROWS):
        bad = read_float_latencies(buffer_of(numbers, at, min(ROWS, len(numbers) - at), 8), column, at)
        if bad >= 0:
            _refuse_latency(numbers, at + bad)
    return column


def _refuse_latency(numbers: Any, row: int) -> NoReturn:
    _refuse(lambda value, _: check_latency(value), numbers[row].as_py(), "latency", row)


def _refuse(check: Callable[[float, str], float], value: float, name: str, row: int) -> NoReturn:
    """Say what is wrong with a value that the core did not take.

    Raises:
        InvalidNodeError: always.
    """
    try:
        check(value, name)
    except InvalidNodeError as error:
        raise InvalidNodeError(f"row {row + 1}: {error.problem}", field=name, value=error.value) from None
    raise AssertionError("the value is good")


def _rows(order: Ints) -> Any:
    """Indices as a column."""
    pa = library()
    return pa.Array.from_buffers(pa.int64(), len(order), [None, pa.py_buffer(order.buffer())])
