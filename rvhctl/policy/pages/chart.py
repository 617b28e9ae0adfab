"""The map of a decision: groups by health, nodes by latency, traffic by share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from rvhctl.core.policy.health import HEALTH
from rvhctl.formats.html.parts import Area, Chart, Dot, Flow
from rvhctl.formats.shapes import cell_text
from rvhctl.formats.wording import counted
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.groups import ByCell
from rvhctl.policy.plan import FleetPlan
from rvhctl.streams.progress import watched


def chart_of(evaluation: Evaluation, plan: FleetPlan | None, ids: Sequence[Any]) -> Chart | None:
    """Return the map; None where no place is known. ``ids`` as they are shown."""
    groups = evaluation.groups
    count = len(evaluation.fleet)
    dots = list(watched(_dots(evaluation, ids), "placing nodes", count, "nodes"))
    if not groups.kind or not dots:
        return None
    areas = watched(_areas(evaluation), f"placing {groups.kind}s", evaluation.group_count, f"{groups.kind}s")
    found = dict(areas)
    numbers = {group: number for number, group in enumerate(found)}
    flows = [] if plan is None else list(_flows(plan, numbers))
    lost_groups, lost_nodes = evaluation.group_count - len(found), count - len(dots)
    lost = [
        *([counted(lost_groups, groups.kind)] if lost_groups else ()),
        *([counted(lost_nodes, "node")] if lost_nodes else ()),
    ]
    verb = "is" if lost_groups + lost_nodes == 1 else "are"
    unplaced = f"{' and '.join(lost)} without coordinates {verb} not on the map." if lost else ""
    if groups.joined:
        unplaced += f" What joined another {groups.kind} has no box of its own."
    return Chart(groups.kind, list(found.values()), dots, flows, unplaced.strip())


def _dots(evaluation: Evaluation, ids: Sequence[Any]) -> Iterator[Dot]:
    """The nodes whose coordinates are known."""
    fleet = evaluation.fleet
    for node_id, lat, lon, latency, kept in zip(
        ids, fleet.lats, fleet.lons, evaluation.latencies, evaluation.kept, strict=False
    ):
        if lat == lat and lon == lon:
            yield Dot(cell_text(node_id), lat, lon, latency, bool(kept))


def _areas(evaluation: Evaluation) -> Iterator[tuple[int, Area]]:
    """The groups whose place is known, with their numbers."""
    groups = evaluation.groups
    places = groups.places()
    height, width = _size(groups.precision) if isinstance(groups, ByCell) else (0.0, 0.0)
    sizes = [end - start for start, end in pairwise(evaluation.starts)]
    serving = [end - start for start, end in pairwise(evaluation.answer_starts)]
    for group, name in enumerate(evaluation.names):
        if places.find(group):
            health = HEALTH[evaluation.health_codes[group]]
            yield (
                group,
                Area(
                    name or "",
                    health,
                    sizes[group],
                    serving[group],
                    places.lat,
                    places.lon,
                    height,
                    width,
                ),
            )


def _size(precision: int) -> tuple[float, float]:
    """Degrees from south to north and from west to east of a cell."""
    rows = 5 * precision // 2
    return 180 / 2**rows, 360 / 2 ** (5 * precision - rows)


def _flows(plan: FleetPlan, numbers: dict[int, int]) -> Iterator[Flow]:
    """The traffic that another group serves, where both places are known; groups have these numbers."""
    for group, (start, end) in enumerate(pairwise(plan.starts)):
        for at in range(start, end):
            server = plan.servers[at]
            if server != group and group in numbers and server in numbers:
                yield Flow(numbers[group], numbers[server], float(plan.share(at)))
