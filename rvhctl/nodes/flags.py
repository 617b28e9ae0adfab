"""Nodes given with flags."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final

import orjson

from rvhctl.errors import InputError, InvalidNodeError, LengthMismatchError, UsageError, shorten
from rvhctl.formats import jsontext
from rvhctl.formats.shapes import EMPTY_HINT
from rvhctl.nodes.fields import (
    KNOWN,
    NAN,
    Coordinates,
    Record,
    check_coordinate,
    check_id,
    check_latency,
    how_to_write,
)
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


def nodes_given(ids: str | None, latencies: str | None, *, coordinates: Coordinates) -> Nodes:
    """Return the nodes that ``--nodes`` and ``--latencies`` give; an empty latency is no measurement.

    Args:
        ids: ``a,b,c``, or ``id:lat:lon:latency,...``.
        latencies: ``50,200,75``.
        coordinates: whether ids stand with places and latencies; if these are only read where they are known, both
            may be empty.

    Raises:
        UsageError: one flag without the other, a node has fewer than four parts, or a part is no number.
        LengthMismatchError: not as many latencies as ids.
        InputError: a value is out of range, or an id was there before.
    """
    flag = "--nodes" if coordinates else "--latencies"
    builder = NodesBuilder()
    builder.start("--nodes")
    for node_id, texts in _placed(ids or "") if coordinates else _ranked(ids, latencies):
        numbers = {name: _number(text, flag) for name, text in texts.items()}
        fields = {"id": node_id, **{name: _json_number(text) for name, text in texts.items()}}
        node = Record(node_id, numbers["latency"], numbers.get("lat", NAN), numbers.get("lon", NAN))
        try:
            builder.add(_checked(node, coordinates), jsontext.dumps(fields))
        except InvalidNodeError as error:
            named = f"node {shorten(node_id)}" if node_id else ""
            raise error.at("--nodes", place=named) from None
        except InputError as error:
            raise error.at("--nodes") from None
    return builder.build("flags")


def _ranked(ids_text: str | None, latencies_text: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    if ids_text is None or latencies_text is None:
        raise UsageError("--nodes and --latencies go together")
    ids = _split(text_of(ids_text, "--nodes"))
    latencies = _split(latencies_text)
    if len(ids) != len(latencies):
        raise LengthMismatchError(f"--nodes names {len(ids)}, --latencies gives {len(latencies)}")
    for node_id, latency in zip(ids, latencies, strict=True):
        yield node_id, {"latency": latency}


def _placed(specs_text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the parts of ``id:lat:lon:latency``, cut from the right, so that an id may hold colons."""
    for spec in _split(text_of(specs_text, "--nodes")):
        node_id, *parts = spec.rsplit(":", 3)
        if len(parts) != 3:
            raise UsageError(f"--nodes: a node is id:lat:lon:latency (got {shorten(spec)})")
        yield node_id, dict(zip(("lat", "lon", "latency"), parts, strict=True))


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
        hint = f"; {write}" if (write := how_to_write(text)) else ""
        raise UsageError(f"{flag}: not a number (got {shorten(text)}){hint}") from None


def _json_number(text: str) -> object:
    """The number by its own digits, where JSON writes it like that; null for none."""
    if not text:
        return None
    return orjson.Fragment(text) if _JSON_NUMBER.fullmatch(text) else float(text)


def _checked(node: Record, coordinates: Coordinates) -> Record:
    check_id(node.id)
    latency = node.latency if node.latency != node.latency else check_latency(node.latency, EMPTY_HINT)
    if coordinates and not (coordinates == KNOWN and node.lat != node.lat and node.lon != node.lon):
        check_coordinate(node.lat, "lat")
        check_coordinate(node.lon, "lon")
    return node._replace(latency=latency)
