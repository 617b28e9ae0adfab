"""The keys that move, in steps after each of which no node has more than it may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import ldexp
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from rvhctl.core.columns import Floats
from rvhctl.core.numbers import number_of, whole_of
from rvhctl.core.placement.bounding import units_of
from rvhctl.core.placement.choosing import key_column
from rvhctl.core.words import MASK_64
from rvhctl.errors import JumpHashError, shorten
from rvhctl.formats.choice import OutputFormat, output_of
from rvhctl.formats.wording import and_more, counted
from rvhctl.formats.write import RowWriter
from rvhctl.keys.key import shown
from rvhctl.keys.records import Records
from rvhctl.keys.sizes import sizes_of
from rvhctl.placement.bounded.assignment import Assignment
from rvhctl.placement.bounded.bounds import bounds_of, exponent_of, parts_of, ratio_of
from rvhctl.placement.buckets import NodeName
from rvhctl.placement.evenness import MoveCounter
from rvhctl.placement.job import Action
from rvhctl.placement.jump import Key
from rvhctl.placement.moving.order import Move, Step, ordered
from rvhctl.placement.placement import Placement
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice

if TYPE_CHECKING:
    from rvhctl.formats.shapes import Row


class Fraction(Protocol):
    """A share as two integers, such as `Percent` and ``fractions.Fraction``."""

    @property
    def numerator(self) -> int: ...

    @property
    def denominator(self) -> int: ...


class KeyMove(NamedTuple):
    """A key that moves."""

    key: Key
    source_bucket: int
    target_bucket: int
    source: NodeName
    """The id of the node in it; the number of a bucket without a name."""
    target: NodeName
    size: float | None = None
    """None where sizes are not known."""


class Overfull(NamedTuple):
    """By how much a node has more than it may, in keys or sizes.

    ``bucket`` is its number there, or here if it is gone.
    """

    bucket: int
    node: str | None
    load: float


class MoveStep(NamedTuple):
    """Keys that move together."""

    moves: list[KeyMove]
    share: float
    """Of all keys, or of their sizes where these are known."""
    overfull: list[Overfull]
    """Nodes that have more than they may after this step; most often none."""


def checked_share(share: Any) -> tuple[int, int]:
    """A share as a fraction: of a float, the number as it is written.

    Raises:
        JumpHashError: it is none, or not above 0 and at most 1.
    """
    top, bottom = (whole_of(getattr(share, part, None)) for part in ("numerator", "denominator"))
    if top is None or bottom is None:
        number = number_of(share)
        top, bottom = ratio_of(number) if number is not None and 0 < number <= 1 else (0, 1)
    if isinstance(share, bool) or not 0 < top <= bottom:
        raise JumpHashError(
            f"steps must be a share of more than 0% and at most 100% (got {shorten(str(share))})"
        )
    return top, bottom


def steps_of(
    here: Placement,
    there: Placement,
    keys: list[Any],
    sizes: Iterable[float] | Mapping[Any, float] | None,
    share: object,
) -> list[MoveStep]:
    """The moves of these keys in steps, see `Placement.steps`."""
    return list(_Steps(here, there, keys, sizes).made(*checked_share(share)))


class _Steps:
    """Keys, where they are and go, and how large they are in units."""

    def __init__(
        self,
        here: Placement,
        there: Placement,
        keys: list[Any],
        sizes: Iterable[float] | Mapping[Any, float] | None,
    ) -> None:
        self._counter: Final = MoveCounter(here.nodes, there.nodes)
        self._here: Final = here
        self._there: Final = there
        self._keys: Final = keys
        self._sizes: Final = sizes_of(keys, sizes)
        self._sized: Final = sizes is not None
        self._exponent: Final = exponent_of(self._sizes)
        self._units: Final = units_of(Floats(self._sizes), self._exponent).tolist()
        self._sources: Final = here.buckets(keys)
        self._targets: Final = there.buckets(keys)
        self._rows: Final[dict[int, list[int]]] = {}
        """Keys of equal bits are one, and move together."""
        column = key_column(keys, 0, len(keys), here.recipe.native, here.recipe.digest)
        for row, bits in enumerate(column):
            self._rows.setdefault(bits & MASK_64, []).append(row)

    def made(self, numerator: int, denominator: int) -> Iterator[MoveStep]:
        """Yield the steps of at most that share."""
        before: Counter[int] = Counter()
        after: Counter[int] = Counter()
        moves = []
        for bits, rows in self._rows.items():
            source, target = self._counter.places(self._sources[rows[0]], self._targets[rows[0]])
            size = sum([self._units[row] for row in rows])
            before[source] += size
            after[target] += size
            if source != target:
                moves.append(Move(size, bits, source, target))
        total = sum(before.values())
        most = self._most(before, after, total)
        for step in ordered(moves, before, most, numerator * total // denominator):
            yield self._shown(step, total)

    def _most(self, before: Counter[int], after: Counter[int], total: int) -> dict[int, int]:
        """The most that each node may have on the way."""
        most = {place: max(before[place], after[place]) for place in {*before, *after}}
        for side, placement in enumerate((self._here, self._there)):
            if not isinstance(placement, Assignment) or placement.max_load is None:
                continue
            bounds = bounds_of(parts_of(placement.nodes), total, placement.max_load)
            for bucket, bound in enumerate(bounds):
                place = self._counter.place(bucket, here=not side)
                most[place] = max(bound, most.get(place, 0))
        return most

    def _shown(self, step: Step, total: int) -> MoveStep:
        moves = [self._move(row) for move in step.moves for row in self._rows[move.key]]
        share = sum(move.size for move in step.moves) / total if total else 0.0
        overfull = [
            Overfull(*self._counter.bucket(place), ldexp(more, -self._exponent))
            for place, more in step.overfull.items()
        ]
        return MoveStep(moves, share, overfull)

    def _move(self, row: int) -> KeyMove:
        source, target = self._sources[row], self._targets[row]
        names = self._here.nodes.name_of(source), self._there.nodes.name_of(target)
        return KeyMove(self._keys[row], source, target, *names, self._sizes[row] if self._sized else None)


def beyond(steps: Sequence[MoveStep], most: int = 3) -> str:
    """Which steps leave nodes with more than they may have, and by how much; empty if none does."""
    found = [
        f"step {number} ({row.bucket if row.node is None else row.node} by {row.load:.4g})"
        for number, step in enumerate(steps, 1)
        for row in step.overfull
    ]
    if not found:
        return ""
    where = and_more(found[:most], len(found))
    return f"no order was found that keeps each node within its bound: beyond it after {where}"


def step_row(number: int, step: MoveStep) -> Row:
    """The members of a step."""
    return {
        "step": number,
        "share": step.share,
        "moves": list(map(move_row, step.moves)),
        "overfull": [
            row._asdict() if row.node is not None else {"bucket": row.bucket, "load": row.load}
            for row in step.overfull
        ],
    }


def move_row(move: KeyMove) -> Row:
    """The members of a move."""
    row: Row = {"key": move.key, "from": move.source_bucket, "to": move.target_bucket}
    if isinstance(move.source, str):
        row |= {"from_node": move.source, "to_node": move.target}
    return row if move.size is None else {**row, "size": move.size}


class StepsAction(Action):
    """Keeps all keys, then says which move in which step."""

    def __init__(
        self,
        here: Placement,
        there: Placement,
        share: object,
        format_: OutputFormat,
        sink: Sink,
        color: ColorChoice,
        *,
        sized: bool,
        warn: Callable[[str], None],
    ) -> None:
        """
        Args:
            sized: whether records tell the sizes of keys.
            warn: takes what could not be kept.
        """
        self._placements: Final = here, there
        checked_share(share)
        MoveCounter(here.nodes, there.nodes)  # refuses what cannot be compared
        self._share: Final = share
        self._sized: Final = sized
        self._warn: Final = warn
        output = output_of(format_)
        self._cells: Final = not output.objects
        nodes = ["from_node", "to_node"] if here.nodes.ids else []
        buckets = [] if output.text and nodes else ["from", "to"]
        self._names: Final = ["step", "key", *buckets, *nodes, *(["size"] if sized else [])]
        self._writer: Final = RowWriter(self._names, format_, sink, self._caption, color)
        self._keys: Final[list[Key]] = []
        self._sizes: Final[list[float]] = []
        self._steps: list[MoveStep] = []

    def add(self, records: Records) -> None:
        self._keys.extend(records.keys)
        self._sizes.extend(records.sizes)

    def finish(self) -> None:
        sizes = self._sizes if self._sized else None
        self._steps = steps_of(*self._placements, self._keys, sizes, self._share)
        if problem := beyond(self._steps):
            self._warn(problem)
        for number, step in enumerate(self._steps, 1):
            self._writer.add(list(self._rows(number, step)))
        self._writer.finish()

    def _rows(self, number: int, step: MoveStep) -> Iterator[list[Any]]:
        for move in step.moves:
            row = {"step": number, **move_row(move)}
            if self._cells:
                row["key"] = shown(move.key)
            yield [row[name] for name in self._names]

    def _caption(self, rows: int) -> str:
        return (
            f"{rows} of {counted(len(self._keys), 'key')} would move, in {counted(len(self._steps), 'step')}"
        )
