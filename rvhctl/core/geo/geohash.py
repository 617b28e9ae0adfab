"""Geohash cells as integers, by exact bisection; base-32 text only for what is shown.

A cell of precision p is a number of 5 p bits, at most 60: longitude and latitude bits take turns from
the top, longitude first. Each axis is cut into 2**30 steps once; a coarser cell is a shift of the finest.
"""

from __future__ import annotations

from typing import Final

from librt.strings import BytesWriter, write_i64_be
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints, ints
from rvhctl.core.numbers import number_of, whole_of
from rvhctl.core.words import COMPILED
from rvhctl.errors import FaultsetError, InvalidNodeError, shorten

ALPHABET: Final = "0123456789bcdefghjkmnpqrstuvwxyz"
VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}

MAX_PRECISION: Final = 12
BITS: Final = 60
"""Bits of a cell of the finest precision: 30 for each axis."""

LAST: Final = 0x3FFFFFFF
"""The northernmost, easternmost step of an axis; +90 and +180 stay in it."""

LAST_FLOAT: Final = 1073741823.0

LATITUDE: Final = 90.0
LATITUDE_STEP: Final = 180.0 / 1073741824.0
LATITUDE_STEPS_A_DEGREE: Final = 1073741824.0 / 180.0
LONGITUDE: Final = 180.0
LONGITUDE_STEP: Final = 360.0 / 1073741824.0
LONGITUDE_STEPS_A_DEGREE: Final = 1073741824.0 / 360.0

ROUND: Final = 6755399441055744.0
"""1.5 * 2**52: adding and subtracting it leaves the nearest whole number."""

AROUND: Final = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
"""The eight neighbours of a cell, as steps to the north and to the east, clockwise from the north."""

# Letters in pairs: a cell of 12 letters is six of these. A last odd letter comes from ALPHABET itself.
PAIRS: Final = [first + second for first in ALPHABET for second in ALPHABET]
LETTERS: Final = list(ALPHABET)

NEWLINE: Final = 10
BLOCK: Final = 2048
"""Cells whose text is made at once: they stay in the nearest cache."""


# --- from coordinates to cells ---------------------------------------------------------------------


def cell_number(latitude: float, longitude: float, precision: i64) -> i64:
    """The cell of a point whose coordinates are known to be in range; a midpoint goes north and east.

    In one piece, because a call costs as much as an axis.
    """
    # The whole number nearest to the quotient less a half is the step, or one beside it where rounding
    # came between. Its borders, multiples of 45 * 2**-28, are exact in a float and settle it. (Cutting
    # off instead costs a conversion back to float; a test that is true half the time costs even more.)
    row = (latitude + LATITUDE) * LATITUDE_STEPS_A_DEGREE - 0.5 + ROUND - ROUND
    if latitude < row * LATITUDE_STEP - LATITUDE:
        row -= 1.0
    elif latitude >= (row + 1.0) * LATITUDE_STEP - LATITUDE:
        row += 1.0
    column = (longitude + LONGITUDE) * LONGITUDE_STEPS_A_DEGREE - 0.5 + ROUND - ROUND
    if longitude < column * LONGITUDE_STEP - LONGITUDE:
        column -= 1.0
    elif longitude >= (column + 1.0) * LONGITUDE_STEP - LONGITUDE:
        column += 1.0
    if row > LAST_FLOAT:
        row = LAST_FLOAT
    if column > LAST_FLOAT:
        column = LAST_FLOAT
    south: i64 = int(row)
    west: i64 = int(column)
    return interleave(south, west) >> (BITS - 5 * precision)


def cell_numbers(latitudes: Floats, longitudes: Floats, precision: i64) -> Ints:
    """The cell of each point of two columns whose coordinates are known to be in range."""
    lats, lons = latitudes.values, longitudes.values
    count: i64 = len(lats)
    cells = vec[i64]([0] * int(count))
    for k in range(count):
        cells[k] = cell_number(lats[k], lons[k], precision)
    return ints(cells)


