"""The rules of a node: which fields it needs, what each may be, and what is said of one that is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from rvhctl.core.numbers import latency_of, number_of, whole_of
from rvhctl.core.policy.reasons import STATES
from rvhctl.core.policy.samples import MEDIAN, aggregated
from rvhctl.errors import InvalidNodeError, NegativeThresholdError, quoted, shorten
from rvhctl.formats.shapes import NULL_HINT
from rvhctl.formats.wording import counted, shown

NAN: Final = math.nan

BOUNDS: Final = {"lat": 90.0, "lon": 180.0}
"""Degrees."""

DETAILS: Final[tuple[str, ...]] = ("samples", "state", "weight", "capacity")
"""Fields of a node with a meaning beyond id, place and latency."""

MEASURED: Final = frozenset({"latency", "samples"})
"""Fields that are a measurement; of what an inventory says of them nothing is taken."""

KNOWN: Final = "known"
Coordinates: TypeAlias = bool | Literal["known"]
"""Whether each node needs lat and lon; ``known``: they are read where they are stated, else NaN."""

NO_OBJECT: Final = "a node is an object with the members id and latency"

MOST_BITS: Final = 14_000
"""Of an integer that is a label; Python writes no more than 4300 digits."""

without_details: Final = frozenset(DETAILS).isdisjoint
"""Whether the fields of a node are none of these."""

THRESHOLD_RULE: Final = "the threshold must be a number of milliseconds, finite and not negative"

_WITH_UNIT: Final = re.compile(r"(\d+(?:\.\d*)?) ?(ms|msec|s|sec|us|µs|ns|m|min)", re.IGNORECASE)
_UNITS: Final = {
    "ms": 1,
    "msec": 1,
    "s": 1e3,
    "sec": 1e3,
    "us": 1e-3,
    "µs": 1e-3,
    "ns": 1e-6,
    "m": 6e4,
    "min": 6e4,
}
_WITH_COMMA: Final = re.compile(r"(\d+),(\d+)", re.ASCII)
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:(?:\.\d{3})+,\d+|(?:,\d{3})+\.\d+)", re.ASCII)


class Details(NamedTuple):
    """What a node says beyond its place and latency."""

    state: int
    """Its place in ``STATES``."""
    weight: float
    capacity: float
    samples: list[float]
    latency: float
    """By the samples: their median; NaN without any."""


class Record(NamedTuple):
    """The fields of a node that decide; latency in milliseconds, NaN where there is no measurement."""

    id: str
    latency: float
    lat: float = NAN
    lon: float = NAN
    details: Details | None = None
    """None where the node states none."""
    integer_id: bool = False
    """Whether the id came in as an integer of JSON."""
    labels: tuple[str, ...] = ()
    """The values of the labels that group it."""


class UnlabelledError(InvalidNodeError):
    """A node without a label by which nodes are grouped."""


class Unlabelled:
    """Counts nodes without a label, to say it once."""

    def __init__(self, by: tuple[str, ...]) -> None:
        self._by = by
        self.count = 0
        self.first: UnlabelledError | None = None

    def add(self, error: UnlabelledError) -> bool:
        """Count one more; whether it is the first."""
        self.count += 1
        self.first = self.first or error
        return self.first is error

    def error(self, total: int, node_id: object) -> InvalidNodeError:
        """Return what is wrong with them, of so many nodes; the first has that id."""
        assert self.first is not None
        lack = f"{self.count} of {counted(total, 'node')} {'has' if self.count == 1 else 'have'} no "
        named = " or no ".join(map(quoted, self._by))
        problem = f"{lack}{named}{', the first of them' if self.count > 1 else ':'} {shorten(node_id)}"
        return InvalidNodeError(problem, value=self.first.value, hint=self.first.hint)


def read_record(
    fields: Any,
    exact: Callable[[], Any],
    *,
    coordinates: Coordinates,
    latency: bool | None = True,
    by: tuple[str, ...] = (),
) -> Record:
    """A decoded JSON value as a node.

    Args:
        exact: gives the value again with exact integers (orjson makes a float of one over 64 bits).
        coordinates: whether lat and lon are needed, or read where they are known.
        latency: whether the latency is needed; None: of a measurement nothing is read.
        by: the labels that group nodes, which are needed; then lat and lon may be left out, both together.

    Raises:
        UnlabelledError: a label is missing.
        InvalidNodeError: a field is missing, of a wrong type or out of range.
    """
    if not isinstance(fields, dict):
        raise InvalidNodeError(NO_OBJECT, value=fields)
    node_id = _id(fields, exact)
    if latency is None:
        fields = {name: value for name, value in fields.items() if name not in MEASURED}
    details = read_details(fields)
    by_samples = NAN if details is None else details.latency
    stated = "latency" in fields or (latency and "samples" not in fields)
    measured = _latency(fields, by_samples) if stated else by_samples
    integer = type(fields["id"]) is not str
    labels = tuple([_label(fields, name, exact) for name in by])
    if not coordinates:
        return Record(node_id, measured, details=details, integer_id=integer, labels=labels)
    if (by or coordinates == KNOWN) and unplaced(fields):
        return Record(node_id, measured, NAN, NAN, details, integer, labels)
    lat, lon = _coordinate(fields, "lat"), _coordinate(fields, "lon")
    return Record(node_id, measured, lat, lon, details, integer, labels)


def _label(fields: dict[str, Any], name: str, exact: Callable[[], Any]) -> str:
    if name not in fields:
        raise UnlabelledError(f"there is no {name}", hint=_members(fields))
    return label_of(fields[name], name, lambda: exact()[name])


def label_of(value: object, name: str, exact: Callable[[], object] | None = None) -> str:
    """The value of a label that groups nodes: a text, or an integer or a boolean by its text.

    Args:
        exact: gives the value again, where a float may stand for an integer.

    Raises:
        UnlabelledError: it is none of these, or empty, or no UTF-8.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value and is_utf8(value):
        return str.__str__(value)
    whole = whole_of(exact() if exact and type(value) is float else value)
    if whole is None or whole.bit_length() > MOST_BITS:
        raise UnlabelledError(f"there is no {name}", value=value)
    return int.__repr__(whole)


