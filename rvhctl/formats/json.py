"""JSON documents: an array of nodes or keys, or an object that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from rvhctl.core.json.spans import element_spans
from rvhctl.errors import InputError, InvalidNodeError, LengthMismatchError, OnBad, listed, shorten
from rvhctl.formats import jsontext
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
from rvhctl.keys.key import Buckets, Key, KeyRule
from rvhctl.nodes.fields import read_record
from rvhctl.nodes.nodes import Nodes, NodesBuilder, Picked

WANTED = "an array of nodes, or an object with nodes (or with ids and latencies)"


def read_nodes(text: bytes, source: str, builder: NodesBuilder, *, coordinates: bool, on_bad: OnBad) -> None:
    """Add the nodes of one document; ``on_bad`` gets what is wrong with a node, and may raise it.

    Raises:
        InputError: the document as a whole is wrong.
    """
    document = jsontext.parse(text, source)
    start = text.find(b"[" if isinstance(document, list) else b"{")
    builder.start(source)
    if isinstance(document, list):
        _add_all(document, text, start, source, builder, coordinates, on_bad)
        return
    if not isinstance(document, dict):
        raise InputError(f"the document must be {WANTED}", source=source)
    holder = _holder(document)
    limits = {
        "threshold": setting(document, "threshold", float, source),
        "precision": _precision(document, source),
    }
    if holder == "id":
        builder.state(source, stated(limits))
        _add_all([document], b"[%b]" % text.strip(), 0, source, builder, coordinates, on_bad)
        return
    problem = misspelt(document, OF_DOCUMENTS) or contradiction(document)
    if not problem and (twice := jsontext.repeated(text, start, OF_DOCUMENTS.intersection(document))):
        problem = stated_twice(twice)
    if problem:
        raise InputError(problem, source=source)
    members = {name: value for name, value in document.items() if name in ASKED_OF_NODES}
    builder.state(source, stated(members))
    if holder == "nodes":
        at, _ = jsontext.member_span(text, start, "nodes")
        _add_all(document["nodes"], text, at, source, builder, coordinates, on_bad)
    elif holder == "ids":
        fields = _zipped(text, start, source)
        _add_all(jsontext.parse(fields, source), fields, 0, source, builder, coordinates, on_bad)
    else:
        raise InputError(
            f"the document must be {WANTED}",
            source=source,
            hint=f"it has {listed(document) or 'no member'}",
        )


def _holder(document: dict[str, Any]) -> str:
    """The member that holds the nodes; ``id`` where the object is a node by itself, whose other members are data."""
    if isinstance(document.get("nodes"), list):
        return "nodes"
    if isinstance(document.get("ids"), list) and isinstance(document.get("latencies"), list):
        return "ids"
    return "id" if "id" in document else ""


def _precision(document: dict[str, Any], source: str) -> Any:
    value = document.get("precision")
    return value if value == AUTO else setting(document, "precision", int, source)


def setting(document: dict[str, Any], name: str, kind: type[float] | type[int], source: str) -> Any:
    """A limit that the document states, None where it does not.

    Raises:
        InputError: it is not a number.
    """
    value = document.get(name)
    if value is None or type(value) is kind or (kind is float and type(value) is int):
        return value
    rule = THRESHOLD_RULE if kind is float else f"{name} must be an integer"
    raise InputError(rule, source=source, place=name, value=value, hint=how_to_write(value))


def write_nodes(nodes: Nodes, picked: Picked) -> Iterator[bytes]:
    """An array of the picked records, on one line."""
    yield b"["
    last = len(picked) - 1
    yield from nodes.join_records(picked[:last], b",")
    if last >= 0:
        yield nodes.records[picked[last]]
    yield b"]\n"


def read_keys(text: bytes, source: str, rule: KeyRule, on_bad: OnBad) -> list[Key]:
    """The keys of one document: an array of strings, integers, or objects with ``key``."""
    document = jsontext.parse(text, source)
    if not isinstance(document, list):
        hint = "an object is a request: give it to --batch, on one line (jq -c)"
        asks = isinstance(document, dict) and not document.keys().isdisjoint(("key", "keys"))
        raise InputError("the document must be an array of keys", source=source, hint=hint if asks else "")
    keys = []
    spans = element_spans(text, text.find(b"["))
    for row, value in enumerate(document):
        exact = partial(_exact, text, *spans[2 * row : 2 * row + 2])
        try:
            keys.append(rule.json(value, exact, source, place=f"key {row + 1}"))
        except InputError as error:
            on_bad(error)
    return keys


def write_keys(keys: Sequence[Key], buckets: Buckets, *, first: bool) -> bytes:
    """A part of the array of ``{"key": ..., "bucket": ...}``; the caller ends it with ``KEYS_END``."""
    rows = [
        b'{"key":%b,"bucket":%d}' % (jsontext.key_text(key), bucket)
        for key, bucket in zip(keys, buckets, strict=True)
    ]
    return (b"[" if first else b",") + b",".join(rows)


KEYS_END = b"]\n"


def _exact(text: bytes, start: int, end: int) -> Any:
    return jsontext.exact_value(text[start:end])


def _add_all(
    values: list[Any],
    text: bytes,
    start: int,
    source: str,
    builder: NodesBuilder,
    coordinates: bool,
    on_bad: OnBad,
) -> None:
    """Add the elements of the array that stands at ``start``, each with its own bytes."""
    spans = element_spans(text, start)
    for row, fields in enumerate(values):
        raw = text[spans[2 * row] : spans[2 * row + 1]]
        try:
            node = read_record(
                fields, partial(jsontext.exact_value, raw), coordinates=coordinates, latency=builder.latency
            )
            # A record over several lines goes out on one; a line end can only stand between its tokens.
            builder.add(node, raw.replace(b"\n", b"").replace(b"\r", b"") if b"\n" in raw else raw)
        except (InvalidNodeError, InputError) as error:
            on_bad(_at_node(error, source, row, fields))


def _zipped(text: bytes, start: int, source: str) -> bytes:
    """Two arrays that go together as one array of nodes, each value by its own text."""
    ids, latencies = (
        _elements(text, jsontext.member_span(text, start, name)[0]) for name in ("ids", "latencies")
    )
    if len(ids) != len(latencies):
        raise LengthMismatchError(f"{source}: {len(ids)} ids, but {len(latencies)} latencies")
    rows = zip(ids, latencies, strict=True)
    return b"[%b]" % b",".join(b'{"id":%b,"latency":%b}' % row for row in rows)


def _elements(text: bytes, start: int) -> list[bytes]:
    spans = element_spans(text, start)
    return [text[spans[at] : spans[at + 1]] for at in range(0, len(spans), 2)]


def _at_node(error: InvalidNodeError | InputError, source: str, row: int, fields: Any) -> InputError:
    node_id = fields.get("id") if isinstance(fields, dict) else None
    named = "" if node_id is None else f" (id {shorten(node_id)})"
    return InputError(
        error.problem, source=source, place=f"node {row + 1}{named}", value=error.value, hint=error.hint
    )
