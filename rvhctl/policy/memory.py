"""What is remembered of each node from round to round, as a value: nothing here touches a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import orjson

from rvhctl.core.columns import Codes, Ints
from rvhctl.core.memory.remembered import DONE, MORE, MOST, Met, Remembered, remembered
from rvhctl.errors import FaultsetError, InputError, quoted, shorten
from rvhctl.formats import jsontext
from rvhctl.nodes.arguments import index_in, instance_of
from rvhctl.nodes.nodes import id_array, new_seed

FORMAT: Final = "rvhctl-memory"
VERSION: Final = 1
"""Of the document that is written. Every version up to this can be read."""

FORGOTTEN: Final = 100
"""Rounds of absence after which a node is forgotten."""

SOME: Final = 1 << 14
"""Nodes of one call into the core."""


class Standing(NamedTuple):
    """What is remembered of one node."""

    fit: bool
    streak: int = 0
    """Rounds in a row that spoke against it: bad ones of a fit node, good ones of one that is out."""
    seen: int = 0
    """The round in which it was last there."""


NOBODY: Final[Mapping[str, Standing]] = MappingProxyType({})


class Memory:
    """The standing of each node after some rounds; ``Memory()`` is that of before the first. No round changes one:
    it makes the next.

    It holds a dict of nodes, or what a compiled scanner reads and writes in its place; each is made of the other
    when it is asked for.

    Attributes:
        round: how many rounds there were.
        nodes: by id; nodes that were never measured are unknown.
    """

    __slots__ = ("_known", "_met", "_nodes", "_round", "_written")

    def __init__(self, round: int = 0, nodes: Mapping[str, Standing] = NOBODY) -> None:
        self._round: int = index_in(MOST + 1, round, "round", FaultsetError)
        self._nodes: Mapping[str, Standing] | None = {} if nodes is NOBODY else _checked(nodes)
        self._known: Remembered | None = None
        self._met: tuple[Sequence[str], Met] | None = None
        """The nodes that were looked up last."""
        self._written: Callable[[], Iterator[bytes]] | None = None
        """Makes the lines of the document."""

    @property
    def round(self) -> int:
        """How many rounds there were."""
        return self._round

    @property
    def nodes(self) -> Mapping[str, Standing]:
        """What is remembered of each node, by its id."""
        if self._nodes is None:
            nodes = orjson.loads(self.to_json())["nodes"]
            self._nodes = {node: Standing(**entry) for node, entry in nodes.items()}
        return self._nodes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Memory) and (self.round, self.nodes) == (other.round, other.nodes)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Memory(round={self.round}, nodes={self.nodes})"

    def __reduce__(self) -> tuple[type[Memory], tuple[int, Mapping[str, Standing]]]:
        return Memory, (self.round, self.nodes)

    def columns(self, ids: Sequence[str]) -> tuple[Codes, Ints]:
        """The place and streak of each of these nodes, for `rvhctl.core.policy.damping.advance`."""
        met = self._look_up(ids)
        return met.places, met.streaks

    def absent(self, ids: Sequence[str]) -> list[str]:
        """The nodes that are known as fit and are not among these."""
        absent: list[str] = orjson.loads(b"[%b]" % b",".join(self._look_up(ids).absent()))
        return absent

    def after(self, ids: Sequence[str], places: Codes, streaks: Ints) -> Memory:
        """The memory one round later: these nodes were there, and stand so now."""
        now, met = self.round + 1, self._look_up(ids)
        known = len(self._table())

        def lines() -> Iterator[bytes]:
            for first in range(0, known, SOME):
                yield met.kept_lines(first, min(first + SOME, known), places, streaks, now, FORGOTTEN)
            for first, last, array in _arrays(ids):
                yield met.new_lines(array, first, last, places, streaks, now, FORGOTTEN)

        memory = Memory(now)
        memory._nodes, memory._written = None, lines
        return memory

    def to_json(self) -> bytes:
        """A document for people too: a line of its own for each node."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """Yield the document, some lines at a time."""
        yield b'{"format":"%b","version":%d,"round":%d,"nodes":{' % (FORMAT.encode(), VERSION, self.round)
        between = b""
        for lines in (self._written or self._lines)():
            if lines:
                # Each line has a comma before it.
                yield lines if between else lines[1:]
                between = b"\n"
        yield between + b"}}\n"

    @classmethod
    def from_json(cls, text: bytes, source: str = "memory") -> Memory:
        """Read what `to_json` of this version, or an older one, wrote.

        Raises:
            InputError: the text is broken, or something else, or of a newer version; it names ``source``.
        """
        instance_of(str, source, "source", FaultsetError)
        # The same id could be written with other escapes.
        head = _HEAD.match(text) if type(text) is bytes and b"\\" not in text else None
        if head is not None and int(head[1]) <= MOST:
            known = _scanned(text, head.end(), int(head[1]))
            if known is not None:
                memory = cls(int(head[1]))
                memory._nodes, memory._known = None, known
                return memory
        document = _document(text, source)
        rounds = _counter(document.get("round", 0), source, "round")
        nodes = document.get("nodes", {})
        if not isinstance(nodes, dict):
            raise _broken(source, "nodes", nodes)
        return cls(rounds, _standings(nodes, rounds, source))

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines of the nodes as they are."""
        known = self._table()
        met = Met(known, 0, 0)
        for first in range(0, len(known), SOME):
            yield met.kept_lines(first, min(first + SOME, len(known)), Codes(), Ints(), self.round, MOST)

    def _table(self) -> Remembered:
        if self._known is None:
            text = b"" if self._written is None else self.to_json()
            head = _HEAD.match(text)
            known = _scanned(text, head.end(), self.round) if head else None
            self._known = known or _stated(self.nodes)
            self._written = self._met = None
        return self._known

    def _look_up(self, ids: Sequence[str]) -> Met:
        if self._met is None or self._met[0] is not ids:
            met = self._new_met(ids)
            if met.repeated():
                # The last of them counts, as in any object of JSON.
                self._known = _stated(self.nodes)
                met = self._new_met(ids)
            self._met = (ids, met)
        return self._met[1]

    def _new_met(self, ids: Sequence[str]) -> Met:
        met = Met(self._table(), len(ids), new_seed())
        for first, last, array in _arrays(ids):
            met.add(array, last - first)
        return met


