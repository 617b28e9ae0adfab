"""Cells and rows of CSV, as objects and from columns: beside them stand Python's ``csv`` and ``decimal``."""

from __future__ import annotations

import csv
import io
import math
from decimal import Decimal, InvalidOperation

import orjson
from librt.strings import BytesWriter
from support.naive_scans import NONE, library_rows

from fuzz.target import Given, target
from rvhctl.core.csv.cells import bare_end, cell_end, quoted_end, row_end, skip_line_end, skip_line_ends
from rvhctl.core.csv.numbers import UNITS, number_in
from rvhctl.core.csv.objects import NULL_OR_LEFT, NUMBER, TEXT, WORD, ObjectToRow, RowToObject, copy_cell
from rvhctl.core.csv.rows import join_cells
from rvhctl.core.json.skip import UNUSUAL
from rvhctl.formats import csv as rows_module
from rvhctl.formats.shapes import cell_text, plain_layout

TABLE = ('"', '""', ",", ";", "\t", "\n", "\r", "\r\n", '"\n"', "é", b"\xff", b"\xed\xa0\x80", "\\", "1.5")
DELIMITERS = ",\t;|"
KINDS = {"id": TEXT, "lat": NUMBER, "samples": NULL_OR_LEFT, "state": WORD}


@target(*TABLE)
def csv_cells(data: bytes) -> object:
    """Where cells and rows end."""
    given = Given(data)
    delimiter = given.one_of(*DELIMITERS)
    text = given.text()
    ends = []
    for end in (cell_end, bare_end):
        try:
            ends.append(end(text, 0, ord(delimiter)))
        except IndexError:
            ends.append(UNUSUAL)
    try:
        ends.append(quoted_end(text, 0))
    except IndexError:
        ends.append(UNUSUAL)
    stops = [at for at, c in enumerate(text) if c < 32 or c > 126 or chr(c) in delimiter + '"\\']
    assert ends[0] == (stops[0] if stops else UNUSUAL)
    if ends[1] != UNUSUAL:
        assert read(text[: ends[1]].decode(), delimiter) in ([[text[: ends[1]].decode()]], [])
    if ends[2] != UNUSUAL:
        cell = text[: ends[2]].decode()
        assert read(f'"{cell}"', delimiter) == [[cell.replace('""', '"')]]
    ends.append(row_end(text, 0, ord(delimiter)))
    rows = library_rows(text, delimiter) if __debug__ else iter(())
    if not text.startswith((b"\r", b"\n")) and b"\0" not in text and (row := next(rows, None)) is not None:
        assert ends[3] == len(row[1]) or row[1].endswith(b'"'), (ends, row)
        assert text[ends[3] :][:1] in (b"", b"\r", b"\n")
    ends += [skip_line_end(text, 0), skip_line_ends(text, 0)]
    assert text[: ends[4]] in (b"", b"\r", b"\n", b"\r\n")
    assert ends[5] == len(text) - len(text.lstrip(b"\r\n"))
    return ends