def interleave(even: i64, odd: i64) -> i64:
    """Two numbers of 30 bits as one of 60, bits in turn; the lowest is the lowest of ``even``."""
    # A perfect shuffle: the inner halves of ever smaller lanes change places. (No mask has 63 bits: mypyc
    # unboxes those at every use.)
    bits = (odd << 32) | even
    swap = (bits ^ (bits >> 16)) & 0x00000000FFFF0000
    bits = bits ^ swap ^ (swap << 16)
    swap = (bits ^ (bits >> 8)) & 0x0000FF000000FF00
    bits = bits ^ swap ^ (swap << 8)
    swap = (bits ^ (bits >> 4)) & 0x00F000F000F000F0
    bits = bits ^ swap ^ (swap << 4)
    swap = (bits ^ (bits >> 2)) & 0x0C0C0C0C0C0C0C0C
    bits = bits ^ swap ^ (swap << 2)
    swap = (bits ^ (bits >> 1)) & 0x2222222222222222
    return bits ^ swap ^ (swap << 1)


def gather(bits: i64) -> i64:
    """Every second bit, from the lowest: the first argument of ``interleave``."""
    bits = bits & 0x1555555555555555
    bits = (bits | (bits >> 1)) & 0x3333333333333333
    bits = (bits | (bits >> 2)) & 0x0F0F0F0F0F0F0F0F
    bits = (bits | (bits >> 4)) & 0x00FF00FF00FF00FF
    bits = (bits | (bits >> 8)) & 0x0000FFFF0000FFFF
    return (bits | (bits >> 16)) & 0x00000000FFFFFFFF


# --- from cells to text and back -------------------------------------------------------------------


def cell_text(cell: i64, precision: i64) -> str:
    """The cell in base 32: one letter for five bits."""
    bits = cell << (BITS - 5 * precision)
    if precision == 9:  # the usual one, without the questions
        return (
            f"{PAIRS[bits >> 50]}{PAIRS[(bits >> 40) & 1023]}{PAIRS[(bits >> 30) & 1023]}"
            f"{PAIRS[(bits >> 20) & 1023]}{LETTERS[(bits >> 15) & 31]}"
        )
    text = LETTERS[bits >> 55] if precision == 1 else PAIRS[bits >> 50]
    shift: i64 = 40
    left = precision - 2
    while left > 1:
        text += PAIRS[(bits >> shift) & 1023]
        shift -= 10
        left -= 2
    if left == 1:
        text += LETTERS[(bits >> (shift + 5)) & 31]
    return text


def cell_texts(cells: Ints, precision: i64) -> list[str]:
    """The text of each of the cells, all of one precision."""
    numbers = cells.values
    count: i64 = len(numbers)
    if not COMPILED:
        return [cell_text(cell, precision) for cell in numbers]
    # A block of lines cut at its ends is several times faster than a text at a time.
    texts: list[str] = []
    writer = BytesWriter()
    size: i64 = 0
    k: i64 = 0
    while k < count:
        size += precision
        write_letters(writer, numbers[k], precision, size)
        writer.append(NEWLINE)
        size += 1
        k += 1
        if k % BLOCK == 0 or k == count:
            texts += writer.getvalue().decode("ascii").splitlines()
            writer.truncate(0)
            size = 0
    return texts


def cell_letters(cells: Ints, precision: i64) -> bytes:
    """The texts of all of the cells, one behind the other."""
    if not COMPILED:
        return "".join([cell_text(cell, precision) for cell in cells.values]).encode("ascii")
    writer = BytesWriter()
    size: i64 = 0
    for cell in cells.values:
        size += precision
        write_letters(writer, cell, precision, size)
    return writer.getvalue()


def write_letters(writer: BytesWriter, cell: i64, precision: i64, size: i64) -> None:
    """Append the text of a cell, with which the whole has this size."""
    bits = cell << (BITS - 5 * precision)
    write_i64_be(writer, eight_letters(bits >> 20))
    if precision > 8:
        write_i64_be(writer, eight_letters((bits & 0xFFFFF) << 20))
    writer.truncate(size)


