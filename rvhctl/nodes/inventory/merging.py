"""One record of what an inventory and a measurement say of a node.

What was measured stands, and the inventory fills in what it does not state: null, an empty text and NaN state
nothing. Of two states the worse counts. The id is the inventory's, and of its own measurements nothing is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import orjson

from rvhctl.core.json.merging import merged_object
from rvhctl.core.json.spans import member_spans
from rvhctl.core.policy.reasons import STATES
from rvhctl.core.words import COMPILED
from rvhctl.nodes.fields import MEASURED

Value = TypeVar("Value")

_BLANK: Final = frozenset({b"null", b'""'})
_STATES: Final = [b'"%b"' % state.encode() for state in STATES]
_LEFT_OUT: Final = [b'"%b"' % name.encode() for name in MEASURED]


def merged(
    measured: Mapping[str, Value],
    known: Mapping[str, Value],
    blank: Callable[[Value], bool],
    worse: Callable[[Value, Value], Value],
) -> dict[str, Value]:
    """Return the measured members, and what the inventory adds behind them; values are objects, or texts of JSON."""
    record = {**measured, "id": known["id"]}
    for name, value in known.items():
        if name in MEASURED or name == "id":
            continue
        if name not in record or blank(record[name]):
            record[name] = value
        elif name == "state" and not blank(value):
            record[name] = worse(record[name], value)
    return record


def merged_objects(measured: Mapping[str, Any] | None, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return one record of two; None was not measured."""
    if measured is None:
        return {**{name: value for name, value in known.items() if name not in MEASURED}, "latency": None}
    return merged(measured, known, _is_blank, _worse)


def merged_texts(measured: bytes | None, known: bytes) -> bytes:
    """The same for objects of JSON by their text, in which every number keeps its digits."""
    if COMPILED and measured is not None and (found := merged_object(measured, known, _LEFT_OUT, _STATES)):
        return found
    ours = _members(known)
    if measured is None:
        record = {name: value for name, value in ours.items() if name not in MEASURED} | {"latency": b"null"}
    else:
        record = merged(_members(measured), ours, _BLANK.__contains__, _worse_text)
    return b"{%b}" % b",".join([b"%b:%b" % (orjson.dumps(name), value) for name, value in record.items()])


def _members(text: bytes) -> dict[str, bytes]:
    spans = iter(member_spans(text, text.index(b"{")))
    return {
        orjson.loads(text[start:end]): text[first:last]
        for start, end, first, last in zip(spans, spans, spans, spans, strict=True)
    }


def _is_blank(value: object) -> bool:
    return value is None or value == "" or value != value


def _worse(one: Any, other: Any) -> Any:
    """The worse of two states; what is none is left to the reader of states."""
    return max(one, other, key=STATES.index) if one in STATES and other in STATES else one


def _worse_text(one: bytes, other: bytes) -> bytes:
    return max(one, other, key=_STATES.index) if one in _STATES and other in _STATES else one
