"""Which measurement is whose: by id, else by the host that both name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Final, NamedTuple

from rvhctl.errors import quoted
from rvhctl.formats.wording import counted, few

NOBODY: Final = -1
"""In place of the row of a measurement."""

_ADDRESS: Final = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^@/?#]*@)?)?"
    r"(?:\[(?P<six>[^\]]+)\]|(?P<name>[\w.-]+))"
    r"(?::(?P<port>\d{1,5}))?"
    r"(?P<path>[/?#].*)?",
    re.IGNORECASE,
)
_PORTS: Final = {"http": 80, "https": 443}

WHOLE, WITH_PORT, HOST = 3, 2, 1
"""How much of an address is compared."""

Keys = dict[int, object]
"""What an id is compared by, at each level that it has."""


AddressOf = Callable[[int], str]
"""The address of a node by its row, where it has one besides its id; else an empty text."""


class Matches(NamedTuple):
    """Rows of measured and of expected nodes that belong together."""

    own: Sequence[int]
    """The measured row of each expected node: as they were measured, then those that were not (``NOBODY``)."""
    rows: Sequence[int]
    """The row of each, in the same order."""
    outside: Sequence[int]
    """Measured rows that are nobody's."""
    by_host: Sequence[tuple[int, int]]
    """The pairs whose ids differ."""
    ambiguous: Sequence[tuple[int, int, int]]
    """An expected row, and two measured rows that are its own with equal right."""


def no_address(row: int) -> str:
    """Return nothing: nobody says more of an address than the id does."""
    return ""


def match(
    measured: Sequence[str],
    expected: Sequence[str],
    their_address: AddressOf = no_address,
    our_address: AddressOf = no_address,
) -> Matches:
    """Find the measurement of each expected node.

    An equal id wins. Of the rest, ids that are addresses belong together as far as both go: the whole URL, host and
    port, or the host, where one of the two says no more. A measurement may so be that of several nodes; what has met
    its like at one level is not looked at again. What is left is compared in the same way by its address, where it has
    one besides its id. Each id is unique.
    """
    if measured == expected:
        every = range(len(expected))
        return Matches(every, every, [], [], [])
    known = dict(zip(expected, range(len(expected)), strict=True))
    found = list(map(known.get, measured, repeat(NOBODY)))
    own: Sequence[int] = range(len(found))
    rows = found
    outside: list[int] = []
    if NOBODY in found:
        own = [row for row, other in enumerate(found) if other != NOBODY]
        rows = [other for other in found if other != NOBODY]
        outside = [row for row, other in enumerate(found) if other == NOBODY]
    free: list[int] = []
    if len(rows) < len(expected):
        met = set(rows)
        free = [row for row in range(len(expected)) if row not in met]
    by_host: list[tuple[int, int]] = []
    ambiguous: list[tuple[int, int, int]] = []
    doubted: set[int] = set()
    for names in (_ids, _addresses):
        if not (outside and free):
            break
        theirs = names(outside, measured, their_address)
        ours = names((row for row in free if row not in doubted), expected, our_address)
        pairs, doubtful = _by_host(theirs, ours)
        used = {row for row, _ in pairs}.union(*(rows for _, *rows in doubtful))
        met = {other for _, other in pairs}
        doubted.update(row for row, *_ in doubtful)
        outside = [row for row in outside if row not in used]
        free = [row for row in free if row not in met]
        by_host += pairs
        ambiguous += doubtful
    if by_host:
        own, rows = map(list, zip(*sorted([*zip(own, rows, strict=True), *by_host]), strict=True))
    if free:
        own, rows = [*own, *repeat(NOBODY, len(free))], [*rows, *free]
    return Matches(own, rows, outside, by_host, ambiguous)


def ambiguity(expected: str, one: str, other: str) -> str:
    """What is wrong with a node that has two measurements."""
    pair = f"{quoted(one)} and {quoted(other)}"
    return (
        f"two measurements could be that of {quoted(expected)}: {pair}; the inventory must name one of them"
    )


def warnings_of(found: Matches, measured: Sequence[str], expected: Sequence[str]) -> list[str]:
    """What may mislead: nodes that were not measured, and measurements that are nobody's."""
    first = len(found.own)
    while first and found.own[first - 1] == NOBODY:
        first -= 1
    absent = [expected[row] for row in found.rows[first:]]
    outside = [measured[row] for row in found.outside]
    said = []
    if absent:
        said.append(f"in the inventory, but not measured: {counted(len(absent), 'node')} ({few(absent)})")
    if outside:
        said.append(f"left out, as not in the inventory: {counted(len(outside), 'node')} ({few(outside)})")
    return said


def understood_of(found: Matches, measured: Sequence[str], expected: Sequence[str]) -> list[str]:
    """Which nodes were met by another name."""
    if not found.by_host:
        return []
    names = [f"{measured[own]} is {expected[row]}" for own, row in found.by_host]
    return [f"matched by host: {counted(len(names), 'node')} ({few(names)})"]


def _ids(rows: Iterable[int], ids: Sequence[str], address_of: AddressOf) -> dict[int, Keys]:
    return {row: keys_of(ids[row]) for row in rows}


def _addresses(rows: Iterable[int], ids: Sequence[str], address_of: AddressOf) -> dict[int, Keys]:
    return {row: keys_of(address_of(row) or ids[row]) for row in rows}


def _by_host(
    theirs: dict[int, Keys], ours: dict[int, Keys]
) -> tuple[list[tuple[int, int]], list[tuple[int, int, int]]]:
    """Match what no id matched."""
    pairs: list[tuple[int, int]] = []
    ambiguous: list[tuple[int, int, int]] = []
    for level in (WHOLE, WITH_PORT, HOST):
        no_more: dict[object, list[int]] = {}
        more: dict[object, list[int]] = {}
        for row, keys in theirs.items():
            if level in keys:
                (no_more if max(keys) == level else more).setdefault(keys[level], []).append(row)
        used: set[int] = set()
        for row, keys in list(ours.items()):
            if level not in keys:
                continue
            candidates = no_more.get(keys[level], [])[:2]
            if max(keys) == level:
                candidates += more.get(keys[level], [])[:2]
            if len(candidates) > 1:
                ambiguous.append((row, candidates[0], candidates[1]))
            elif candidates:
                pairs.append((candidates[0], row))
            if candidates:
                used.update(candidates)
                del ours[row]
        for row in used:
            del theirs[row]
    return pairs, ambiguous


def keys_of(node_id: str) -> Keys:
    """What an id is compared by: nothing, if it is no address.

    The case of a host, the point behind it and the spelling of an IPv6 address say nothing; a URL without a port has
    that of its scheme.
    """
    found = _ADDRESS.fullmatch(node_id)
    if found is None or (found["path"] and not found["scheme"]):
        host = _six(node_id) if node_id.count(":") > 1 else None
        return {} if host is None else {HOST: host}
    host = _six(found["six"]) if found["six"] else found["name"].casefold().removesuffix(".")
    if not host:
        return {}
    port = int(found["port"]) if found["port"] else _PORTS.get((found["scheme"] or "").lower())
    keys: Keys = {HOST: host}
    if port is not None:
        keys[WITH_PORT] = (host, port)
    if found["path"] not in (None, "/"):
        keys[WHOLE] = (host, port, found["path"])
    return keys


def _six(text: str) -> str | None:
    """Return an IPv6 address as it is written for short; None if it is none."""
    from ipaddress import IPv6Address

    try:
        return IPv6Address(text).compressed
    except ValueError:
        return None
