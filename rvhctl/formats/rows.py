"""The rows of CSV and TSV as they are read, each with its line and its own bytes."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from rvhctl.errors import InputError, listed, quoted, shorten
from rvhctl.formats import jsontext
from rvhctl.formats.choice import FORMATS, Shape

# One id may be long, so the default limit of 131,072 characters is no limit of ours; but where a quote never ends,
# or a line, memory is to.
csv.field_size_limit(1 << 24)


HEAD: Final = 1 << 16
"""Bytes that are read for a header at a time."""

DELIMITERS: Final = (",", ";", "|", "\t")
"""What may stand between the columns of CSV."""

_PREAMBLE: Final = re.compile(rb'"?sep=([\x01-\x7e])"?\r?\n')
"""Names the delimiter, as spreadsheets have it."""


_OTHER: Final = {".": ",", ",": "."}
_NAMES: Final = {".": "point", ",": "comma"}

_DECIMAL: Final = re.compile(
    r"[-+]?(?:(?P<thousands>[1-9]\d{0,2}(?=[.,]\d{3}(?![\d.,])))|\d+"
    r"|[1-9]\d{0,2}(?:(?:\.\d{3})+(?=,)|(?:,\d{3})+(?=\.)))(?P<mark>[.,])\d+(?![\d.,eE])",
    re.ASCII,
)
"""A number with a decimal point or comma, unless it stands between ``thousands``."""

_UNIT: Final = re.compile(r"\s*(?:[^\W\d_]{0,4}|\W)")
"""What may stand behind a number: ``ms``, ``GB``, ``%``."""

# The first of each is found fast, as it begins with what it is found by.
_MAYBE_COMMA: Final = re.compile(rb",\d")
_MAYBE_POINT: Final = (re.compile(rb"\.\d"), re.compile(rb"(?<![\w.])\d+\.\d+(?![\d.,])"))
_MAYBE_THOUSANDS: Final = {
    mark: (
        re.compile(rb"%b\d{3}(?![\d.,])" % mark),
        re.compile(rb"(?<![\d.,])[1-9]\d{0,2}%b\d{3}(?![\d.,])" % mark),
    )
    for mark in (rb"\.", b",")
}
COMMAS, THOUSANDS, POINTS, COMMA_THOUSANDS = 1, 2, 4, 8
"""What a text may hold: numbers with decimal commas, with points between thousands, and the other way round."""


class Row(NamedTuple):
    """One row of a CSV text."""

    fields: list[str]
    raw: bytes
    """Its own bytes, without the line end."""
    line: int
    """The line it starts on, from 1."""


class Separation(NamedTuple):
    """What separates the columns of a table."""

    delimiter: str
    preamble: bool
    """Whether a line before the header says so."""


class Rows:
    """The rows of a CSV text that comes in blocks of whole lines; the header is read first."""

    def __init__(
        self, blocks: Iterable[bytes], source: str, delimiter: str, *, preamble: bool = False
    ) -> None:
        """``preamble``: a line stands before the header.

        Raises:
            InputError: the header is no CSV or no UTF-8, or a named column is there twice.
        """
        self.source = source
        self.delimiter = delimiter
        self.preamble = preamble
        self.name = "TSV" if delimiter == "\t" else "CSV"
        self._lines = _Lines(blocks)
        self._reader = csv.reader(self._lines, delimiter=delimiter, strict=True)
        self.next_line = 1
        """Of the row that comes next."""
        above = next(iter(self), None) if preamble else None
        first = next(iter(self), None)
        self.header: list[str] = []
        self.header_text = b""
        self.header_line = 1
        if first is not None:
            self.header = first.fields
            self.header_text = first.raw
            self.header_line = first.line
            self._check_utf8(first)
        self.opening = b"".join(row.raw + b"\n" for row in (above, first) if row is not None)
        """The lines before the first row."""
        twice = next(
            (name for name, count in Counter(self.header).items() if count > 1 and name.strip()), None
        )
        if twice is not None:
            raise InputError(
                f"the column {quoted(twice)} is there twice", source=source, line=self.header_line
            )

    def __iter__(self) -> Iterator[Row]:
        while True:
            line = self.next_line
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise InputError(f"not {self.name}: {error}", source=self.source, line=line) from None
            raw = "".join(self._lines.taken).rstrip("\r\n")
            self._lines.taken.clear()
            self.next_line = self._reader.line_num + 1
            if fields:
                yield Row(fields, raw.encode("utf-8", "surrogateescape"), line)

    def body_start(self, text: bytes) -> int:
        """Return where the line of the header ends in the text that it was read from."""
        return text.find(self.header_text) + len(self.header_text)

    def row(self, raw: bytes, line: int) -> Row:
        """Return a row that was found elsewhere, at this line.

        Raises:
            InputError: it is no CSV.
        """
        lines = _Lines([raw])
        try:
            row = Row(next(csv.reader(lines, delimiter=self.delimiter, strict=True)), raw, line)
        except csv.Error as error:
            raise InputError(f"not {self.name}: {error}", source=self.source, line=line) from None
        self._lines.all_utf8 &= lines.all_utf8
        return row

    @property
    def drained(self) -> bool:
        """The next row needs another block, for which it may have to wait."""
        return not self._lines.left

    def column(self, name: str) -> int:
        """Where that column stands: by the letter, else without regard to case and space.

        Raises:
            InputError: it does not.
        """
        if name in self.header:
            return self.header.index(name)
        places = alike(self.header, name)
        if len(places) == 1:
            return places[0]
        raise InputError(
            f"the {self.name} header has no column {quoted(name)}",
            source=self.source,
            line=self.header_line,
            hint=f"its columns: {listed([*map(shorten, self.header)])}",
        )

    def check(self, row: Row) -> None:
        """
        Raises:
            InputError: the row is no UTF-8, or has fewer or more fields than the header.
        """
        self._check_utf8(row)
        if len(row.fields) != len(self.header):
            raise InputError(
                f"the row has {len(row.fields)} fields, the header {len(self.header)}",
                source=self.source,
                line=row.line,
            )

    def _check_utf8(self, row: Row) -> None:
        if self._lines.all_utf8:
            return
        jsontext.decode_utf8(row.raw, self.source, row.line)


class Points:
    """Holds the numbers of a table to one meaning of a point and of a comma, where both may be the decimal one.

    ``1.234`` is 1234 where points stand between thousands, as they may where other numbers have a decimal comma;
    ``1,234`` is so where others have a decimal point. What others of the same column have settles it, else any number
    of the table says that it is in doubt.
    """

    def __init__(
        self, rows: Rows, columns: Iterable[int], small: Collection[int], others: Iterable[int]
    ) -> None:
        """``columns``: those of numbers; ``small``: those of them that know no thousands; ``others``: of anything."""
        self._rows = rows
        self._columns = [(at, at in small) for at in columns]
        self._others = [*others]
        self._found: dict[str, dict[int, str]] = {".": {}, ",": {}}
        """The first decimal number of each column, by its mark."""
        self._settled: set[tuple[str, int]] = set()
        """Marks and columns in which that mark can be nothing else."""
        self._doubtful: dict[tuple[str, int], Row] = {}

    def add(self, row: Row) -> None:
        """Look at the numbers of a row."""
        for at, small in self._columns:
            found = _DECIMAL.match(row.fields[at].strip())
            if found is None:
                continue
            mark = found["mark"]
            doubtful = found["thousands"] is not None and not small
            if doubtful:
                self._doubtful.setdefault((mark, at), row)
            else:
                self._settled.add((mark, at))
            if mark == "," or not doubtful:
                self._note(found, at, row)
        lacking = [mark for mark, first in self._found.items() if not first]
        for at in self._others if lacking else ():
            cell = row.fields[at].strip()
            found = _DECIMAL.match(cell) if any(mark in cell for mark in lacking) else None
            if found and found["thousands"] is None and _UNIT.fullmatch(cell, found.end()):
                self._note(found, at, row)

    def _note(self, found: re.Match[str], at: int, row: Row) -> None:
        first = self._found[found["mark"]]
        if at not in first:
            first[at] = f"{found[0]} in line {row.line}"

    def check(self) -> None:
        """Judge all rows together.

        Raises:
            InputError: one number has a decimal comma, and the point of another may be none; or the other way round.
        """
        for (mark, at), row in self._doubtful.items():
            others = self._found[_OTHER[mark]]
            if at in others or (others and (mark, at) not in self._settled):
                raise self._refused(row, at, mark, others.get(at) or next(iter(others.values())))

    def _refused(self, row: Row, at: int, mark: str, evidence: str) -> InputError:
        text, other = row.fields[at].strip(), _OTHER[mark]
        decimal, whole = text.replace(mark, other), text.replace(mark, "")
        return InputError(
            f"{quoted(self._rows.header[at])} may be {decimal} or {whole}, "
            f"as {evidence} has a decimal {_NAMES[other]}",
            source=self._rows.source,
            line=row.line,
            column=field_start(row.raw.decode("utf-8", "replace"), at, self._rows.delimiter),
            value=text,
            hint=f"write the one that it is, the first as {decimal}",
        )


def decimal_in(text: str, comma: bool) -> float | None:
    """Return the number of a cell, None if it is none; ``comma``: it may have a decimal comma."""
    number = text.replace(",", ".") if comma and "." not in text else text
    return float(number) if jsontext.NUMBER.fullmatch(number) else None


def numbers_in(text: bytes) -> int:
    """Return bits of what a text may hold: the first two together may mean something else, and so the last two."""
    bits = COMMAS if _MAYBE_COMMA.search(text) else 0
    for bit, mark in ((THOUSANDS, rb"\."), (COMMA_THOUSANDS, b",")):
        bits |= bit if all(pattern.search(text) for pattern in _MAYBE_THOUSANDS[mark]) else 0
    point, number = _MAYBE_POINT
    # Looking at every number takes long, and is worth it only here.
    if point.search(text) and (not bits & COMMA_THOUSANDS or number.search(text)):
        bits |= POINTS
    return bits


class _Lines:
    """The lines of blocks, each with its line end; bytes that are no UTF-8 become lone surrogates."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._text = io.StringIO()
        self.left = 0
        """Characters of the block that are still to come."""
        self.all_utf8 = True
        """No block so far has other bytes."""
        self.taken: list[str] = []
        """The lines since the owner cleared them."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while not self.left:
            self._take(next(self._blocks))
        line = next(self._text)
        self.left -= len(line)
        self.taken.append(line)
        return line

    def _take(self, block: bytes) -> None:
        try:
            text = block.decode()
        except UnicodeDecodeError:
            self.all_utf8 = False
            text = block.decode("utf-8", "surrogateescape")
        self._text = io.StringIO(text, newline="")
        self.left = len(text)


def separation_of(
    text: bytes, source: str, shape: Shape, known: Callable[[list[str]], Collection[str]]
) -> Separation:
    """Return what separates the columns: what a first line says, else that by which most of them are known.

    Args:
        known: the columns of a header that it is known by.

    Raises:
        InputError: it may be several.
    """
    preamble = _PREAMBLE.match(text)
    if preamble:
        return Separation(preamble[1].decode(), True)
    usual = FORMATS[shape].delimiter
    line = text[:HEAD].lstrip(b"\r\n").partition(b"\n")[0].strip(b"\r").decode("utf-8", "replace")
    there = [delimiter for delimiter in DELIMITERS if delimiter in line]
    if usual not in there:
        there.append(usual)
    if usual == "\t" or len(there) == 1:
        return Separation(usual, False)
    cells = {delimiter: known(header_cells(line, delimiter)) for delimiter in there}
    return Separation(_likely(cells, source), False)


def _likely(known: Mapping[str, Collection[str]], source: str) -> str:
    """Return the delimiter by which most columns are known."""
    best = max(map(len, known.values()))
    likely = [delimiter for delimiter in known if len(known[delimiter]) == best]
    if best == 0:
        return likely[0]
    if len(likely) > 1:
        readings = " or ".join(f"{quoted(one)} (then {listed(known[one])} is known)" for one in likely)
        hint = "name it in a first line such as sep=;"
        raise InputError(f"the columns may be separated by {readings}", source=source, line=1, hint=hint)
    return likely[0]


def header_cells(line: str, delimiter: str) -> list[str]:
    """Return the names in the line of a header; none, if it is no CSV."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def split_row(row: bytes, delimiter: str) -> list[str]:
    """The fields of one row."""
    return next(csv.reader(io.StringIO(row.decode(), newline=""), delimiter=delimiter))


def join_rows(names: Sequence[str], rows: Sequence[Sequence[object]], *, delimiter: str) -> bytes:
    """Return rows of values, without their header."""
    text = _joined(rows, delimiter, "\n")
    if "\r" in text:
        # A carriage return would end a line when it is read, but is quoted only if the line's end has one.
        text = "".join(_joined([row], delimiter, "\r\n").removesuffix("\r\n") + "\n" for row in rows)
    return text.encode()


def _joined(rows: Sequence[Sequence[object]], delimiter: str, end: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def plain_name(name: str) -> str:
    """Return the name of a column as names are compared where none is there by the letter."""
    return name.strip().lower()


def alike(header: Iterable[str], name: str) -> list[int]:
    """Return the columns that have a name without regard to case and space."""
    return [place for place, column in enumerate(header) if plain_name(column) == plain_name(name)]


def field_start(row: str, index: int, delimiter: str) -> int:
    """The column, from 1, at which a field of a row begins."""
    quoted = False
    for at, character in enumerate(row):
        if index == 0:
            return at + 1
        if character == '"':
            quoted = not quoted
        elif character == delimiter and not quoted:
            index -= 1
    return len(row) + 1
