"""Views as tables of HTML: the first rows of many, and how many more there are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from rvhctl.formats.html.text import element, text
from rvhctl.formats.shapes import IdList, View, cell_text
from rvhctl.formats.wording import aligned, counted

MOST_ROWS: Final = 2000
"""Rows of a table: of 100,000 nodes nobody reads each, and a browser would take long to draw them."""
MOST_IDS: Final = 20
"""Ids in a cell of a table."""
LONGEST_WHOLE: Final = 64
"""Characters of an id that no line breaks in two, a label of DNS among them; a longer one would hide other columns."""

BAD: Final = {
    ("health", "degraded"): "degraded",
    ("health", "down"): "down",
    ("reason", "down"): "down",
    ("reason", "dropped_by_safeguard"): "down",
    ("reason", "damped"): "degraded",
    ("reason", "kept_by_safeguard"): "degraded",
}
"""The class of a value in a column: what needs a look."""
NUMBERS: Final = frozenset({int, float})


def table(view: View, options: str) -> str:
    """Return a view as a table, in the order in which people see it; with ``options`` a run says all of a long one."""
    view = view.for_people()
    names, parts, count = _first_rows(view)
    sides = [column.partition(":")[2] for column in view.columns]
    numeric = [side == "r" or _all_numbers(values) for side, values in zip(sides, parts, strict=True)]
    head = "".join(
        f'<th scope="col"{_classes("number" if right else "")}>{text(name)}</th>'
        for name, right in zip(names, numeric, strict=True)
    )
    columns = [
        [
            _cell(marked, "number" if right else "short" * bool(side), _bad(name, value), first=not at)
            for value, marked in zip(values, _marked(values), strict=True)
        ]
        for at, (name, side, values, right) in enumerate(zip(names, sides, parts, numeric, strict=True))
    ]
    rows = "".join(f"<tr>{''.join(cells)}</tr>\n" for cells in zip(*columns, strict=True))
    left = count - MOST_ROWS
    rest = f"{counted(left, 'row')} more {'is' if left == 1 else 'are'} not on this page; {options} has them all."
    below = f'<p class="rest">{text(rest)}</p>' if left > 0 else ""
    caption = "<br>".join(map(text, view.caption.split("\n")))
    above = f"<caption>{caption}</caption>\n"
    return f"<table>{above}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>{below}"


def _first_rows(view: View) -> tuple[Sequence[str], list[list[Any]], int]:
    """The names of the columns, their first values, and how many rows there are."""
    parts: list[list[Any]] = [[] for _ in view.columns]
    count = 0
    for piece in view.pieces():
        if (room := MOST_ROWS - count) > 0:
            for part, values in zip(parts, piece, strict=True):
                part.extend(islice(values, room))
        elif view.count is not None:
            return view.names, parts, view.count
        count += len(piece[0])
    return view.names, parts, count


def _all_numbers(values: Sequence[Any]) -> bool:
    return bool(values) and set(map(type, values)) <= NUMBERS


def _marked(values: Sequence[Any]) -> Sequence[str]:
    """The cells as markup; numbers with a fraction have the same count of decimals."""
    if float in map(type, values):
        return list(
            map(text, aligned(value if isinstance(value, float | int) else math.nan for value in values))
        )
    return [_few(value) if isinstance(value, IdList | list) else _whole(cell_text(value)) for value in values]


def _few(values: IdList | list[Any]) -> str:
    """The first parts of a list, and how many more there are."""
    said = [cell_text([value]) for value in islice(values, MOST_IDS)]
    said += [f"+{len(values) - MOST_IDS}"] if len(values) > MOST_IDS else []
    return " ".join([*(_whole(f"{part},") for part in said[:-1]), *map(_whole, said[-1:])])


def _whole(said: str) -> str:
    """A word that stays on one line, wherever it has hyphens; a long one is broken where the line ends."""
    if not said or said.rstrip(",").isalnum() or len(said) > LONGEST_WHOLE:
        return text(said)
    return element("span", text(said))


def _bad(name: str, value: Any) -> str | None:
    return BAD.get((name, value)) if isinstance(value, str) else None


def _cell(marked: str, *classes: str | None, first: bool) -> str:
    if first:
        return f'<th scope="row">{marked}</th>'
    return f"<td{_classes(*classes)}>{marked}</td>"


def _classes(*names: str | None) -> str:
    said = " ".join(filter(None, names))
    return f' class="{said}"' if said else ""
