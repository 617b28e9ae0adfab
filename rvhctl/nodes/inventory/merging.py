"""One record of what an inventory and a measurement say of a node.

What the inventory states counts, and what it does not state is as it was measured: null, an empty text and NaN state
nothing. Of two states the worse counts. The id is the inventory's, and of its own measurements nothing is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Final, TypeAlias, TypeVar

import orjson

from rvhctl.core.json.merging import ObjectMerger
from rvhctl.core.json.spans import member_spans
from rvhctl.core.policy.reasons import STATES
from rvhctl.core.words import COMPILED
from rvhctl.errors import quoted, shorten
from rvhctl.formats import jsontext
from rvhctl.formats.wording import and_more
from rvhctl.nodes.fields import BOUNDS, MEASURED

Value = TypeVar("Value")

Told: TypeAlias = "tuple[int, bytes, bytes, bytes]"
"""Row, key, and the values that were measured and that are known."""

NAMED: Final = 3
"""Contradictions that a warning tells; of more it gives the number."""

_BLANK: Final = frozenset({b"null", b'""'})
_STATES: Final = [b'"%b"' % state.encode() for state in STATES]
_LEFT_OUT: Final = [b'"%b"' % name.encode() for name in MEASURED]


class Contradictions:
    """What of the members that decide a measurement says otherwise than the inventory, which counts."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names: Final = frozenset(names)
        self.keys: Final = [orjson.dumps(name) for name in sorted(self.names)]
        self._count = 0
        self._first: list[str] = []

    def add(self, node_id: object, name: str, measured: object, known: object) -> None:
        """Count what both say of a member of a node, unless it is the same."""
        if name not in self.names or measured == known or _printed(measured) == _printed(known):
            return
        self._count += 1
        if self._count <= NAMED:
            said = f"{name} of {quoted(node_id)} is {shorten(known)}, not {shorten(measured)}"
            self._first.append(said)

    def add_texts(self, record: bytes, key: bytes, measured: bytes, known: bytes) -> None:
        """The same by the texts of the inventory's record, the member and both values."""
        node_id = orjson.loads(record)["id"] if self._count < NAMED else ""
        self.add(node_id, *map(orjson.loads, (key, measured, known)))

    @property
    def warnings(self) -> list[str]:
        """What is to be said."""
        if not self._count:
            return []
        named = and_more(self._first, self._count)
        return [f"measured otherwise than in the inventory, which counts: {named}"]


def _printed(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def decisive(labels: Iterable[str], *, places: bool) -> list[str]:
    """Return the names of the members of an inventory that decide."""
    return ["weight", "capacity", *labels, *(BOUNDS if places else ())]


NONE_SEEN: Final = Contradictions(())
"""Takes what nobody asks about."""


def merged(
    measured: Mapping[str, Value],
    known: Mapping[str, Value],
    blank: Callable[[Value], bool],
    worse: Callable[[Value, Value], Value],
    differs: Callable[[str, Value, Value], None],
) -> dict[str, Value]:
    """Return the measured members, and what the inventory says of them; values are objects, or texts of JSON."""
    record = {**measured, "id": known["id"]}
    for name, value in known.items():
        if name in MEASURED or name == "id":
            continue
        if name not in record or blank(record[name]):
            record[name] = value
        elif not blank(value):
            if name == "state":
                record[name] = worse(record[name], value)
            else:
                differs(name, record[name], value)
                record[name] = value
    return record


def merged_objects(
    measured: Mapping[str, Any] | None, known: Mapping[str, Any], seen: Contradictions = NONE_SEEN
) -> dict[str, Any]:
    """Return one record of two; None was not measured."""
    if measured is None:
        return {**{name: value for name, value in known.items() if name not in MEASURED}, "latency": None}
    return merged(measured, known, _is_blank, _worse, partial(seen.add, known["id"]))


def merged_texts(
    measured: Sequence[bytes | None], known: Sequence[bytes], seen: Contradictions = NONE_SEEN
) -> list[bytes]:
    """The same for many objects of JSON by their texts, in which every number keeps its digits."""
    told: list[Told] = []
    texts = [b""] * len(known)
    if COMPILED:
        merger = ObjectMerger(_LEFT_OUT, _STATES, seen.keys)
        texts = merger.merge([text or b"" for text in measured], list(known), b',"latency":null}')
        told = merger.differing
    for row, text in enumerate(texts):
        if not text:
            texts[row] = _merged_text(measured[row], known[row], partial(_tell, told, row, seen.names))
    told.sort(key=itemgetter(0))
    for row, key, one, other in told:
        seen.add_texts(known[row], key, one, other)
    return texts


def _merged_text(measured: bytes | None, known: bytes, differs: Callable[[str, bytes, bytes], None]) -> bytes:
    ours = _members(known)
    if measured is None:
        record = {name: value for name, value in ours.items() if name not in MEASURED} | {"latency": b"null"}
    else:
        record = merged(_members(measured), ours, _BLANK.__contains__, _worse_text, differs)
    return b"{%b}" % b",".join([b"%b:%b" % (orjson.dumps(name), value) for name, value in record.items()])


def _tell(
    told: list[Told], row: int, names: Collection[str], name: str, measured: bytes, known: bytes
) -> None:
    if name in names:
        told.append((row, jsontext.dumps(name), measured, known))


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
