"""How even keys lie, what would move, and why a key is where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from rvhctl.core.columns import Ints
from rvhctl.core.keys.owners import Tally, packed, packed_pairs
from rvhctl.formats.choice import DataFormat, OutputFormat, output_of
from rvhctl.formats.wording import counted, share_of
from rvhctl.formats.write import RowWriter, write_summary
from rvhctl.keys.key import Key, shown
from rvhctl.keys.records import Records
from rvhctl.placement.bounded.assignment import Assignment
from rvhctl.placement.buckets import Buckets
from rvhctl.placement.evenness import (
    BucketCount,
    BucketMoves,
    MoveCounter,
    Moves,
    Stats,
    check_size,
    stats_of,
)
from rvhctl.placement.explain import Explanation
from rvhctl.placement.job import Action, Output, Owners, packed_output
from rvhctl.placement.placement import Placement
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice

if TYPE_CHECKING:
    from rvhctl.formats.shapes import Row, View

MOST_BARS: Final = 50
"""Lines of a histogram; of more buckets several share a line."""


OF_SIZES: Final = frozenset({"load", "fullest", "moved_load", "load_share", "excess"})
"""Members that are only there where the sizes of keys are known."""


class CountAction(Action):
    """Counts keys by their owners, then says what the counts come to."""

    def __init__(
        self,
        placements: Sequence[Placement],
        pack: Callable[..., bytes],
        count: Callable[[bytes], None],
        finish: Callable[[], None],
    ) -> None:
        """``count`` takes what ``pack`` makes of the owners in each of the placements."""
        self._placements: Final = placements
        self._pack: Final = pack
        self._count: Final = count
        self._finish: Final = finish

    @property
    def owners_alone(self) -> bool:
        return True

    def output(self, shape: DataFormat, delimiter: str) -> Output | None:
        return packed_output(self._pack, *[Owners(placement.table) for placement in self._placements])

    def add(self, records: Records) -> None:
        owners = [Ints(placement.buckets(records.keys)) for placement in self._placements]
        self._count(self._pack(*owners, len(records.keys)))

    def write(self, answers: bytes, /) -> None:
        self._count(answers)

    def finish(self) -> None:
        self._finish()


def stats_action(placement: Placement, format_: OutputFormat, sink: Sink, color: ColorChoice) -> CountAction:
    """``--stats``."""
    check_size(placement.nodes, "--stats")
    tally = Tally(placement.nodes.count)

    def finish() -> None:
        stats = stats_of(placement.nodes, tally)
        if isinstance(placement, Assignment):
            stats = stats.loaded(placement.loads, placement.fullest)
        rows = map(bucket_row, stats.buckets)
        write_summary(totals(stats), rows, lambda: _histogram(stats), format_, sink, color)

    return CountAction([placement], packed, tally.add, finish)


def to_action(
    here: Placement, there: Placement, format_: OutputFormat, sink: Sink, color: ColorChoice, *, sized: bool
) -> Action:
    """``--to``, ``--to-nodes``, ``--to-down``: what would move; if ``sized``, records tell the sizes of keys."""
    from rvhctl.placement.moving.flows import Flows, FlowsAction

    counter = MoveCounter(here.nodes, there.nodes)
    flows = Flows()

    def finish() -> None:
        moves = flows.moves(counter) if sized else counter.moves()
        rows = map(bucket_row, moves.buckets)
        write_summary(totals(moves), rows, lambda: _moves_view(here.nodes, moves), format_, sink, color)

    def count(pairs: bytes, sizes: Sequence[float]) -> None:
        counter.traffic.add(pairs)
        flows.add(pairs, sizes)

    if sized:
        return FlowsAction(here, there, count, finish)
    return CountAction([here, there], packed_pairs, counter.traffic.add, finish)


class MovesAction(Action):
    """``--moves``: each key that would move, from where to where; if ``sized``, records tell its size."""

    def __init__(
        self,
        here: Placement,
        there: Placement,
        format_: OutputFormat,
        sink: Sink,
        color: ColorChoice,
        *,
        sized: bool,
    ) -> None:
        MoveCounter(here.nodes, there.nodes)  # refuses what cannot be compared
        self._here: Final = here
        self._there: Final = there
        self._numbers: Final = not output_of(format_).text
        self._cells: Final = not output_of(format_).objects
        self._named: Final = bool(here.nodes.ids) or not self._numbers
        self._total = 0
        nodes = ["from_node", "to_node"] if self._named else []
        names = ["key", "from", "to", *nodes, *(["size"] if sized else [])]
        self._writer = RowWriter(names, format_, sink, self._caption, color)

    def add(self, records: Records) -> None:
        self._total += len(records.keys)
        here, there = self._here.buckets(records.keys), self._there.buckets(records.keys)
        rows: Iterable[tuple[Any, ...] | None] = map(self._row, records.keys, here, there)
        if records.sizes:
            rows = (row and (*row, size) for row, size in zip(rows, records.sizes, strict=True))
        self._writer.add([row for row in rows if row is not None])

    def _row(self, key: Key, source: int, target: int) -> tuple[Any, ...] | None:
        """A key that would move; plain text has only names."""
        nodes = self._here.nodes.name_of(source), self._there.nodes.name_of(target)
        if nodes[0] == nodes[1]:
            return None
        buckets = (source, target) if self._numbers else ()
        return (shown(key) if self._cells else key, *buckets, *(nodes if self._named else ()))

    def finish(self) -> None:
        self._writer.finish()

    def _caption(self, rows: int) -> str:
        return f"{rows} of {counted(self._total, 'key')} would move"


class ExplainAction(Action):
    """``--explain``: the probes of each key, and why each was passed over."""

    def __init__(
        self, placement: Placement, replicas: int, format_: OutputFormat, sink: Sink, color: ColorChoice
    ) -> None:
        self._placement: Final = placement
        self._replicas: Final = replicas
        self._json: Final = bool(output_of(format_).objects)
        self._keys = 0
        node = ["node"] if placement.nodes.ids else []
        names = (
            ["key", "h0", "bucket", *node, "replicas", "probes", "scored"]
            if self._json
            else ["key", "step", "hash", "bucket", *node, "verdict"]
        )
        self._writer = RowWriter(names, format_, sink, self._caption, color)

    def add(self, records: Records) -> None:
        self._keys += len(records.keys)
        for key in records.keys:
            explained = self._placement.explain(key, self._replicas)
            if self._json:
                self._writer.add([(key, *explanation(self._placement.nodes, explained).values())])
            else:
                self._writer.add(list(self._steps(key, explained)))

    def _steps(self, key: Key, explained: Explanation) -> Iterator[tuple[Any, ...]]:
        """Steps 0 to 63 are probes; a score stands behind the last one with its r."""
        entry = self._placement.nodes.entry
        for probe in explained.probes:
            yield (shown(key), probe.number, probe.hash, *entry(probe.bucket).values(), probe.verdict)
        for bucket, r in explained.scored.items():
            yield (shown(key), "score", r, *entry(bucket).values(), "taken")

    def finish(self) -> None:
        self._writer.finish()

    def _caption(self, rows: int) -> str:
        return f"{counted(rows, 'step')} of {counted(self._keys, 'key')}"


def _histogram(stats: Stats) -> View:
    """A bar a bucket by its keys, or its load; of many buckets, one for several in a row, with mean, least and most."""
    from rvhctl.formats.shapes import View, columns_of, named_side

    each = max(1, -(-len(stats.buckets) // MOST_BARS))

    def rows() -> Iterator[Row]:
        for first in range(0, len(stats.buckets), each):
            group = stats.buckets[first : first + each]
            names = [str(row.bucket) if row.node is None else row.node for row in (group[0], group[-1])]
            amounts = [row.keys if row.load is None else row.load for row in group]
            mean = sum(amounts) / len(amounts)
            yield {
                "bucket": names[0] if len(group) == 1 else "..".join(names),
                "keys": group[0].keys,
                "load": f"{amounts[0]:.4g}",
                "mean": round(mean, 1),
                "least": min(amounts),
                "most": max(amounts),
                "bar": mean,
            }

    single = ("keys:r",) if stats.load is None else ("keys:r", "load:r")
    numbers = single if each == 1 else ("mean:r", "least:r", "most:r")
    columns = ("bucket", *numbers, "bar:b")
    members = [named_side(column)[0] for column in columns]
    return View(columns, lambda: columns_of(members, rows()), caption=_stats_caption(stats))


def _stats_caption(stats: Stats) -> str:
    """In lines that a narrow terminal shows whole."""
    worst = "" if stats.max_over_mean is None else f", max/mean {stats.max_over_mean:.4g}"
    chance = "" if stats.p_value is None else f", p {stats.p_value:.3g}"
    lines = [
        f"{counted(stats.total, 'key')}, mean {stats.mean:.4g}",
        f"stdev {stats.stdev:.4g}{worst}",
        f"chi-square {stats.chi_square:.4g}{chance}",
    ]
    if stats.fullest is not None:
        lines.append(f"load {stats.load:.4g}, fullest {stats.fullest:.4g} x its fair share")
    return "\n".join(lines)


def _moves_view(here: Buckets, moves: Moves) -> View:
    from rvhctl.formats.shapes import View, columns_of

    names = ("bucket", *(["node"] if here.ids else []), "in", "out")
    if moves.load is not None:
        names = (*names, "in_load", "out_load")
    return View(
        names, lambda: columns_of(names, map(bucket_row, moves.buckets)), caption=moves_caption(moves)
    )


def moves_caption(moves: Moves) -> str:
    """What moves, and what has to, in lines that a narrow terminal shows whole."""
    lines = [
        f"{share_of(moves.moved, moves.total, 'key', 'move')}, {moves.share:.2%}",
        f"no scheme moves less than {moves.least:.2%}",
    ]
    if moves.load is not None:
        lines += [
            f"load {moves.load:.4g}, {moves.moved_load:.4g} of it moves, {moves.load_share:.2%}",
            f"excess over the least {moves.excess:+.2%}",
        ]
    return "\n".join(lines)


def place(nodes: Buckets, buckets: list[int], listed: bool) -> dict[str, Any]:
    """The owner, the first of the buckets, and if ``listed`` all of them as replicas."""
    entries = [nodes.entry(bucket) for bucket in buckets]
    return entries[0] | ({"replicas": entries} if listed else {})


def explanation(nodes: Buckets, explained: Explanation) -> dict[str, Any]:
    """The members of an explanation."""
    return {
        "h0": explained.h0,
        **place(nodes, explained.buckets, True),
        "probes": [
            {
                "probe": probe.number,
                "hash": probe.hash,
                **nodes.entry(probe.bucket),
                "verdict": probe.verdict,
            }
            for probe in explained.probes
        ],
        "scored": [{**nodes.entry(bucket), "r": r} for bucket, r in explained.scored.items()],
    }


def totals(result: Stats | Moves) -> Row:
    """The members that say something of all buckets together."""
    members = {name: getattr(result, name) for name in result.__slots__ if name != "buckets"}
    return {name: value for name, value in members.items() if value is not None or name not in OF_SIZES}


def document(result: Stats | Moves) -> Row:
    """The members of statistics, or of what would move."""
    return totals(result) | {"buckets": list(map(bucket_row, result.buckets))}


def bucket_row(row: BucketCount | BucketMoves) -> Row:
    """The members of one bucket's count, or of its moves."""
    entry = {"bucket": row.bucket} if row.node is None else {"bucket": row.bucket, "node": row.node}
    if isinstance(row, BucketCount):
        load = {} if row.load is None else {"load": row.load}
        return {**entry, "count": row.keys, "share": row.share, **load}
    counts = {**entry, "in": row.entering, "out": row.leaving}
    if row.entering_load is None:
        return counts
    return {**counts, "in_load": row.entering_load, "out_load": row.leaving_load}
