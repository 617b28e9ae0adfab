"""The results as a text table, as Markdown and as JSON."""

from __future__ import annotations

from statistics import median

from benchmarks.conduct import Measured, Result
from benchmarks.contest import Goal, Program, Role

HEADER = ["contestant", "time", "start", "ratio", "min", "max", "peak MB", "largest MB"]


def table(result: Result) -> list[list[str]]:
    """A line for each contestant, measured or not."""
    return [HEADER] + [line(result, one) for one in result.measured]


def line(result: Result, one: Measured) -> list[str]:
    ratios = ratios_shown(result, one)
    spread = [f"{median(ratios):.2f}", f"{min(ratios):.2f}", f"{max(ratios):.2f}"] if ratios else ["", "", ""]
    return [
        one.contestant.name + (" (floor)" if one.contestant.role is Role.FLOOR else ""),
        duration(one.seconds),
        duration(one.start_seconds),
        *spread,
        megabytes(one.tree_pss),
        megabytes(one.largest_rss),
    ]


def ratios_shown(result: Result, one: Measured) -> list[float]:
    """Of the first contestant to this one, or the other way about if the row asks for that."""
    first = result.find(result.row.contestants[0].name)
    if first is None:
        return []
    if not result.row.timed:
        return [one.tree_pss / first.tree_pss] if one.tree_pss and first.tree_pss else []
    return result.ratios(one, first) if result.row.each_to_first else result.ratios(first, one)


def ratio_means(result: Result) -> str:
    first = result.row.contestants[0].name
    what = "time" if result.row.timed else "peak memory"
    return f"{what} of this / {first}" if result.row.each_to_first else f"{what} of {first} / this"


def duration(seconds: list[float]) -> str:
    if not seconds:
        return ""
    value = median(seconds)
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def megabytes(count: int | None) -> str:
    return f"{count / 1e6:.0f}" if count else ""


def floor_lines(result: Result) -> list[str]:
    """How far contestants are from their floors."""
    return [
        f"distance: {of.contestant.name} takes {median(result.ratios(of, floor)):.2f} x {floor.contestant.name}"
        for floor in result.measured
        if isinstance(floor.contestant, Program)
        and (of := result.find(floor.contestant.floor_of))
        and result.ratios(of, floor)
    ]


def goal_line(result: Result, goal: Goal) -> str:
    reached = result.reached(goal)
    if goal.against is None:
        what, shown = ("peak", ".0f") if goal.unit == "MB" else ("one", ".3g")
        text = f"{goal.of}: {what} <= {goal.at_most:g} {goal.unit}"
        value = f"{reached:{shown}} {goal.unit}" if reached is not None else ""
    elif goal.unit == "MB more":
        text = f"{goal.of} <= {goal.against} and {goal.at_most:g} MB"
        value = f"{reached:.1f} MB more" if reached is not None else ""
    else:
        text = f"{goal.of} <= {goal.at_most:.3g} x {goal.against}"
        value = f"{reached:.2f}" if reached is not None else ""
    if reached is None:
        return f"{text}: not measured"
    return f"{text}: {'met' if reached <= goal.at_most else 'MISSED'} ({value})"


def as_text(result: Result) -> str:
    """For a terminal."""
    lines = [f"{result.row.key}. {result.row.title}"]
    if result.disagreement:
        lines += [f"  NOT TIMED: {result.disagreement}"]
    else:
        lines += [f"  ratio: {ratio_means(result)}", *aligned(table(result))]
    lines += [f"  not measured: {name}: {why}" for name, why in result.not_measured.items()]
    lines += [f"  {line}" for line in floor_lines(result)]
    lines += [f"  goal: {goal_line(result, goal)}" for goal in result.row.goals]
    return "\n".join(lines) + "\n"


def aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        name, *numbers = (
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  " + "  ".join([name, *numbers]).rstrip())
    return lines


def as_markdown(results: list[Result], machine: dict[str, str]) -> str:
    parts = ["# A run of the benchmarks\n"]
    parts += [f"* {name}: {value}" for name, value in machine.items()]
    for result in results:
        parts.append(f"\n## {result.row.key}. {result.row.title}\n")
        if result.disagreement:
            parts.append(f"**Not timed**: {result.disagreement}\n")
        else:
            header, *rows = table(result)
            parts.append(f"Ratio: {ratio_means(result)}.\n")
            parts.append("| " + " | ".join(header) + " |")
            parts.append("|---" + "|---:" * (len(header) - 1) + "|")
            parts += ["| " + " | ".join(row) + " |" for row in rows]
            parts.append("")
        parts += [f"* not measured: {name}: {why}" for name, why in result.not_measured.items()]
        parts += [f"* {line}" for line in floor_lines(result)]
        parts += [f"* goal: {goal_line(result, goal)}" for goal in result.row.goals]
    return "\n".join(parts) + "\n"


def as_json(results: list[Result], machine: dict[str, str]) -> dict[str, object]:
    return {"machine": machine, "rows": [row_as_json(result) for result in results]}


def row_as_json(result: Result) -> dict[str, object]:
    contestants = []
    for one in result.measured:
        ratios = ratios_shown(result, one)
        contestants.append(
            {
                "name": one.contestant.name,
                "role": one.contestant.role.value,
                "seconds": one.seconds,
                "start_seconds": one.start_seconds,
                "ratios": ratios,
                "ratio": {"median": median(ratios), "min": min(ratios), "max": max(ratios)}
                if ratios
                else None,
                "tree_pss_bytes": one.tree_pss,
                "largest_rss_bytes": one.largest_rss,
            }
        )
    return {
        "row": result.row.key,
        "title": result.row.title,
        "ratio_is": ratio_means(result),
        "disagreement": result.disagreement,
        "contestants": contestants,
        "not_measured": result.not_measured,
        "floors": floor_lines(result),
        "goals": [goal_as_json(result, goal) for goal in result.row.goals],
    }


def goal_as_json(result: Result, goal: Goal) -> dict[str, object]:
    reached = result.reached(goal)
    return {
        "of": goal.of,
        "against": goal.against,
        "at_most": goal.at_most,
        "unit": "ratio" if goal.against and goal.unit == "MB" else goal.unit,
        "reached": reached,
        "met": None if reached is None else reached <= goal.at_most,
    }
