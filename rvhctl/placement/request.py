"""What the command line asks of a placement: which nodes, who is down, what becomes of the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any, Final, NamedTuple, Protocol

from rvhctl.errors import JumpHashError, UnknownNodeError, UsageError, quoted
from rvhctl.formats.milliseconds import checked_threshold
from rvhctl.nodes.flags import text_of
from rvhctl.placement.buckets import Buckets, NodeName, nearest
from rvhctl.placement.node_lists import nodes_of
from rvhctl.placement.placement import Placement

HASHES: Final = ("hash", "seed", "dialect")

DIGITS: Final = 18
"""At most so many has the number of a bucket; Python refuses to read some thousands."""


def members_of(flags: Mapping[str, Any]) -> dict[str, Any]:
    """Return the flags by the names that requests have for them; lists of nodes are read.

    Raises:
        UsageError: an argument does not parse.
        RvhctlError: a list of nodes cannot be read.
    """
    members = {**flags}
    if "live" in flags:
        members["live"] = frozenset(nodes_of("--live", flags["live"]).ids)
    for name, flag in (("nodes", "--nodes"), ("to_nodes", "--to-nodes")):
        if name in flags:
            members[name] = nodes_of(flag, flags[name])
    for name, flag in (("down", "--down"), ("to_down", "--to-down")):
        if name in flags:
            members[name] = FlagNames(flag, flags[name])
    if "weight" in flags:
        members["weights"] = FlagWeights(members.pop("weight"))
    return members


class FlagNames(NamedTuple):
    """Ids, or numbers of buckets, given one by one or with commas between them; an empty text names nobody."""

    flag: str
    texts: Sequence[str]

    def of(self, nodes: Buckets, *, lenient: bool) -> list[NodeName]:
        """Return the names; ``lenient``: less those that there are not.

        Raises:
            UsageError: one of them is unknown.
        """
        names: list[NodeName] = []
        for text in (text_of(text, self.flag) for text in self.texts):
            # An id may have a comma in it, if it is given alone.
            parts = [text] if text in nodes.rows else text.split(",") if text else []
            for part in parts:
                try:
                    names.append(nodes.name_of(_bucket(part.strip(), nodes, self.flag)))
                except UsageError:
                    if not lenient:
                        raise
        return names


class FlagWeights(NamedTuple):
    """``b=0.5``, or several with commas between them."""

    texts: Sequence[str]

    def of(self, here: Buckets, there: Buckets, *, lenient: bool) -> dict[NodeName, float]:
        """Return the weight of each node that is in either; ``lenient``: less those that there are not.

        Raises:
            UsageError: it reads otherwise, or names a node that is in neither.
            JumpHashError: a weight is not finite and above 0.
        """
        weights: dict[NodeName, float] = {}
        for part in (part.strip() for text in self.texts for part in text_of(text, "--weight").split(",")):
            text, weight = _weight(part)
            nodes = there if there.has(text) and not here.has(text) else here
            try:
                name = nodes.name_of(_bucket(text, nodes, "--weight"))
            except UsageError:
                if not lenient:
                    raise
                continue
            if name in weights:
                raise UsageError(f"--weight: {quoted(text)} is weighed twice")
            weights[name] = weight
        return weights


def _weight(part: str) -> tuple[str, float]:
    name, equals, number = part.rpartition("=")
    try:
        if not equals or not name or not number.isascii() or "_" in number:
            raise ValueError
        weight = float(number)
    except ValueError:
        raise UsageError(f"--weight is ID=NUMBER (got {quoted(part)})") from None
    if not 0 < weight < inf:
        raise JumpHashError(
            f"--weight: the weight of {quoted(name)} must be finite and above 0 (got {quoted(weight)})"
        )
    return name, weight


def _bucket(text: str, nodes: Buckets, flag: str) -> int:
    try:
        if nodes.ids:
            return nodes.bucket_of(text)
        if not _is_number(text):
            raise UsageError(f"{flag} takes numbers of buckets without --nodes (got {quoted(text)})")
        return nodes.bucket_of(int(text))
    except UnknownNodeError as error:
        raise UsageError(f"{flag}: {error}") from None


def buckets_named(texts: Iterable[str], nodes: Buckets, flag: str) -> list[int]:
    """The buckets of ``--only``: ids, numbers, or places among all from 1 (``1/4``).

    Raises:
        UsageError: one of them is unknown, or counts another number of buckets.
    """
    parts = [part.strip() for text in texts for part in text_of(text, flag).split(",")]
    return list(dict.fromkeys(_bucket_named(part, nodes, flag) for part in parts))


def _bucket_named(name: str, nodes: Buckets, flag: str) -> int:
    if name in nodes.rows:
        return nodes.rows[name]
    if share := share_of(name, flag):
        place, count = share
        if count != nodes.count:
            what = "nodes" if nodes.ids else "buckets"
            raise UsageError(f"{flag} {name} counts {count} {what}, but there are {nodes.count}")
        return place - 1
    if nodes.ids and _is_number(name):
        if int(name) >= nodes.count:
            near = nearest(name, nodes.ids)
            hint = f"; did you mean {quoted(near)}?" if near else ""
            raise UsageError(f"{flag}: neither a node nor a bucket is {quoted(name)}{hint}")
        return int(name)
    return _bucket(name, nodes, flag)


def share_of(name: str, flag: str) -> tuple[int, int] | None:
    """The place and the number of all in ``1/4``; None for any other text.

    Raises:
        UsageError: the place is not among them.
    """
    place, slash, count = name.partition("/")
    if not slash or not (_is_number(place) and _is_number(count)):
        return None
    if not 1 <= int(place) <= int(count):
        raise UsageError(
            f"{flag}: K/N counts from 1 to N (got {quoted(name)}); a bucket's number counts from 0"
        )
    return int(place), int(count)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS


def buckets_counted(texts: Iterable[str] | None, flag: str) -> int | None:
    """The number of buckets that the first ``1/4`` of ``--only`` states."""
    for text in texts or ():
        for part in text.split(","):
            if share := share_of(part.strip(), flag):
                return share[1]
    return None


class Named(Protocol):
    """Nodes with names."""

    def buckets(self) -> Buckets:
        """Return the nodes as buckets; those whose state says so are down."""
        ...

    def too_slow(self, threshold: float) -> Sequence[str]:
        """Return the ids of those over the threshold in milliseconds, and of those without a measurement."""
        ...


class Names(Protocol):
    """Names of nodes, or numbers of buckets."""

    def of(self, nodes: Buckets, *, lenient: bool) -> list[NodeName]:
        """Return them; ``lenient``: less those that there are not."""
        ...


class Weights(Protocol):
    """Weights by name, or by number."""

    def of(self, here: Buckets, there: Buckets, *, lenient: bool) -> Mapping[NodeName, Any]:
        """Return them; each is of a node of one of the two, or ``lenient`` leaves it out."""
        ...


def placements(members: Mapping[str, Any], *, lenient: bool = False) -> tuple[Placement, Placement | None]:
    """Return the placement, and the one that it is compared with.

    Args:
        members: ``buckets`` or ``nodes`` (:class:`Named`), and whatever else is stated.
        lenient: flags name nodes that a request has replaced by its own.

    Raises:
        RvhctlError: a name is unknown, a value is wrong, or all are down.
    """
    here, out = _buckets(members.get("nodes"), members)
    there, out_there = here, out
    if "to_nodes" in members:
        there, out_there = _buckets(members["to_nodes"], members)
    elif "to" in members:
        there, out_there = Buckets.numbered(members["to"]), frozenset()
    if "weights" in members:
        weights = members["weights"].of(here, there, lenient=lenient)
        here, there = (
            nodes.with_weights({name: weight for name, weight in weights.items() if nodes.has(name)})
            for nodes in (here, there)
        )
    if "live" in members:
        # Who is new there is not judged by a list of those who survived here.
        missing = {node_id for node_id in here.ids if node_id not in members["live"]}
        out = out | missing
        out_there = out_there | {node_id for node_id in there.ids if node_id in missing}
    down = members["down"].of(here, lenient=lenient) if "down" in members else []
    hashes = {name: members[name] for name in HASHES if name in members}
    placement = Placement.of(here.with_down([*out, *down]), **hashes)
    if not is_compared(members):
        return placement, None
    if "to_down" in members:
        down_there = members["to_down"].of(there, lenient=lenient)
    else:
        down_there = [name for name in down if there.has(name)]
    return placement, Placement.of(there.with_down([*out_there, *down_there]), **hashes)


def is_compared(members: Mapping[str, Any]) -> bool:
    """Whether another placement is asked for."""
    return not members.keys().isdisjoint(("to", "to_nodes", "to_down"))


def _buckets(nodes: Named | None, members: Mapping[str, Any]) -> tuple[Buckets, frozenset[NodeName]]:
    """The buckets, and the names of those that state or threshold takes out."""
    if nodes is None:
        return Buckets.numbered(members["buckets"]), frozenset()
    buckets = nodes.buckets()
    out: set[NodeName] = {buckets.name_of(bucket) for bucket in buckets.down}
    if "threshold" in members:
        out.update(nodes.too_slow(checked_threshold(members["threshold"])))
    return buckets.with_down(()), frozenset(out)