def read(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


@target(
    "ms",
    " s",
    "us",
    "µs",
    "ns",
    "n/a",
    "NaN",
    "\u2013",
    ",",
    ".",
    "e-3",
    "E+",
    "-",
    "+",
    "1_0",
    "inf",
    longest=60,
)
def csv_numbers(data: bytes) -> object:
    """A number as people write it, rounded once."""
    given = Given(data)
    exponent, comma, has_unit = given.one_of(0, 3, -3, -6), given.flag(), given.flag()
    cell = given.text()
    try:
        number = number_in(cell, exponent, comma, has_unit)
    except ValueError:
        return None
    if math.isnan(number):
        assert cell.strip().lower() in {text.encode() for text in NONE}
        return "none"
    assert number == naive_number(cell, exponent, comma, has_unit)
    return number


def naive_number(cell: bytes, exponent: int, comma: bool, has_unit: bool) -> float:
    text = cell.strip().lower()
    for unit, power in sorted(UNITS.items(), key=lambda item: -len(item[0])) if has_unit else ():
        if text.endswith(unit):
            text, exponent = text.removesuffix(unit).strip(), power
            break
    if comma and b"." not in text:
        text = text.replace(b",", b".", 1)
    try:
        return float(Decimal(text.decode()).scaleb(exponent))
    except (InvalidOperation, OverflowError) as error:
        raise AssertionError(cell) from error


@target(*TABLE, "null", "-0", "1e400", " up", "007")
def csv_objects(data: bytes) -> object:
    """A row becomes the object that the library makes of it, or is left to it."""
    given = Given(data)
    delimiter = given.one_of(*DELIMITERS)
    names = [*KINDS][: given.below(4) + 1]
    before, behind = b"#" * given.below(9), given.one_of(b"", b"\n", b"\r\n", b"\n" * 20)
    text = given.text()
    converter = RowToObject(
        [orjson.dumps(name) for name in names], [*KINDS.values()][: len(names)], ord(delimiter)
    )
    out = BytesWriter()
    out.write(b"before")
    written = converter.write(out, before + text + behind, len(before), len(before) + len(text))
    found = out.getvalue().removeprefix(b"before")
    assert written == (found != b"")
    rows = list(library_rows(text, delimiter)) if written and __debug__ else []
    if len(rows) == 1 and rows[0][1] == text and len(rows[0][0]) == len(names):
        assert found == rows_module.json_record(plain_layout(names, delimiter), text)
    return found


@target(*TABLE, '{"id":"', '","x":', "[1,2]", "null", "{}", "}", ":", "1e5", "\\n")
def csv_of_objects(data: bytes) -> object:
    """An object becomes the row that the library makes of it, or does not fit."""
    given = Given(data)
    delimiter = given.one_of(*DELIMITERS)
    names = given.one_of(["id"], ["id", "x"], ["id", "x", "é,"])
    text = given.text()
    converter = ObjectToRow([orjson.dumps(name) for name in names], ord(delimiter))
    block = b"# " + text + b"\n"
    if not converter.fits(block, 2, 2 + len(text)):
        return None
    out = BytesWriter()
    converter.write(out, block, 2, 2 + len(text))
    if not __debug__:
        return None
    cells = rows_module._json_cells(text)
    assert [*cells] == names
    assert isinstance(orjson.loads(text), dict)
    assert out.getvalue() == rows_module.joined_row([*cells.values()], delimiter)
    return out.getvalue()


@target(*TABLE, '["', '","', '"]', "[1,2]", "null", "[", "]", "1e5")
def csv_rows(data: bytes) -> object:
    """Columns become rows."""
    given = Given(data)
    delimiter = given.one_of(*DELIMITERS)
    try:
        columns = orjson.loads(given.text())
    except orjson.JSONDecodeError:
        return None
    if (
        not isinstance(columns, list)
        or len(columns) < 2
        or not all(isinstance(column, list) for column in columns)
    ):
        return None
    count = min(map(len, columns))
    texts = [orjson.dumps(column[:count]) for column in columns]
    if any(mark in text for text in texts for mark in (b"\\", b"{", b"[[", b",[")):
        return None  # strings with escapes, and what is no scalar, are written by the library
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows([cell_text(column[row]) for column in columns] for row in range(count))
    joined = join_cells(texts, count, ord(delimiter))
    assert joined.decode() == out.getvalue()
    return joined


@target(*TABLE)
def csv_quoting(data: bytes) -> object:
    """A cell is quoted where it needs it."""
    given = Given(data)
    delimiter, start = given.one_of(*DELIMITERS), given.below(20)
    text = given.text()
    start = min(start, len(text))
    end = max(len(text) - given.below(9), start)
    out = BytesWriter()
    copy_cell(out, text, start, end, ord(delimiter))
    cell = text[start:end]
    quoted = any(c in cell for c in b'"\r\n' + delimiter.encode())
    assert out.getvalue() == (b'"' + cell.replace(b'"', b'""') + b'"' if quoted else cell)
    return out.getvalue()
