"""Nodes that Python callers give as columns: buffers of floats, NumPy, Arrow, pandas, polars or lists."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import nan
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast, overload

if TYPE_CHECKING:
    from typing import Protocol, SupportsFloat, SupportsIndex

    class ToNumpy(Protocol):
        """A column of pandas, polars, Arrow or another library."""

        def to_numpy(self) -> Any: ...


from rvhctl.concurrency.steps import WHOLE, Steps, listed, run
from rvhctl.core.columns import Codes, Floats
from rvhctl.core.numbers import REAL_KINDS
from rvhctl.core.policy.reasons import STATES
from rvhctl.errors import FaultsetError, InvalidNodeError, LengthMismatchError, quoted
from rvhctl.nodes.arguments import instance_of
from rvhctl.nodes.fields import place, state_of, weight_of

Numbers: TypeAlias = "Iterable[SupportsFloat | SupportsIndex | None] | ToNumpy"
Texts: TypeAlias = "Iterable[str | None] | ToNumpy"
Labelling: TypeAlias = "Iterable[str | int | bool] | ToNumpy"
Entry = TypeVar("Entry")
Column: TypeAlias = "array[float] | memoryview[float] | list[Any]"

FLOAT_FORMATS: Final = ("d", "<d", "=d", "@d")
"""What buffers call floats of 8 bytes, on a little-endian machine."""


_NAMES: Final = {
    "id": "ids",
    "lat": "lats",
    "lon": "lons",
    "latency": "latencies",
    "state": "states",
    "weight": "weights",
    "capacity": "capacities",
}
"""Of the columns, by the fields of a node."""

_NUMBERS: Final = frozenset(_NAMES) - {"id", "state"}

_CODES: Final[dict[str | None, int]] = {None: 0} | {state: code for code, state in enumerate(STATES)}


class NodeColumns(Sequence[dict[str, Any]]):
    """Nodes as columns, one entry a node: for functions that take nodes, several times as fast as a list of them.

    A column is a list or any other iterable, a buffer (``array``, ``memoryview``), a NumPy array, or an object with
    ``to_numpy``, such as those of Arrow, pandas and polars. Floats of 64 bits in a buffer are the fastest. What is
    given is copied; columns that are there only for some functions may be left out.

    Args:
        ids: a str that is not empty, or an int; unique.
        latencies: in milliseconds, 0 or more; None, NaN or a null is no measurement. Wanted but for a `drill`.
        lats: latitudes in degrees, -90 to 90; wanted where nodes are grouped by cell.
        lons: longitudes in degrees, -180 to 180.
        states: "up", "drain" or "down"; None is up.
        weights: finite, above 0; None, NaN or a null is 1.
        capacities: finite, above 0; None, NaN or a null is the weight.
        labels: columns of text, integers or bools by their names, by which nodes may be grouped.

    Raises:
        LengthMismatchError: a column has not as many entries as there are ids.
        FaultsetError: a column is none (a text is none), or a label is named like another column.

    What an entry is, is looked at by the function that is given these nodes: it raises what it raises for a list, an
    InvalidNodeError that names the node.

    Examples:
        >>> from array import array
        >>> from rvhctl import NodeColumns, faultset
        >>> nodes = NodeColumns(
        ...     ["ams-1", "ams-2", "syd-1"],
        ...     latencies=array("d", [12.5, 9.0, 280.0]),
        ...     lats=array("d", [52.37, 52.37, -33.87]),
        ...     lons=array("d", [4.90, 4.90, 151.21]),
        ... )
        >>> faultset(nodes, 100)
        ['ams-2', 'ams-1']
        >>> nodes[2]
        {'id': 'syd-1', 'lat': -33.87, 'lon': 151.21, 'latency': 280.0}
    """

    def __init__(
        self,
        ids: Iterable[str | int] | ToNumpy,
        *,
        latencies: Numbers | None = None,
        lats: Numbers | None = None,
        lons: Numbers | None = None,
        states: Texts | None = None,
        weights: Numbers | None = None,
        capacities: Numbers | None = None,
        labels: Mapping[str, Labelling] = MappingProxyType({}),
    ) -> None:
        given: dict[str, object] = {
            "id": ids,
            "lat": lats,
            "lon": lons,
            "latency": latencies,
            "state": states,
            "weight": weights,
            "capacity": capacities,
        }
        for name in instance_of(
            cast("type[Mapping[str, Labelling]]", Mapping), labels, "labels", FaultsetError
        ):
            if name in given:
                raise FaultsetError(f"the label {quoted(name)} has the name of another column")
        wanted = {field: values for field, values in given.items() if values is not None or field == "id"}
        wanted |= labels
        self._columns = {field: _column(values, field) for field, values in wanted.items()}
        for field, column in self._columns.items():
            if len(column) != len(self):
                raise LengthMismatchError(f"{len(self)} ids, but {len(column)} {_NAMES.get(field, field)}")

    def __len__(self) -> int:
        return len(self._columns["id"])

    @overload
    def __getitem__(self, row: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, row: slice) -> NodeColumns: ...
    def __getitem__(self, row: int | slice) -> dict[str, Any] | NodeColumns:
        """Return one node as a mapping, or some nodes as columns."""
        if not isinstance(row, slice):
            return {field: column[row] for field, column in self._columns.items()}
        if row.indices(len(self)) == (0, len(self), 1):
            return self
        part = NodeColumns.__new__(NodeColumns)
        part._columns = {field: column[row] for field, column in self._columns.items()}
        return part

    def __repr__(self) -> str:
        return f"NodeColumns({len(self)} nodes: {', '.join(self._columns)})"


def field_of(nodes: NodeColumns, start: int, field: str) -> Column:
    """The column of a field; ``start`` counts the nodes before these.

    Raises:
        InvalidNodeError: there is no such column.
    """
    column = nodes._columns.get(field)
    if column is None:
        node_id = nodes._columns["id"][0] if len(nodes) else None
        raise InvalidNodeError(f"{place(start, node_id)}: {field} is missing", field=field)
    return column


def optional_of(nodes: NodeColumns, field: str) -> Column:
    """The column of a field or of a label; of None where there is no such column."""
    return nodes._columns.get(field, [None] * len(nodes))


def read_states(nodes: NodeColumns, start: int = 0) -> Codes:
    """The places of the states in ``STATES``; none at all where every node is up.

    Raises:
        InvalidNodeError: an unknown state; the message names the node.
    """
    states: list[Any] = list(nodes._columns.get("state", ()))
    if set(map(type, states)) <= {str, type(None)} and set(states) <= _CODES.keys():
        codes = [_CODES[state] for state in states]
    else:
        codes = _checked(state_of, nodes, "state", start)
    return Codes(codes if any(codes) else None)


def read_weights(nodes: NodeColumns) -> Floats:
    """The weights; none at all where no node has one.

    Raises:
        InvalidNodeError: a weight is no number, or not finite, or not above 0; the message names the node.
    """
    return Floats(
        _checked(lambda weight: weight_of(weight if weight == weight else None), nodes, "weight", 0)
    )


def read_capacities(nodes: NodeColumns, weights: Floats) -> Floats:
    """The capacities; none at all where they are the weights.

    Raises:
        InvalidNodeError: as of weights.
    """

    def read(capacity: Any) -> float | None:
        return None if capacity is None or capacity != capacity else weight_of(capacity, "capacity")

    stated = _checked(read, nodes, "capacity", 0)
    if not any(capacity is not None for capacity in stated):
        return Floats()
    otherwise = weights.tolist() or [1.0] * len(nodes)
    return Floats(
        weight if capacity is None else capacity for capacity, weight in zip(stated, otherwise, strict=True)
    )


def _checked(read: Callable[[Any], Entry], nodes: NodeColumns, field: str, start: int) -> list[Entry]:
    """What ``read`` makes of each entry of a column."""
    entries: list[Entry] = []
    try:
        for value in nodes._columns.get(field, ()):
            entries.append(read(value))
    except InvalidNodeError as error:
        row = len(entries)
        problem = f"{place(start + row, nodes._columns['id'][row])}: {error.problem}"
        raise InvalidNodeError(problem, field=field, value=error.value, hint=error.hint) from None
    return entries


def numbers_steps(values: object, size: int, name: str) -> Steps[Column]:
    """A column of numbers: floats as they lie in memory, not copied; else a list, made in slices.

    Raises:
        FaultsetError: it is neither.
    """
    if not isinstance(values, list):
        values = _from_library(values)
        floats = _floats_of(values)
        if floats is not None:
            return floats
    return (yield from listed(values, size, name, FaultsetError))  # type: ignore[arg-type]


def _floats_of(values: object) -> memoryview[float] | None:
    """The floats of 8 bytes in a buffer of one dimension."""
    if sys.byteorder != "little" or hasattr(values, "mask"):  # NumPy's masked arrays show what is masked
        return None
    try:
        view = memoryview(values)  # type: ignore[arg-type]
    except (TypeError, ValueError, BufferError):
        return None
    if view.ndim != 1 or view.format not in FLOAT_FORMATS:
        return None
    return (view if view.contiguous else memoryview(view.tobytes())).cast("B").cast("d")


def _column(values: object, field: str) -> Column:
    """What was given as a column, copied.

    Raises:
        FaultsetError: it is none.
    """
    name = _NAMES.get(field, field)
    if field not in _NUMBERS:
        column: Column = run(listed(values, WHOLE, name, FaultsetError))  # type: ignore[arg-type]
    else:
        column = run(numbers_steps(values, WHOLE, name))
    if isinstance(column, memoryview):
        copy = array("d")
        copy.frombytes(column.cast("B"))
        return copy
    return column[:] if column is values else column


def _from_library(values: object) -> object:
    """The NumPy array of a column of numbers of another library, in which a null is NaN."""
    to_numpy = getattr(values, "to_numpy", None)
    if to_numpy is None:
        return values
    if hasattr(values, "to_pylist"):  # Arrow's, which would refuse to copy
        return to_numpy(zero_copy_only=False)
    dtype = getattr(values, "dtype", None)
    if hasattr(dtype, "na_value") and getattr(dtype, "kind", "") in REAL_KINDS:
        return to_numpy(dtype="float64", na_value=nan)  # pandas: its types with nulls would give objects
    return to_numpy()
