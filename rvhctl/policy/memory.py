"""What is remembered of each node from round to round, as a value: nothing here touches a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from rvhctl.core.columns import Codes, Ints
from rvhctl.core.policy.damping import IN, OUT, UNKNOWN
from rvhctl.errors import FaultsetError, InputError, quoted, shorten
from rvhctl.nodes.arguments import index_in, instance_of

FORMAT: Final = "rvhctl-memory"
VERSION: Final = 1
"""Of the document that is written. Every version up to this can be read."""

FORGOTTEN: Final = 100
"""Rounds of absence after which a node is forgotten."""

MOST: Final = 2**53
"""Counters beyond this are no counters of ours."""


class Standing(NamedTuple):
    """What is remembered of one node."""

    fit: bool
    streak: int = 0
    """Rounds in a row that spoke against it: bad ones of a fit node, good ones of one that is out."""
    seen: int = 0
    """The round in which it was last there."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The standing of each node after some rounds; ``Memory()`` is that of before the first.

    Attributes:
        round: how many rounds there were.
        nodes: by id; nodes that were never measured are unknown.
    """

    round: int = 0
    nodes: Mapping[str, Standing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "round", index_in(MOST + 1, self.round, "round", FaultsetError))
        nodes = instance_of(Mapping, self.nodes, "nodes", FaultsetError)  # type: ignore[type-abstract]
        if {str, *map(type, nodes)} != {str} or {Standing, *map(type, nodes.values())} != {Standing}:
            raise FaultsetError(f"the nodes of a memory map ids to Standings (got {shorten(dict(nodes))})")

    def columns(self, ids: Iterable[str]) -> tuple[Codes, Ints]:
        """The place and streak of each of these nodes, for `rvhctl.core.policy.damping.advance`."""
        places: list[int] = []
        streaks: list[int] = []
        nodes = self.nodes
        for node in ids:
            standing = nodes.get(node)
            places.append(UNKNOWN if standing is None else IN if standing.fit else OUT)
            streaks.append(0 if standing is None else standing.streak)
        return Codes(places), Ints(streaks)

    def absent(self, ids: Iterable[str]) -> list[str]:
        """The nodes that are known as fit and are not among these."""
        here = set(ids)
        return [node for node, standing in self.nodes.items() if standing.fit and node not in here]

    def after(self, ids: Sequence[str], places: Codes, streaks: Ints) -> Memory:
        """The memory one round later: these nodes were there, and stand so now."""
        now = self.round + 1
        nodes = {node: standing for node, standing in self.nodes.items() if now - standing.seen < FORGOTTEN}
        for row, node in enumerate(ids):
            if places[row] != UNKNOWN:
                nodes[node] = Standing(places[row] == IN, streaks[row], now)
        return Memory(now, nodes)

    def to_json(self) -> bytes:
        """A document for people too: a line of its own for each node."""
        lines = [
            b'%b:{"fit":%b,"streak":%d,"seen":%d}'
            % (orjson.dumps(node), b"true" if standing.fit else b"false", standing.streak, standing.seen)
            for node, standing in self.nodes.items()
        ]
        nodes = b"\n" + b",\n".join(lines) + b"\n" if lines else b""
        return b'{"format":"%b","version":%d,"round":%d,"nodes":{%b}}\n' % (
            FORMAT.encode(),
            VERSION,
            self.round,
            nodes,
        )

    @classmethod
    def from_json(cls, text: bytes, source: str = "memory") -> Memory:
        """Read what `to_json` of this version, or an older one, wrote.

        Raises:
            InputError: the text is broken, or something else, or of a newer version; it names ``source``.
        """
        document = _document(text, instance_of(str, source, "source", FaultsetError))
        rounds = _counter(document.get("round", 0), source, "round")
        nodes = document.get("nodes", {})
        if not isinstance(nodes, dict):
            raise _broken(source, "nodes", nodes)
        return cls(rounds, {node: _standing(entry, rounds, source, node) for node, entry in nodes.items()})


def _document(text: bytes, source: str) -> dict[str, Any]:
    hint = "it is left as it was; name another file, or remove it to start anew"
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError(
            f"not a memory of rvhctl: not JSON: {error.msg}",
            source=source,
            line=error.lineno,
            column=error.colno,
            hint=hint,
        ) from None
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
