"""One node record: which fields it needs, and what each may be."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from rvhctl.errors import InvalidNodeError
from rvhctl.formats.milliseconds import how_to_write
from rvhctl.formats.shapes import NULL_HINT
from rvhctl.nodes.fleet import DETAILS, read_details

NAN: Final = math.nan

NOTHING_MORE: Final[Mapping[str, Any]] = {}


class Record(NamedTuple):
    """The fields of a node that decide; latency in milliseconds, NaN where there is no measurement."""

    id: str
    latency: float
    lat: float = NAN
    lon: float = NAN
    details: Mapping[str, Any] = NOTHING_MORE
    """``samples``, ``state`` and ``weight``, checked, where the node has any of them."""
    integer_id: bool = False
    """Whether the id came in as an integer of JSON."""


def read_record(fields: Any, exact: Callable[[], Any], *, coordinates: bool, latency: bool = True) -> Record:
    """A decoded JSON value as a node.

    Args:
        exact: gives the value again with exact integers (orjson makes a float of one over 64 bits).
        coordinates: whether lat and lon are needed.
        latency: whether the latency is needed.

    Raises:
        InvalidNodeError: a field is missing, of a wrong type or out of range.
    """
    if not isinstance(fields, dict):
        raise InvalidNodeError("a node is an object with the members id and latency", value=fields)
    node_id = read_id(fields, exact)
    details, by_samples = _details(fields)
    stated = "latency" in fields or (latency and "samples" not in fields)
    measured = _latency(fields, by_samples) if stated else by_samples
    integer = type(fields["id"]) is not str
    if not coordinates:
        return Record(node_id, measured, details=details, integer_id=integer)
    lat, lon = _coordinate(fields, "lat", 90.0), _coordinate(fields, "lon", 180.0)
    return Record(node_id, measured, lat, lon, details, integer)


def check_id(node_id: str) -> str:
    """An id that can be printed one a line.

    Raises:
        InvalidNodeError: it is empty or has control characters.
    """
    if not node_id:
        raise InvalidNodeError("the id is empty", field="id")
    if not node_id.isprintable() and any(ord(c) < 32 or 127 <= ord(c) < 160 for c in node_id):
        raise InvalidNodeError("the id has control characters", field="id", value=node_id)
    return node_id


def check_latency(latency: float, hint: str = NULL_HINT) -> float:
    """A latency in milliseconds.

    Raises:
        InvalidNodeError: it is negative or not finite.
    """
    if latency < 0 or latency == math.inf or latency != latency:
        raise InvalidNodeError(
            "the latency must be finite and not negative",
            field="latency",
            value=_whole(latency),
            hint=hint,
        )
    return latency + 0.0  # -0.0 becomes 0.0


def check_coordinate(value: float, field: str) -> float:
    """A latitude (``lat``) or longitude (``lon``) in degrees.

    Raises:
        InvalidNodeError: it is out of range or not a number.
    """
    limit = 90.0 if field == "lat" else 180.0
    if value != value:
        raise InvalidNodeError(f"{field} is missing", field=field)
    if not -limit <= value <= limit:
        raise InvalidNodeError(
            f"{field} must lie within -{limit:g}..{limit:g} degrees", field=field, value=_whole(value)
        )
    return value


def read_id(fields: Mapping[str, Any], exact: Callable[[], Any]) -> str:
    """The id of a node; an integer by its exact digits.

    Raises:
        InvalidNodeError: it is missing, of a wrong type, empty or not printable.
    """
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
    raise InvalidNodeError("the id must be a string or an integer", field="id", value=node_id)


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
        raise InvalidNodeError(
            "the latency must be a number of milliseconds",
            field="latency",
            value=latency,
            hint=how_to_write(latency) or NULL_HINT,
        )
    return check_latency(float(latency))


def _details(fields: dict[str, Any]) -> tuple[Mapping[str, Any], float]:
    """What the node says beyond its place and latency, and its latency by its samples."""
    details = {name: fields[name] for name in DETAILS if fields.get(name) is not None}
    if not details:
        return NOTHING_MORE, NAN
    return details, read_details(details).latency


def _coordinate(fields: dict[str, Any], field: str, limit: float) -> float:
    try:
        value = fields[field]
    except KeyError:
        raise InvalidNodeError(f"{field} is missing", hint=_members(fields)) from None
    if type(value) is not float and type(value) is not int:
        raise InvalidNodeError(f"{field} must be a number of degrees", field=field, value=value)
    if not -limit <= value <= limit:
        check_coordinate(float(value), field)
    return float(value)


def _whole(number: float) -> float | int:
    """-1.0 as people write it."""
    return int(number) if float(number).is_integer() else number


def _members(fields: Mapping[str, Any]) -> str:
    names = ", ".join(fields)
    return f"the node has {names if len(names) <= 60 else names[:59] + '…'}" if names else "the node is empty"
