"""Nodes given with flags."""

from __future__ import annotations

import os
import re
from typing import Final

import orjson

from rvhctl.errors import InputError, InvalidNodeError, LengthMismatchError, UsageError, shorten
from rvhctl.formats.shapes import EMPTY_HINT
from rvhctl.nodes.fields import NAN, Record, check_coordinate, check_id, check_latency, how_to_write
from rvhctl.nodes.nodes import Nodes, NodesBuilder

_JSON_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def text_of(argument: str, flag: str) -> str:
    """Return the text of an argument that names nodes, whatever the locale takes its bytes for.

    Raises:
        UsageError: it is not UTF-8.
    """
    try:
        return os.fsencode(argument).decode()
    except UnicodeError:
        raise UsageError(f"{flag}: an id is text, and this is not UTF-8 (got {shorten(argument)})") from None


def failover_nodes(ids_text: str | None, latencies_text: str | None) -> Nodes:
    """``--nodes a,b,c`` and ``--latencies 50,200,75``; an empty latency is no measurement.

    Raises:
        UsageError: one without the other, or a latency that is no number.
        LengthMismatchError: not as many of one as of the other.
    """
    if ids_text is None or latencies_text is None:
        raise UsageError("--nodes and --latencies go together")
    ids = _split(text_of(ids_text, "--nodes"))
    latencies = _split(latencies_text)
    if len(ids) != len(latencies):
        raise LengthMismatchError(f"--nodes names {len(ids)}, --latencies gives {len(latencies)}")
    builder = NodesBuilder()
    builder.start("--nodes")
    for node_id, text in zip(ids, latencies, strict=True):
        latency = _number(text, "--latencies")
        record = _checked("--nodes", Record(node_id, latency))
        _add(builder, record, {"id": node_id, "latency": _json_number(text)})
    return builder.build("flags")


def faultset_nodes(specs_text: str) -> Nodes:
    """``id:lat:lon:latency,...``, each cut from the right, so that an id may hold colons.

    Raises:
        UsageError: a node has fewer than four parts, or a part is no number.
    """
    builder = NodesBuilder()
    builder.start("--nodes")
    for spec in _split(text_of(specs_text, "--nodes")):
        parts = spec.rsplit(":", 3)
        if len(parts) != 4:
            raise UsageError(f"--nodes: a node is id:lat:lon:latency (got {shorten(spec)})")
        node_id, lat_text, lon_text, latency_text = parts
        lat, lon = (_number(text, "--nodes") for text in (lat_text, lon_text))
        latency = _number(latency_text, "--nodes")
        record = _checked("--nodes", Record(node_id, latency, lat, lon), coordinates=True)
        fields = {
            "id": node_id,
            "lat": _json_number(lat_text),
            "lon": _json_number(lon_text),
            "latency": _json_number(latency_text),
        }
        _add(builder, record, fields)
    return builder.build("flags")


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _number(text: str, flag: str) -> float:
    if not text:
        return NAN
    try:
        number = float(text)
        # float() also takes nan, 1_000 and the digits of other scripts.
        if number != number or "_" in text or not text.isascii():
            raise ValueError
        return number
    except ValueError:
        hint = how_to_write(text)
        raise UsageError(
            f"{flag}: not a number (got {shorten(text)})" + (f"; {hint}" if hint else "")
        ) from None


def _json_number(text: str) -> object:
    """The number by its own digits, where JSON writes it like that; null for none."""
    if not text:
        return None
    return orjson.Fragment(text) if _JSON_NUMBER.fullmatch(text) else float(text)


def _checked(flag: str, record: Record, *, coordinates: bool = False) -> Record:
    try:
        check_id(record.id)
        if record.latency == record.latency:
            record = record._replace(latency=check_latency(record.latency, EMPTY_HINT))
        if coordinates:
            check_coordinate(record.lat, "lat")
            check_coordinate(record.lon, "lon")
    except InvalidNodeError as error:
        named = f"node {shorten(record.id)}" if record.id else ""
        raise InputError(
            error.problem, source=flag, place=named, value=error.value, hint=error.hint
        ) from None
    return record


def _add(builder: NodesBuilder, record: Record, fields: dict[str, object]) -> None:
    try:
        builder.add(record, orjson.dumps(fields))
    except InputError as error:
        raise error.at("--nodes") from None