def is_utf8(text: str) -> bool:
    """Whether a text has no lone surrogate."""
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return False
    return True


def unplaced(fields: Mapping[str, Any]) -> bool:
    """Whether a node says nowhere where it stands; an empty cell of a table is NaN."""
    return all(value is None or value != value for value in map(fields.get, BOUNDS))


def read_details(fields: Mapping[str, Any]) -> Details | None:
    """Return what the fields named in ``DETAILS`` say; None where a node has none of them.

    Raises:
        InvalidNodeError: one of them is wrong.
    """
    if without_details(fields):
        return None
    if all(fields.get(name) is None for name in DETAILS):
        return None
    state, weight, capacity = (
        state_of(fields.get("state")),
        weight_of(fields.get("weight")),
        fields.get("capacity"),
    )
    capacity = weight if capacity is None else weight_of(capacity, "capacity")
    samples = samples_of(fields.get("samples"))
    measured = [sample for sample in samples if sample == sample]
    return Details(state, weight, capacity, samples, aggregated(measured, MEDIAN) if samples else NAN)


def place(index: int, node_id: object = None) -> str:
    """Return how a message names a node: by its position, counted from 1, and its id."""
    return f"node {index + 1}" if node_id is None else f"node {index + 1} (id {shorten(node_id)})"


def id_problem(node_id: object) -> str:
    """Return what is wrong with an id that is empty, or neither text nor an integer."""
    return "the id is empty" if isinstance(node_id, str) else "the id must be a string or an integer"


def latency_problem(value: object, name: str = "the latency") -> str:
    """Return what is wrong with a latency, or with a sample of it."""
    is_number = number_of(value) is not None
    return f"{name} must be {'finite and not negative' if is_number else 'a number of milliseconds'}"


def check_id(node_id: str) -> str:
    """An id that can be printed one a line.

    Raises:
        InvalidNodeError: it is empty or has control characters.
    """
    if not node_id:
        raise InvalidNodeError(id_problem(node_id), field="id")
    if not node_id.isprintable() and any(ord(c) < 32 or 127 <= ord(c) < 160 for c in node_id):
        raise InvalidNodeError("the id has control characters", field="id", value=node_id)
    return node_id


def check_latency(latency: float, hint: str = NULL_HINT) -> float:
    """A latency in milliseconds.

    Raises:
        InvalidNodeError: it is negative or not finite.
    """
    if latency < 0 or latency == math.inf or latency != latency:
        raise InvalidNodeError(latency_problem(latency), field="latency", value=_whole(latency), hint=hint)
    return latency + 0.0  # -0.0 becomes 0.0


def check_coordinate(value: float, field: str) -> float:
    """A latitude (``lat``) or longitude (``lon``) in degrees.

    Raises:
        InvalidNodeError: it is out of range or not a number.
    """
    limit = BOUNDS[field]
    if value != value:
        raise InvalidNodeError(f"{field} is missing", field=field)
    if not -limit <= value <= limit:
        rule = f"{field} must lie within -{limit:g}..{limit:g} degrees"
        raise InvalidNodeError(rule, field=field, value=_whole(value))
    return value


