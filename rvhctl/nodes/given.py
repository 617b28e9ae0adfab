"""The fields of nodes that Python callers give, as columns for the core; what is wrong is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import nan
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, TypeAlias

if TYPE_CHECKING:
    from typing import Protocol, SupportsFloat, SupportsIndex

from rvhctl.concurrency.steps import Steps
from rvhctl.core.columns import Floats, all_texts, blank
from rvhctl.core.geo.geohash import degrees
from rvhctl.core.nodes.duplicates import SeenIds
from rvhctl.core.numbers import (
    latency_of,
    read_degrees,
    read_float_degrees,
    read_float_latencies,
    read_latencies,
    whole_of,
)
from rvhctl.errors import InvalidNodeError
from rvhctl.nodes.columns import Column, NodeColumns, field_of, optional_of, read_states
from rvhctl.nodes.fields import (
    BOUNDS,
    DETAILS,
    MEASURED,
    Details,
    Unlabelled,
    UnlabelledError,
    id_problem,
    is_utf8,
    label_of,
    latency_problem,
    place,
    read_details,
    without_details,
)
from rvhctl.nodes.fleet import Labels, LabelsBuilder


class Node(NamedTuple):
    """A machine somewhere.

    Attributes:
        id: its name, a str that is not empty or an int; unique in a fleet.
        lat: latitude in degrees, -90 to 90.
        lon: longitude in degrees, -180 to 180.
        latency: in milliseconds, 0 or more; None or NaN where there is no measurement.
    """

    id: str | int
    lat: float
    lon: float
    latency: float | None = None


if TYPE_CHECKING:

    class NodeLike(Protocol):
        """An object with the attributes of a `Node`; samples, state, weight and capacity are
        read, too, where it has them."""

        @property
        def id(self) -> Any: ...
        @property
        def lat(self) -> Any: ...
        @property
        def lon(self) -> Any: ...
        @property
        def latency(self) -> Any: ...


Number: TypeAlias = "float | SupportsFloat | SupportsIndex"
"""Python's own numbers, NumPy's, ``Decimal``, ``Fraction``; a bool is none."""

AnyNode: TypeAlias = "NodeLike | tuple[str | int, Number, Number, Number | None] | Mapping[str, Any]"

FIELDS: Final = Node._fields

ABSENT: Final[object] = ...
"""What a node says that has no such field; to an error it is no value, so no message shows it."""


def read_columns(nodes: Sequence[object], start: int, count: int, fields: tuple[str, ...]) -> list[Floats]:
    """Fields (``lat``, ``lon``, ``latency``) of so many nodes from ``start`` on, one column a field.

    Raises:
        InvalidNodeError: a field is missing, of a wrong type or out of range; the message names the node.
    """
    block = nodes[start : start + count]
    columns = zip(fields, values_of(block, start, fields), strict=True)
    return [_column(field, values, block, start) for field, values in columns]


def read_places(nodes: Sequence[object], start: int, count: int, *, optional: bool) -> list[Floats]:
    """``lat`` and ``lon`` of so many nodes from ``start`` on; if ``optional``, NaN where both are None, NaN or missing.

    Raises:
        InvalidNodeError: a field is missing, of a wrong type or out of range; the message names the node.
    """
    try:
        return read_columns(nodes, start, count, tuple(BOUNDS))
    except InvalidNodeError:
        if not optional:
            raise
    block = nodes[start : start + count]
    columns = [_optional_values(block, field) for field in BOUNDS]
    placed = [
        any(latency_of(value) == latency_of(value) for value in pair) for pair in zip(*columns, strict=True)
    ]
    found = []
    for field, values in zip(BOUNDS, columns, strict=True):
        some = [value if known else 0.0 for known, value in zip(placed, values, strict=True)]
        column = _column(field, some, block, start)
        found.append(Floats([value if known else nan for known, value in zip(placed, column, strict=True)]))
    return found


def _optional_values(nodes: Sequence[object], field: str) -> Column:
    """What each node says of a field; None where it says nothing."""
    if isinstance(nodes, NodeColumns):
        return optional_of(nodes, field)
    return [stated(node, field, None) for node in nodes]


class GivenLabels:
    """The groups that labels of the nodes make, some nodes at a time."""

    def __init__(self, by: tuple[str, ...]) -> None:
        self._by = by
        self._labels, self._unlabelled = LabelsBuilder(), Unlabelled(by)
        self._first: tuple[int, object] = (0, None)

    def add(self, nodes: Sequence[object], start: int, count: int) -> None:
        """Take so many nodes from ``start`` on."""
        columns: Any = [_optional_values(nodes[start : start + count], name) for name in self._by]
        if all(all_texts(column) and is_utf8("".join(column)) for column in columns):
            self._labels.extend(zip(*columns, strict=True))
            columns = []
        for row, values in enumerate(zip(*columns, strict=True)):
            try:
                self._labels.add(tuple(map(label_of, values, self._by)))
            except UnlabelledError as error:
                if self._unlabelled.add(error):
                    self._first = start + row, named_id(nodes[start + row])

    def build(self) -> Labels:
        """Return the groups.

        Raises:
            InvalidNodeError: nodes lack a label; the message counts them, and names the first.
        """
        labels, lacking = self._labels.build(), self._unlabelled
        if lacking.count or labels is None:
            row, node_id = self._first
            lack = lacking.error(len(self._labels) + lacking.count, node_id)
            raise InvalidNodeError(f"node {row + 1}: {lack.problem}", value=lack.value)
        return labels


def _column(field: str, values: Column, block: Sequence[object], start: int) -> Floats:
    column = blank(len(block))
    bound = BOUNDS.get(field)
    if bound is None:
        bad = read_some_latencies(values, column, 0)
    elif isinstance(values, list):
        bad = read_degrees(values, bound, column, 0)
    else:
        bad = read_float_degrees(values.tobytes(), bound, column, 0)
    if bad >= 0:
        refuse(start + bad, named_id(block[bad]), field, values[bad])
    return column


def read_some_latencies(values: Column, column: Floats, start: int) -> int:
    """Copy latencies (ms) into the column from ``start`` on; return the position of the first bad one, or -1."""
    if isinstance(values, list):
        return read_latencies(values, column, start)
    return read_float_latencies(values.tobytes(), column, start)


def read_serving(nodes: Sequence[object], start: int, count: int) -> Floats:
    """Return the latencies of ``count`` nodes from ``start`` on, NaN also where a node is drained or down.

    Raises:
        InvalidNodeError: a field is missing, of a wrong type or out of range; the message names the node.
    """
    details: dict[int, Details] = {}
    column = read_measured(nodes, start, count, details)
    if isinstance(nodes, NodeColumns):
        out = {row for row, state in enumerate(read_states(nodes[start : start + count], start)) if state}
    else:
        out = {row for row, said in details.items() if said.state}
    return Floats(nan if row in out else latency for row, latency in enumerate(column)) if out else column


def read_measured(
    nodes: Sequence[object], start: int, count: int, details: dict[int, Details], otherwise: object = ABSENT
) -> Floats:
    """Return the latencies of ``count`` nodes from ``start`` on, as they state them or by their samples.

    Args:
        details: gets the details of those nodes that state any, by their places behind ``start``; columns have
            theirs in columns.
        otherwise: the latency of a node that says nothing of one; there must be one if this is missing, too.

    Raises:
        InvalidNodeError: a field is missing, of a wrong type or out of range; the message names the node.
    """
    if isinstance(nodes, NodeColumns):
        if otherwise is not ABSENT and not says_measured(nodes[:1]):
            return _column("latency", [otherwise] * count, nodes, start)
        return read_columns(nodes, start, count, ("latency",))[0]
    block = nodes[start : start + count]
    kinds = set(map(type, block))
    plain = all(map(without_details, block)) if kinds == {dict} else kinds <= {tuple, Node}  # type: ignore[arg-type]
    if plain and otherwise is ABSENT:
        return read_columns(nodes, start, count, ("latency",))[0]
    latencies = [_latency(node, start, row, details, otherwise) for row, node in enumerate(block)]
    return _column("latency", latencies, block, start)


def says_measured(nodes: Iterable[object]) -> bool:
    """Whether any node says anything of a measurement, if only that there is none."""
    return any(stated(node, name) is not ABSENT for node in nodes for name in MEASURED)


def _latency(node: object, start: int, row: int, details: dict[int, Details], otherwise: object) -> object:
    said = _details(node, start, row, details)
    if stated(node, "latency") is ABSENT:
        if said is not None and stated(node, "samples", None) is not None:
            return said.latency
        if otherwise is not ABSENT:
            return otherwise
    return value_of(node, start + row, "latency")


def _details(node: object, start: int, row: int, details: dict[int, Details]) -> Details | None:
    if type(node) is dict:
        fields = node
    else:
        fields = {name: value for name in DETAILS if (value := stated(node, name)) is not ABSENT}
    try:
        said = read_details(fields)
    except InvalidNodeError as error:
        problem = f"{place(start + row, named_id(node))}: {error.problem}"
        raise InvalidNodeError(problem, field=error.field, value=error.value, hint=error.hint) from None
    if said is not None:
        details[row] = said
    return said


def values_of(block: Sequence[object], start: int, fields: tuple[str, ...]) -> list[Column]:
    """The values of some fields of each node, one column a field; ``start`` counts the nodes before these."""
    if isinstance(block, NodeColumns):
        return [field_of(block, start, field) for field in fields]
    kinds = set(map(type, block))
    rows: Any = block
    if kinds == {dict}:
        try:
            return [[row[field] for row in rows] for field in fields]
        except KeyError:
            pass  # said in full below
    elif kinds <= {tuple, Node} and set(map(len, block)) == {len(FIELDS)}:  # type: ignore[arg-type]
        places = [FIELDS.index(field) for field in fields]
        return [[row[place] for row in rows] for place in places]
    columns: list[list[object]] = [[] for _ in fields]
    for offset, node in enumerate(block):
        for column, field in zip(columns, fields, strict=True):
            column.append(value_of(node, start + offset, field))
    return [*columns]


def value_of(node: object, index: int, field: str) -> object:
    """One field of one node of any form."""
    value = stated(node, field)
    if value is not ABSENT:
        return value
    if not isinstance(node, Mapping) and all(stated(node, name) is ABSENT for name in FIELDS):
        raise InvalidNodeError(
            f"node {index + 1} must be a mapping, a Node, a tuple (id, lat, lon, latency) "
            "or an object with these attributes",
            value=node,
        )
    the = "" if field in BOUNDS else "the "
    raise InvalidNodeError(f"{place(index, named_id(node))}: {the}{field} is missing", field=field)


def stated(node: object, field: str, otherwise: object = ABSENT) -> object:
    """What a node of any form says of a field, or ``otherwise``."""
    if type(node) is dict or isinstance(node, Mapping):  # asking for a Mapping takes long
        return node.get(field, otherwise)
    if isinstance(node, tuple) and len(node) == len(FIELDS):
        named: tuple[str, ...] = getattr(node, "_fields", ())
        if not set(FIELDS) <= set(named):
            return node[FIELDS.index(field)] if field in FIELDS else otherwise
    return getattr(node, field, otherwise)


def refuse(index: int, node_id: object, field: str, value: object) -> NoReturn:
    """Say what is wrong with a value that the core did not take.

    Raises:
        InvalidNodeError: always.
    """
    try:
        if field in BOUNDS:
            degrees(value, BOUNDS[field], field)
        problem = latency_problem(value)
    except InvalidNodeError as error:
        problem = error.problem
    raise InvalidNodeError(f"{place(index, node_id)}: {problem}", field=field, value=value)


def named_id(node: object) -> object:
    """The id of a node for a message; None if it has none."""
    return stated(node, "id", None)


def check_ids(nodes: Sequence[object], start: int, count: int, seen: SeenIds) -> Steps[None]:
    """Check the ids of so many nodes from ``start`` on; those that print alike (``7`` and ``"7"``) are the same.

    Raises:
        InvalidNodeError: an id is empty, no UTF-8, or neither str nor an integer (a bool is none); or it was
            there before.
    """
    ids: Any = values_of(nodes[start : start + count], start, ("id",))[0]
    if not all_texts(ids) or not is_utf8("".join(ids)):
        ids = [id_text(node_id, start + offset) for offset, node_id in enumerate(ids)]
    if start == 0 and len(ids) == len(nodes) == len(set(ids)):
        return  # known in half the time
    second = seen.add(ids)
    if second >= 0:
        yield from _refuse_second(nodes, start + second, count)


def ids_of(nodes: Sequence[object]) -> list[str | int]:
    """Return the ids of checked nodes, as plain str and int."""
    return plain_ids(list(values_of(nodes, 0, ("id",))[0]))


def texts_of(nodes: Sequence[object]) -> tuple[list[str], list[str | int]]:
    """Return the ids of checked nodes as text; and as given, where some are integers, else nothing."""
    ids: Any = values_of(nodes, 0, ("id",))[0]
    if all_texts(ids):
        return list(ids), []
    given = list(map(plain_id, ids))
    return list(map(str, given)), given


def plain_ids(ids: list[object]) -> list[str | int]:
    """Return checked ids as plain str and int."""
    return ids if all_texts(ids) else list(map(plain_id, ids))  # type: ignore[return-value]


def plain_id(node_id: object) -> str | int:
    """Return a checked id as a plain str or int."""
    if type(node_id) is str:
        return node_id
    whole = whole_of(node_id)
    return str.__str__(node_id) if whole is None else int(whole)


def _refuse_second(nodes: Sequence[object], index: int, size: int) -> Steps[NoReturn]:
    """Name the node whose id was there before, and the one that had it."""
    node_id = value_of(nodes[index], index, "id")
    text = id_text(node_id, index)
    first = 0
    while id_text(value_of(nodes[first], first, "id"), first) != text:
        first += 1
        if first % size == 0:
            yield
    raise InvalidNodeError(
        f"{place(index, node_id)}: the id was there before; first at node {first + 1}", field="id"
    )


def id_text(node_id: object, index: int) -> str:
    """An id as it prints.

    Raises:
        InvalidNodeError: it is empty, no UTF-8, too long, or neither str nor an integer (a bool is none).
    """
    value: object = node_id
    if isinstance(node_id, str):
        if node_id and is_utf8(node_id):
            return str.__str__(node_id)  # of a str enum the value, and a plain str
        problem = "the id must be text that UTF-8 can encode" if node_id else id_problem(node_id)
        value = node_id or ...
    elif (whole := whole_of(node_id)) is None:
        problem = id_problem(node_id)
    else:
        try:
            return int.__repr__(whole)
        except ValueError:  # Python writes no more than 4300 digits
            problem = "the id is too long"
    raise InvalidNodeError(f"node {index + 1}: {problem}", field="id", value=value)