def eight_letters(bits: i64) -> i64:
    """Eight letters, one a byte, first letter on top, from 40 bits."""
    # Halve the lanes three times: 2 of 20 bits, 4 of 10, 8 of 5.
    lanes: i64 = ((bits << 12) & 0x000FFFFF00000000) | (bits & 0x00000000000FFFFF)
    lanes = ((lanes << 6) & 0x03FF000003FF0000) | (lanes & 0x000003FF000003FF)
    lanes = ((lanes << 3) & 0x1F001F001F001F00) | (lanes & 0x001F001F001F001F)
    # The alphabet is five runs: '0' to '9', then from 'b' on a gap before 'j', 'm' and 'p'. Adding 128 - n
    # to a lane sets its top bit where it holds n or more.
    ones: i64 = 0x0101010101010101
    text = lanes + ones * 0x30
    text += (((lanes + ones * 0x76) >> 7) & ones) * 0x28
    text += ((lanes + ones * 0x6F) >> 7) & ones
    text += ((lanes + ones * 0x6D) >> 7) & ones
    text += ((lanes + ones * 0x6B) >> 7) & ones
    return text


def cell_of_text(text: object) -> i64:
    """The number of a cell given as text, in either case; its precision is the text's length.

    Raises:
        FaultsetError: no text, an empty one, more than 12 letters, or a letter that is not in the alphabet.
    """
    if not isinstance(text, str) or not 1 <= len(text) <= MAX_PRECISION or not text.isascii():
        raise FaultsetError(f"a geohash cell has 1 to 12 letters and digits (got {shorten(text)})")
    cell: i64 = 0
    for letter in text.lower():
        value = VALUES.get(letter)
        if value is None:
            raise FaultsetError(f"a geohash cell has no {shorten(letter)} (got {shorten(text)})")
        cell = (cell << 5) | value
    return cell


def axes(cell: i64, precision: i64) -> tuple[i64, i64]:
    """The row from the south and the column from the west, in steps of this precision."""
    even: i64 = gather(cell)
    odd: i64 = gather(cell >> 1)
    # The lowest bit belongs to latitude where the number of bits is even.
    return (even, odd) if precision % 2 == 0 else (odd, even)


def cell_at(row: i64, column: i64, precision: i64) -> i64:
    """The inverse of ``axes``."""
    return interleave(row, column) if precision % 2 == 0 else interleave(column, row)


def cell_centre(cell: i64, precision: i64) -> tuple[float, float]:
    """Latitude and longitude of the middle of a cell, in degrees; both exact."""
    row, column = axes(cell, precision)
    rows: i64 = 5 * precision // 2
    columns: i64 = 5 * precision - rows
    # Counted in half steps of the finest precision, all of which are exact in a float.
    row_halves: i64 = (2 * row + 1) << (30 - rows)
    column_halves: i64 = (2 * column + 1) << (30 - columns)
    return (
        float(row_halves) * (LATITUDE_STEP / 2.0) - LATITUDE,
        float(column_halves) * (LONGITUDE_STEP / 2.0) - LONGITUDE,
    )


def neighbour(cell: i64, precision: i64, north: i64, east: i64) -> i64:
    """Return the cell that many steps to the north and east; longitude wraps; -1 beyond a pole."""
    row, column = axes(cell, precision)
    rows: i64 = 5 * precision // 2
    columns: i64 = 5 * precision - rows
    row += north
    if row < 0 or row > LAST >> (30 - rows):
        return -1
    return cell_at(row, (column + east) & (LAST >> (30 - columns)), precision)


# --- from Python objects, and whole columns ---------------------------------------------------------


def degrees(value: object, bound: float, field: str) -> float:
    """A coordinate that a caller gave; ``field`` is its name in a message.

    Raises:
        InvalidNodeError: not a number (a bool is none), not finite, or beyond the bound.
    """
    number = number_of(value)
    if number is None:
        raise InvalidNodeError(f"{field} must be a number of degrees", field=field, value=value)
    if -bound <= number <= bound:
        return number
    raise InvalidNodeError(f"{field} must lie within -{bound:g}..{bound:g} degrees", field=field, value=value)


def whole_precision(value: object) -> i64:
    """A precision that a caller gave.

    Raises:
        FaultsetError: not a whole number from 1 to 12 (a bool is none).
    """
    precision = whole_of(value)
    if precision is not None and 1 <= precision <= MAX_PRECISION:
        return precision
    raise FaultsetError(f"precision must be a whole number from 1 to 12 (got {shorten(value)})")


def encode(lat: object, lon: object, precision: object) -> str:
    """The text of the cell of a point; all three arguments are checked."""
    letters = whole_precision(precision)
    return cell_text(
        cell_number(degrees(lat, LATITUDE, "lat"), degrees(lon, LONGITUDE, "lon"), letters), letters
    )