_HEAD: Final = re.compile(
    rb'\{"format":"%b","version":%d,"round":(0|[1-9]\d{0,15}),"nodes":\{\n' % (FORMAT.encode(), VERSION)
)


def _checked(nodes: Mapping[str, Standing]) -> Mapping[str, Standing]:
    instance_of(Mapping, nodes, "nodes", FaultsetError)  # type: ignore[type-abstract]
    if {str, *map(type, nodes)} != {str} or {Standing, *map(type, nodes.values())} != {Standing}:
        raise FaultsetError(f"the nodes of a memory map ids to Standings (got {shorten(dict(nodes))})")
    return nodes


def _scanned(text: bytes, start: int, rounds: int) -> Remembered | None:
    """Return what the lines from ``start`` on say; None if they are not as they are written here."""
    known = Remembered(text, start, text.count(b"\n"))
    while (state := known.scan(SOME, rounds)) == MORE:
        pass
    return known if state == DONE else None


def _stated(nodes: Mapping[str, Standing]) -> Remembered:
    fits, streaks, seens = zip(*nodes.values(), strict=True) if nodes else ((), (), ())
    return remembered(orjson.dumps(list(nodes)), Codes(map(bool, fits)), Ints(streaks), Ints(seens))


def _arrays(ids: Sequence[str]) -> Iterator[tuple[int, int, bytes]]:
    """Yield some ids at a time as an array of JSON: the row of the first, that behind the last, the array."""
    for first in range(0, len(ids), SOME):
        last = min(first + SOME, len(ids))
        yield first, last, id_array(ids, first, last)


def _standings(nodes: Mapping[str, Any], rounds: int, source: str) -> dict[str, Standing]:
    return {node: _standing(entry, rounds, source, node) for node, entry in nodes.items()}


def _document(text: bytes, source: str) -> dict[str, Any]:
    hint = "it is left as it was; name another file, or remove it to start anew"
    document = jsontext.parse_own(text, source, "memory", hint)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(
            "not a memory of rvhctl", source=source, hint=f'one begins with {{"format":"{FORMAT}"}}; {hint}'
        )
    version = document.get("version")
    if type(version) is not int or version < 1:
        raise _broken(source, "version", version)
    if version > VERSION:
        raise InputError(
            f"the memory is from a newer rvhctl: version {version}, and this one reads up to {VERSION}",
            source=source,
            hint=hint,
        )
    return document


def _standing(entry: Any, rounds: int, source: str, node: str) -> Standing:
    place = f"node {quoted(node)}"
    if not isinstance(entry, dict) or type(entry.get("fit")) is not bool:
        raise _broken(source, place, entry)
    seen = _counter(entry.get("seen", rounds), source, place)
    if seen > rounds:
        raise _broken(source, place, entry)
    return Standing(entry["fit"], _counter(entry.get("streak", 0), source, place), seen)


def _counter(value: Any, source: str, place: str) -> int:
    if type(value) is not int or not 0 <= value <= MOST:
        raise _broken(source, place, value)
    return value


def _broken(source: str, place: str, value: object) -> InputError:
    return InputError(
        "a broken memory of rvhctl",
        source=source,
        place=place,
        value=value,
        hint="it is left as it was; remove it to start anew",
    )
