"""What the command line asks of a placement: which nodes, who is down, what becomes of the records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rvhctl.api.placement import Placement
from rvhctl.errors import JumpHashError, UnknownNodeError, UsageError, quoted
from rvhctl.flags import text_of
from rvhctl.keyhash import RECIPES
from rvhctl.milliseconds import checked_threshold
from rvhctl.options import refuse
from rvhctl.slot_input import nodes_of
from rvhctl.slots import NodeName, Slots, nearest
from rvhctl.source import is_stdin

DIGITS: Final = 18
"""At most so many has the number of a bucket; Python refuses to read some thousands."""


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """The flags that say which nodes there are, and which are fit to own keys."""

    buckets: int | None = None
    nodes: str | None = None
    down: Sequence[str] | None = None
    live: str | None = None
    threshold: float | None = None
    weight: Sequence[str] | None = None
    to: int | None = None
    to_nodes: str | None = None
    to_down: Sequence[str] | None = None
    hash: str = "xxh64"
    seed: int = 0
    dialect: str = "paper"

    @property
    def compared(self) -> bool:
        """Another placement is asked for."""
        return self.to is not None or self.to_nodes is not None or self.to_down is not None


def check_fleet(fleet: Fleet, reads_stdin: bool) -> None:
    """Refuse flags that contradict one another, before anything is read.

    Raises:
        UsageError: they do.
    """
    if fleet.buckets is None and fleet.nodes is None:
        raise UsageError("--buckets or --nodes is missing")
    if fleet.buckets is not None and fleet.nodes is not None:
        raise UsageError("--buckets and --nodes exclude each other: the nodes say how many buckets there are")
    if fleet.to is not None and fleet.to_nodes is not None:
        raise UsageError("--to and --to-nodes exclude each other")
    if fleet.nodes is None:
        refuse(
            "without --nodes",
            {"--live": fleet.live, "--threshold": fleet.threshold is not None, "--to-nodes": fleet.to_nodes},
        )
    else:
        refuse("with --nodes; use --to-nodes", {"--to": fleet.to is not None})
    if fleet.seed and RECIPES[fleet.hash].seeded is None:
        raise UsageError(f"--seed: the hash {fleet.hash} has none")
    named = [value for value in (fleet.nodes, fleet.live, fleet.to_nodes) if value is not None]
    stdin = [value for value in named if is_stdin(value.removeprefix("@"))]
    if len(stdin) + reads_stdin > 1:
        raise UsageError("standard input ('-') can be read only once; give the keys with -k or in a FILE")


def placements_of(fleet: Fleet) -> tuple[Placement, Placement | None]:
    """The placement, and the one that it is compared with.

    Raises:
        UsageError: a name is unknown.
        NoLiveNodeError: all are down.
        RvhctlError: a list of nodes cannot be read.
    """
    survivors = None if fleet.live is None else frozenset(nodes_of("--live", fleet.live).ids)
    here, out = _slots(fleet.nodes, fleet, "--nodes")
    there, out_there = here, out
    if fleet.to_nodes is not None:
        there, out_there = _slots(fleet.to_nodes, fleet, "--to-nodes")
    elif fleet.to is not None:
        there = Slots.numbered(fleet.to)
    here, there = _weighted(here, there, _weights(fleet.weight or (), bool(here.ids)))
    if survivors is not None:
        # Who is new there is not judged by a list of those who survived here.
        missing = {node_id for node_id in here.ids if node_id not in survivors}
        out = out | missing
        out_there = out_there | {node_id for node_id in there.ids if node_id in missing}
    down = _names(fleet.down or (), here, "--down")
    placement = _placement(here.with_down([*out, *down]), fleet)
    if not fleet.compared:
        return placement, None
    if fleet.to_down is not None:
        down_there = _names(fleet.to_down, there, "--to-down")
    else:
        down_there = [name for name in down if there.has(name)]
    return placement, _placement(there.with_down([*out_there, *down_there]), fleet)


def _placement(slots: Slots, fleet: Fleet) -> Placement:
    return Placement.of(slots, fleet.hash, fleet.seed, fleet.dialect)


def _slots(value: str | None, fleet: Fleet, flag: str) -> tuple[Slots, frozenset[NodeName]]:
    """The buckets, and the names of those that state or threshold takes out."""
    if value is None:
        return Slots.numbered(fleet.buckets), frozenset()
    nodes = nodes_of(flag, value)
    slots = nodes.slots()
    out: set[NodeName] = {slots.name_of(bucket) for bucket in slots.down}
    if fleet.threshold is not None:
        out.update(nodes.too_slow(checked_threshold(fleet.threshold)))
    return slots.with_down(()), frozenset(out)


def _weights(texts: Iterable[str], named: bool) -> dict[NodeName, float]:
    """``b=0.5``, or several with commas between them.

    Raises:
        UsageError: it reads otherwise.
    """
    weights: dict[NodeName, float] = {}
    for text in texts:
        for part in text_of(text, "--weight").split(","):
            name, equals, number = part.strip().rpartition("=")
            try:
                if not equals or not name or not number.isascii() or "_" in number:
                    raise ValueError
                weights[name if named else int(name)] = float(number)
            except ValueError:
                what = "ID=NUMBER" if named else "BUCKET=NUMBER"
                raise UsageError(f"--weight is {what} (got {quoted(part)})") from None
    return weights


def _weighted(here: Slots, there: Slots, weights: dict[NodeName, float]) -> tuple[Slots, Slots]:
    """Both with the weights of the nodes that they have.

    Raises:
        UsageError: a node is in neither.
        JumpHashError: a weight is not finite and above 0.
    """
    for name in weights:
        if not here.has(name) and not there.has(name):
            _names([str(name)], here, "--weight")
    try:
        return (
            here.with_weights({name: weight for name, weight in weights.items() if here.has(name)}),
            there.with_weights({name: weight for name, weight in weights.items() if there.has(name)}),
        )
    except JumpHashError as error:
        raise JumpHashError(f"--weight: {error}") from None


def _names(texts: Iterable[str], slots: Slots, flag: str) -> list[NodeName]:
    """Ids, or numbers of buckets, given one by one or with commas between them; an empty text names nobody.

    Raises:
        UsageError: one of them is unknown.
    """
    names: list[NodeName] = []
    for text in (text_of(text, flag) for text in texts):
        # An id may have a comma in it, if it is given alone.
        parts = [text] if text in slots.rows else text.split(",") if text else []
        for part in parts:
            names.append(slots.name_of(_bucket(part.strip(), slots, flag)))
    return names


def _bucket(text: str, slots: Slots, flag: str) -> int:
    try:
        if slots.ids:
            return slots.bucket_of(text)
        if not _is_number(text):
            raise UsageError(f"{flag} takes numbers of buckets without --nodes (got {quoted(text)})")
        return slots.bucket_of(int(text))
    except UnknownNodeError as error:
        raise UsageError(f"{flag}: {error}") from None


def buckets_named(texts: Iterable[str], slots: Slots, flag: str) -> list[int]:
    """The buckets of ``--only``: ids, numbers, or places among all from 1 (``1/4``).

    Raises:
        UsageError: one of them is unknown, or counts another number of buckets.
    """
    parts = [part.strip() for text in texts for part in text_of(text, flag).split(",")]
    return list(dict.fromkeys(_bucket_named(part, slots, flag) for part in parts))


def _bucket_named(name: str, slots: Slots, flag: str) -> int:
    if name in slots.rows:
        return slots.rows[name]
    if share := share_of(name, flag):
        place, count = share
        if count != slots.buckets:
            what = "nodes" if slots.ids else "buckets"
            raise UsageError(f"{flag} {name} counts {count} {what}, but there are {slots.buckets}")
        return place - 1
    if slots.ids and _is_number(name):
        if int(name) >= slots.buckets:
            near = nearest(name, slots.ids)
            hint = f"; did you mean {quoted(near)}?" if near else ""
            raise UsageError(f"{flag}: neither a node nor a bucket is {quoted(name)}{hint}")
        return int(name)
    return _bucket(name, slots, flag)


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
