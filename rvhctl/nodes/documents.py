"""Documents of nodes: which member holds them, and what the others ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rvhctl.errors import InputError, listed
from rvhctl.formats.members import (
    ASKED_OF_NODES,
    AUTO,
    OF_DOCUMENTS,
    contradiction,
    misspelt,
    stated,
    stated_twice,
)
from rvhctl.formats.milliseconds import THRESHOLD_RULE, how_to_write
from rvhctl.formats.shapes import Reader, Record

WANTED: Final = "an array of nodes, or an object with nodes (or with ids and latencies)"


def document_nodes(reader: Reader, source: str) -> tuple[Iterable[Record], Mapping[str, Any]]:
    """Return the nodes of a document that is no array, and the members that ask something.

    Raises:
        InputError: it holds no nodes, or a member is wrong.
    """
    document = reader.document
    if not isinstance(document, dict):
        raise InputError(f"the document must be {WANTED}", source=source)
    holders = _holders(document)
    limits = {
        "threshold": _number(document, "threshold", float, source),
        "precision": _precision(document, source),
    }
    if not holders and "id" in document:
        return reader.inside(), stated(limits)
    problem = misspelt(document, OF_DOCUMENTS) or contradiction(document)
    if not problem and (twice := reader.repeated(OF_DOCUMENTS.intersection(document))):
        problem = stated_twice(twice)
    if problem:
        raise InputError(problem, source=source)
    if not holders:
        hint = f"it has {listed(document) or 'no member'}"
        raise InputError(f"the document must be {WANTED}", source=source, hint=hint)
    members = {name: value for name, value in document.items() if name in ASKED_OF_NODES}
    return reader.inside(*holders), stated(members)


def _holders(document: dict[str, Any]) -> tuple[str, ...]:
    """Return the members that hold the nodes; none where the object may be a node, whose members are data."""
    if isinstance(document.get("nodes"), list):
        return ("nodes",)
    lists = ("ids", "latencies")
    return lists if all(isinstance(document.get(name), list) for name in lists) else ()


def _precision(document: dict[str, Any], source: str) -> Any:
    value = document.get("precision")
    return value if value == AUTO else _number(document, "precision", int, source)


def _number(document: dict[str, Any], name: str, kind: type[float] | type[int], source: str) -> Any:
    """Return a limit that the document states, None where it does not.

    Raises:
        InputError: it is not a number.
    """
    value = document.get(name)
    if value is None or type(value) is kind or (kind is float and type(value) is int):
        return value
    rule = THRESHOLD_RULE if kind is float else f"{name} must be an integer"
    raise InputError(rule, source=source, place=name, value=value, hint=how_to_write(value))
