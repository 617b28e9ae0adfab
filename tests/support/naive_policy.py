"""The evaluation of a fleet said again, word for word and in no hurry: what the core is compared with.

Nodes are dicts with id, latency (None: no measurement) and, where wanted, lat, lon, samples, state, weight.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"

Node = dict[str, Any]


def share(text: str) -> Fraction:
    return Fraction(text.rstrip("%")) / 100


def latency_of(node: Node, aggregate: str | None) -> float | None:
    samples = sorted(sample for sample in node.get("samples") or [] if sample is not None)
    if "latency" in node and (aggregate is None or not node.get("samples")):
        return node["latency"]
    if not samples:
        return None
    count = len(samples)
    match aggregate or "median":
        case "median":
            middle = count // 2
            return samples[middle] if count % 2 else (samples[middle - 1] + samples[middle]) / 2
        case "mean":
            return math.fsum(samples) / count
        case "min":
            return samples[0]
        case "max":
            return samples[-1]
        case "p95":
            return samples[math.ceil(Fraction(95, 100) * count) - 1]
        case _:
            return samples[math.ceil(Fraction(99, 100) * count) - 1]


def too_lossy(node: Node, max_loss: str | None) -> bool:
    samples = node.get("samples") or []
    if max_loss is None or not samples:
        return False
    return Fraction(sum(sample is None for sample in samples), len(samples)) > share(max_loss)


def before_limits(node: Node, latency: float | None, max_loss: str | None) -> str:
    if node.get("state") in ("down", "drain"):
        return node["state"]
    if latency is None:
        return "no_measurement"
    return "loss" if too_lossy(node, max_loss) else ""


def bits_of(lat: float, lon: float, precision: int) -> tuple[int, int]:
    """Row from the south and column from the west."""
    rows, columns = 5 * precision // 2, (5 * precision + 1) // 2
    row = math.floor((Fraction(lat) + 90) * 2**rows / 180)
    column = math.floor((Fraction(lon) + 180) * 2**columns / 360)
    return min(row, 2**rows - 1), min(column, 2**columns - 1)


def name_of(row: int, column: int, precision: int) -> str:
    rows, columns = 5 * precision // 2, (5 * precision + 1) // 2
    lat_bits, lon_bits = f"{row:0{rows}b}" if rows else "", f"{column:0{columns}b}"
    bits = "".join(lon_bits[k // 2] if k % 2 == 0 else lat_bits[k // 2] for k in range(5 * precision))
    return "".join(ALPHABET[int(bits[k : k + 5], 2)] for k in range(0, len(bits), 5))


def centre(row: int, column: int, precision: int) -> tuple[float, float]:
    rows, columns = 5 * precision // 2, (5 * precision + 1) // 2
    return (
        float(Fraction(2 * row + 1, 2 ** (rows + 1)) * 180 - 90),
        float(Fraction(2 * column + 1, 2 ** (columns + 1)) * 360 - 180),
    )


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    degrees = abs(one[1] - other[1])
    degrees = min(degrees, 360 - degrees)
    a = (
        math.sin(math.radians(other[0] - one[0]) / 2) ** 2
        + math.cos(math.radians(one[0]))
        * math.cos(math.radians(other[0]))
        * math.sin(math.radians(degrees) / 2) ** 2
    )
    return 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(a)))


def metres(one: tuple[float, float], other: tuple[float, float]) -> int:
    return round(kilometres(one, other) * 1000)


def join(
    cells: dict[tuple[int, int], list[int]], precision: int, minimum: int
) -> dict[tuple[int, int], list]:
    """Groups by the cell that names them: the cells and the nodes of each."""
    rows, columns = 2 ** (5 * precision // 2), 2 ** ((5 * precision + 1) // 2)
    seen = list(cells)
    groups = {cell: [[cell], list(nodes)] for cell, nodes in cells.items()}
    while True:
        small = sorted(
            (len(nodes), seen.index(name), name)
            for name, (_, nodes) in groups.items()
            if len(nodes) < minimum
        )
        for _, _, name in small:
            found = []
            for row, column in groups[name][0]:
                for north in (-1, 0, 1):
                    for east in (-1, 0, 1):
                        other = (row + north, (column + east) % columns)
                        if 0 <= other[0] < rows and other in cells and other not in groups[name][0]:
                            distance = metres(centre(row, column, precision), centre(*other, precision))
                            found.append((distance, seen.index(other), other))
            if found:
                target = next(key for key, (members, _) in groups.items() if min(found)[2] in members)
                members, nodes = groups.pop(name)
                groups[target][0] += members
                groups[target][1] = sorted(groups[target][1] + nodes)
                break
        else:
            return groups


def centroid(nodes: list[Node]) -> tuple[float, float] | None:
    """The mean on the unit sphere of those with coordinates."""
    points = [
        (math.radians(node["lat"]), math.radians(node["lon"]))
        for node in nodes
        if node.get("lat") is not None
    ]
    x = sum(math.cos(lat) * math.cos(lon) for lat, lon in points)
    y = sum(math.cos(lat) * math.sin(lon) for lat, lon in points)
    z = sum(math.sin(lat) for lat, _ in points)
    if math.hypot(x, y, z) <= 1e-9 * len(points):
        return None
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def join_labels(groups: dict[Any, list[int]], nodes: list[Node], minimum: int) -> dict[Any, list[int]]:
    """Groups by the labels that name them."""
    seen = list(groups)
    where = {name: centroid([nodes[row] for row in rows]) for name, rows in groups.items()}
    merged = {name: [[name], rows] for name, rows in groups.items()}
    while True:
        small = sorted(
            (len(rows), seen.index(name), name) for name, (_, rows) in merged.items() if len(rows) < minimum
        )
        for _, _, name in small:
            found = []
            for part in merged[name][0]:
                for other in seen:
                    if other not in merged[name][0] and where[part] and where[other]:
                        found.append((metres(where[part], where[other]), seen.index(other), other))
            if found:
                target = next(key for key, (parts, _) in merged.items() if min(found)[2] in parts)
                parts, rows = merged.pop(name)
                merged[target][0] += parts
                merged[target][1] = sorted(merged[target][1] + rows)
                break
        else:
            return {name: rows for name, (_, rows) in merged.items()}


def name_of_labels(values: tuple[str, ...]) -> str:
    if len(values) == 1:
        return values[0]
    return "/".join(json.dumps(value) if "/" in value or value.startswith('"') else value for value in values)


def evaluate(
    nodes: list[Node],
    *,
    precision: int | None = None,
    by_label: bool = False,
    memory: Any = None,
    **options: Any,
) -> list[dict]:
    """A dict a group: cell, health, limit, nodes, fit, answer (rows); and reason and kept by row.

    ``memory`` maps an id to [fit, good rounds, bad rounds], and is brought forward in place.
    """
    latencies = [latency_of(node, options.get("aggregate")) for node in nodes]
    if by_label:
        labels: dict[Any, list[int]] = {}
        for row, node in enumerate(nodes):
            labels.setdefault(node["labels"], []).append(row)
        joined = join_labels(labels, nodes, options.get("merge_below") or 1)
        groups = {name_of_labels(name): rows for name, rows in joined.items()}
    elif precision is None:
        groups: dict[str | None, list[int]] = {None: list(range(len(nodes)))}
    else:
        cells: dict[tuple[int, int], list[int]] = {}
        for row, node in enumerate(nodes):
            cells.setdefault(bits_of(node["lat"], node["lon"], precision), []).append(row)
        joined = join(cells, precision, options.get("merge_below") or 1)
        groups = {name_of(*name, precision): rows for name, (_, rows) in joined.items()}
    return [group(nodes, latencies, name, rows, memory=memory, **options) for name, rows in groups.items()]


def group(
    nodes: list[Node],
    latencies: list[float | None],
    name: str | None,
    rows: list[int],
    *,
    memory: Any,
    threshold: float | None = None,
    relative: float | None = None,
    floor: float | None = None,
    max_loss: str | None = None,
    min_survivors: int | str = 1,
    max_ejection: str | None = None,
    on_degraded: str = "keep",
    on_down: str | None = None,
    rise: int = 2,
    fall: int = 3,
    hysteresis: str = "10%",
    **_: Any,
) -> dict:
    reason = {row: before_limits(nodes[row], latencies[row], max_loss) for row in rows}
    ascending = sorted(rows, key=lambda row: (latencies[row] is None, latencies[row] or 0.0))
    able = [row for row in ascending if not reason[row]]
    limit = threshold
    if relative is not None and able:
        middle = len(able) // 2
        low, high = latencies[able[middle - 1]], latencies[able[middle]]
        median = high if len(able) % 2 else (low + high) / 2
        limit = max(relative * median, floor or 0.0)
        limit = limit if threshold is None else min(threshold, limit)
    for row in able:
        if threshold is not None and latencies[row] > threshold:
            reason[row] = "over_threshold"
        elif latencies[row] > limit:
            reason[row] = "over_relative"
    fit = {row for row in rows if not reason[row]}
    raw = set(fit)
    if memory is not None:
        fit = {
            row
            for row in rows
            if remembered(
                nodes[row]["id"], reason[row], latencies[row], limit, memory, rise, fall, hysteresis
            )
        }
    for row in rows:
        if (row in fit) != (row in raw):
            reason[row] = "damped"

    need = math.ceil(share(min_survivors) * len(rows)) if isinstance(min_survivors, str) else min_survivors
    health = "down" if not fit else "degraded" if len(fit) < need else "healthy"

    answer = set(fit)
    if max_ejection is not None:
        ejected = [row for row in able if row not in fit]
        may = min(math.floor(share(max_ejection) * len(able)), len(able) - 1)
        answer |= set(ejected[: max(0, len(ejected) - may)])
    everyone = {row for row in rows if latencies[row] is not None and nodes[row].get("state", "up") == "up"}
    if health == "degraded" and on_degraded != "keep":
        answer = everyone if on_degraded == "all" else set()
    if health == "down" and on_down is not None:
        answer = everyone if on_down == "all" else set()
    for row in rows:
        if row in answer and row not in fit:
            reason[row] = "kept_by_safeguard"
        if row in fit and row not in answer:
            reason[row] = "dropped_by_safeguard"
    return {
        "cell": name,
        "health": health,
        "limit": limit,
        "nodes": ascending,
        "fit": [row for row in ascending if row in fit],
        "answer": [row for row in ascending if row in answer],
        "reason": {row: reason[row] or None for row in rows},
    }


def remembered(
    node: str, reason: str, latency: float | None, limit: float, memory: dict, rise: int, fall: int, band: str
) -> bool:
    """Whether a node is in after this round, by two counters as the usual health checks keep them."""
    good = not reason
    bad = reason in ("no_measurement", "loss") or (
        not good and None not in (latency, limit) and latency > limit * (1 + float(share(band)))
    )
    if node not in memory:
        if latency is not None:
            memory[node] = [good, 0, 0]
        return good
    entry = memory[node]
    if reason in ("down", "drain"):
        entry[:] = [False, 0, 0]
        return False
    if good:
        entry[1:] = [entry[1] + 1, 0]
    elif bad:
        entry[1:] = [0, entry[2] + 1]
    if entry[0] and bad and entry[2] >= fall:
        entry[0] = False
    elif not entry[0] and good and entry[1] >= rise:
        entry[0] = True
    return entry[0]


def healths(groups: list[dict], nodes: list[Node]) -> list[int]:
    found = []
    for one in groups:
        weights = {row: nodes[row].get("weight") or 1 for row in one["nodes"]}
        fit = sum(weights[row] for row in one["fit"])
        found.append(min(100, math.floor(140 * fit / sum(weights.values()) + 1e-9)))
    return found


def centres_of(groups: list[dict], precision: int) -> list[tuple[float, float]]:
    centres = []
    for one in groups:
        value = 0
        for letter in one["cell"]:
            value = value * 32 + ALPHABET.index(letter)
        bits = f"{value:0{5 * precision}b}"
        centres.append(centre(int(bits[1::2] or "0", 2), int(bits[0::2], 2), precision))
    return centres


def plan(
    groups: list[dict], nodes: list[Node], centres: Sequence[tuple[float, float] | None], nearest: int
) -> list[list[tuple[str, int]]]:
    """For each group, pairs of a cell and its share."""
    health = healths(groups, nodes)
    plans = []
    for at, one in enumerate(groups):
        others = sorted(
            (metres(centres[at], centres[other]) if centres[at] and centres[other] else math.inf, other)
            for other in range(len(groups))
            if other != at and groups[other]["health"] == "healthy"
        )
        levels = [at, *(other for _, other in others[:nearest])]
        total = min(100, sum(health[level] for level in levels))
        if total == 0:
            plans.append([(one["cell"], 100)] if one["answer"] else [])
            continue
        left, loads = 100, []
        for level in levels:
            load = min(left, health[level] * 100 // total)
            loads.append(load)
            left -= load
        first = next(place for place, level in enumerate(levels) if health[level] > 0)
        loads[first] += left
        plans.append(
            [(groups[level]["cell"], load) for level, load in zip(levels, loads, strict=True) if load]
        )
    return plans
