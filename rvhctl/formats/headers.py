"""Which columns of a table are what of a node: by their exact names, or as people call them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from rvhctl.errors import InputError, listed, quoted
from rvhctl.formats.choice import FORMATS, Shape
from rvhctl.formats.rows import (
    DELIMITERS,
    HEAD,
    Rows,
    alike,
    header_cells,
    plain_name,
    separation_of,
)
from rvhctl.formats.shapes import COLUMN_FIELDS, UNITS, Layout
from rvhctl.streams.lines import line_pieces

_UNIT: Final = (
    r"(?:[ _-]?[(\[]?(ms|msec|milliseconds|s|sec|seconds|us|µs|μs|microseconds|ns|nanoseconds)[)\]]?)"
)
_EXPONENTS: Final = {"m": 0, "s": 3, "u": -3, "µ": -3, "μ": -3, "n": -6}

_USUAL: Final = {
    "id": re.compile("host|hostname|name|node|server|target"),
    "lat": re.compile("latitude"),
    "lon": re.compile("lng|long|longitude"),
    "latency": re.compile(f"(?:latency|rtt|ping){_UNIT}?"),
}
"""How people call the columns of these fields."""

_ENDS_IN_UNIT: Final = re.compile(f".*[^a-zµμ]{_UNIT}")


class _Header(NamedTuple):
    """What the columns of a header are."""

    fields: dict[str, int]
    """The columns by the fields that they are."""
    doubtful: dict[str, list[int]]
    """Several columns that may be one field."""


def layout_of(
    text: bytes, source: str, shape: Shape, columns: Mapping[str, str], needed: Collection[str] = ()
) -> Layout:
    """Return how the table at the beginning of a text stands.

    Args:
        columns: the columns by their fields, as the user says; and labels by themselves, which need not be there.
        needed: fields that each node needs; where two columns may be one of these, they are refused.

    Raises:
        InputError: there is no header, or it cannot be understood in one way only.
    """
    delimiter, preamble = separation_of(text, source, shape, _known)
    rows = Rows(line_pieces(text, HEAD), source, delimiter, preamble=preamble)
    stated = {field: rows.column(name) for field, name in columns.items() if field in COLUMN_FIELDS}
    found = _understood(rows.header, stated)
    found.fields.update(_labels(rows, columns.keys() - COLUMN_FIELDS, found.fields))
    for field, places in found.doubtful.items():
        if field in needed:
            raise _several(field, [rows.header[place] for place in places], rows)
    exponent = _exponent(rows.header, found.fields)
    names = _names(rows.header, found.fields)
    comma = delimiter == ";"
    note = _note(rows.header, found.fields, delimiter, exponent, FORMATS[shape].delimiter)
    return Layout(delimiter, rows.header, names, rows.opening, preamble, exponent, comma, note)


def _labels(rows: Rows, labels: Iterable[str], taken: Mapping[str, int]) -> dict[str, int]:
    """Return the columns that are these labels but for case and space."""
    found = {}
    for label in labels:
        places = [] if label in rows.header else alike(rows.header, label)
        if places:
            place = rows.column(label)
            if place not in taken.values():
                found[label] = place
    return found


def names_columns(line: bytes) -> bool:
    """Return whether a line names any column of nodes, by whatever delimiter."""
    text = line[:HEAD].decode("utf-8", "replace")
    return any(delimiter in text and _known(header_cells(text, delimiter)) for delimiter in DELIMITERS)


def _known(header: Sequence[str]) -> Collection[str]:
    return _understood(header, {}).fields


def _understood(header: Sequence[str], stated: Mapping[str, int]) -> _Header:
    """Return what the columns are: as stated, by their exact names, by these in another case, or by usual ones."""
    found = dict(stated)
    doubtful: dict[str, list[int]] = {}
    plain = [plain_name(name) for name in header]
    for is_named in (
        lambda field, place: header[place] == field,
        lambda field, place: plain[place] == field,
        lambda field, place: field in _USUAL and _USUAL[field].fullmatch(plain[place]) is not None,
    ):
        for field in COLUMN_FIELDS:
            if field in found or field in doubtful or (field == "latency" and "samples" in found):
                continue
            taken = set(found.values())
            places = [place for place in range(len(header)) if place not in taken and is_named(field, place)]
            if len(places) == 1:
                found[field] = places[0]
            elif places:
                doubtful[field] = places
    return _Header(found, doubtful)


def _several(field: str, columns: Sequence[str], rows: Rows) -> InputError:
    ways = " or ".join(f"--column {field}={column.strip()}" for column in columns)
    problem = f"{len(columns)} columns may be the {field}: {listed([quoted(column) for column in columns])}"
    return InputError(problem, source=rows.source, line=rows.header_line, hint=f"say {ways}")


def _exponent(header: Sequence[str], fields: Mapping[str, int]) -> int:
    """Return the unit of the latencies by the name of their column, as a power of ten of a millisecond."""
    if "latency" not in fields:
        return 0
    unit = _ENDS_IN_UNIT.fullmatch(plain_name(header[fields["latency"]]))
    if unit is None or unit[1] in ("ms", "msec") or unit[1].startswith("milli"):
        return 0
    return -3 if unit[1].startswith("micro") else _EXPONENTS[unit[1][0]]


def _names(header: Sequence[str], fields: Mapping[str, int]) -> list[str]:
    """Return what records call the columns: the fields that they are, or what they are called, each once."""
    field_at = {place: field for field, place in fields.items()}
    names = [field_at.get(place, name.strip()) for place, name in enumerate(header)]
    times = Counter(names)
    for place, name in enumerate(names):
        while place not in field_at and times[names[place]] > 1:
            times[names[place]] -= 1
            names[place] = header[place] if names[place] == name != header[place] else names[place] + "_"
            times[names[place]] += 1
    return names


def _note(header: Sequence[str], fields: Mapping[str, int], delimiter: str, exponent: int, usual: str) -> str:
    """Say what was understood otherwise than by the letter."""
    said = [
        f"{field} is the column {quoted(header[at])}" for field, at in fields.items() if header[at] != field
    ]
    if exponent:
        said.append(f"latencies are in {UNITS[exponent]}")
    if delimiter != usual:
        said.append(f"columns are separated by {quoted(delimiter)}")
    if delimiter == ";":
        said.append("a comma may be a decimal point")
    return ", ".join(said)