def _id(fields: Mapping[str, Any], exact: Callable[[], Any]) -> str:
    """Return the id of a node; an integer by its exact digits."""
    try:
        node_id = fields["id"]
    except KeyError:
        raise InvalidNodeError("the id is missing", hint=_members(fields)) from None
    if type(node_id) is str:
        return check_id(node_id)
    if type(node_id) is float:
        node_id = exact()["id"]
    if type(node_id) is int:
        return str(node_id)
    raise InvalidNodeError(id_problem(node_id), field="id", value=node_id)


def _latency(fields: dict[str, Any], by_samples: float) -> float:
    """Return the latency that is stated; an empty cell of a table leaves it to the samples."""
    try:
        latency = fields["latency"]
    except KeyError:
        raise InvalidNodeError("the latency is missing", hint=NULL_HINT) from None
    if latency is None:
        return NAN
    if latency != latency:
        return by_samples
    if type(latency) is not float and type(latency) is not int:
        hint = how_to_write(latency) or NULL_HINT
        raise InvalidNodeError(latency_problem(latency), field="latency", value=latency, hint=hint)
    return check_latency(float(latency))


def _coordinate(fields: dict[str, Any], field: str) -> float:
    try:
        value = fields[field]
    except KeyError:
        raise InvalidNodeError(f"{field} is missing", hint=_members(fields)) from None
    if type(value) is not float and type(value) is not int:
        raise InvalidNodeError(f"{field} must be a number of degrees", field=field, value=value)
    return check_coordinate(float(value), field)


def _whole(number: float) -> float | int:
    """Return -1.0 as -1, as people write it."""
    return int(number) if float(number).is_integer() else number


def _members(fields: Mapping[str, Any]) -> str:
    names = ", ".join(fields)
    return f"the node has {names if len(names) <= 60 else names[:59] + '…'}" if names else "the node is empty"


def state_of(value: object) -> int:
    """The code of a node's ``state``; None is up.

    Raises:
        InvalidNodeError: an unknown state.
    """
    if value is None:
        return 0
    if isinstance(value, str) and value in STATES:
        return STATES.index(value)
    raise InvalidNodeError("the state must be up, drain or down", field="state", value=value)


def weight_of(value: object, field: str = "weight") -> float:
    """A node's ``weight`` or ``capacity``; None is 1.

    Raises:
        InvalidNodeError: no number, or not finite, or not above 0.
    """
    if value is None:
        return 1.0
    weight = number_of(value)
    if weight is None:
        raise InvalidNodeError(f"the {field} must be a number", field=field, value=value)
    if not 0 < weight < math.inf:
        hint = 'a node to be left out has the state "drain"'
        rule = f"the {field} must be finite and above 0"
        raise InvalidNodeError(rule, field=field, value=value, hint=hint)
    return weight


def samples_of(value: object) -> list[float]:
    """A node's ``samples`` in milliseconds, NaN for each null; None is none.

    Raises:
        InvalidNodeError: no list, or a sample that is neither null nor NaN nor a latency.
    """
    if value is None:
        return []
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise InvalidNodeError("the samples must be a list of milliseconds", field="samples", value=value)
    samples = []
    for number, sample in enumerate(value, 1):
        samples.append(latency_of(sample))
        if samples[-1] < 0:
            problem = latency_problem(sample, f"sample {number}")
            hint = "write null for a lost sample"
            raise InvalidNodeError(problem, field="samples", value=sample, hint=hint)
    return samples


def checked_threshold(threshold: object) -> float:
    """A threshold in milliseconds, whichever way it came in.

    Raises:
        NegativeThresholdError: negative, not finite or no number (a bool is none).
    """
    number = number_of(threshold)
    if number is not None and 0 <= number < math.inf:
        return number + 0.0  # -0.0 becomes 0.0
    got = shown(threshold) if isinstance(threshold, float) else shorten(threshold)
    hint = how_to_write(threshold)
    raise NegativeThresholdError(f"{THRESHOLD_RULE} (got {got})" + (f"; {hint}" if hint else ""))


def how_to_write(text: object) -> str:
    """What to write in place of ``50ms``, ``2s``, ``1,5`` or ``1.234,5``; empty for anything else."""
    if not isinstance(text, str):
        return ""
    if found := _WITH_UNIT.fullmatch(text.strip()):
        number, unit = found.groups()
        return f"write {shown(float(f'{float(number) * _UNITS[unit.lower()]:.12g}'))}"
    if _THOUSANDS.fullmatch(text.strip()):
        whole, rest = re.split(r"[.,](?=\d*$)", text.strip())
        return f"write {re.sub('[.,]', '', whole)}.{rest}"
    if found := _WITH_COMMA.fullmatch(text.strip()):
        whole, rest = found.groups()
        return f"write {whole}.{rest}" + (f" or {whole}{rest}" if len(rest) == 3 else "")
    return ""
