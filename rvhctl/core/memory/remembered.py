"""What is remembered of each node, as columns over the text of a memory; and the text after one more round."""

from __future__ import annotations

from typing import Final

from librt.strings import BytesWriter
from librt.vecs import append, vec
from mypy_extensions import i64, u8

from rvhctl.core.columns import BLOCK, Codes, Ints, codes, ints, zeros
from rvhctl.core.json.rows import element_end
from rvhctl.core.json.skip import skip_digits, skip_string
from rvhctl.core.placement.xxh64 import xxh64_span
from rvhctl.core.policy.damping import IN, OUT, UNKNOWN
from rvhctl.core.words import copy, is_at, same

MORE: Final = 0
DONE: Final = 1
UNUSUAL: Final = 2
"""What a call of ``scan`` came to."""

MOST: Final = 2**53
"""Counters beyond this are no counters of ours."""

DIGITS: Final = 16

NEVER: Final = -1


class Remembered:
    """The standing of each node: a row each, in the order of the text."""

    def __init__(self, text: bytes, start: i64, rows: i64) -> None:
        """``text``: where the ids are, as strings of JSON; ``start``: of the first line; ``rows``: room for so many."""
        self.text: Final = text
        self._at: i64 = start
        self._starts = vec[i64](capacity=rows)
        self._ends = vec[i64](capacity=rows)
        self._fits = vec[u8](capacity=rows)
        self._streaks = vec[i64](capacity=rows)
        self._seens = vec[i64](capacity=rows)

    def __len__(self) -> int:
        return len(self._starts)

    def scan(self, lines: i64, rounds: i64) -> i64:
        """Read so many lines ``"id":{"fit":true,"streak":0,"seen":5},`` more, as they are written below.

        Returns:
            UNUSUAL where a line, or what stands behind the last one, is anything else.
        """
        try:
            for _ in range(lines):
                if not self.scan_line(rounds):
                    return UNUSUAL
                if self.text[self._at] != 44:
                    end: i64 = len(self.text)
                    return DONE if is_at(self.text, self._at, end, b"\n}}\n") else UNUSUAL
                if self.text[self._at + 1] != 10:
                    return UNUSUAL
                self._at += 2
        except IndexError:
            return UNUSUAL
        return MORE

    def scan_line(self, rounds: i64) -> bool:
        text, start = self.text, self._at
        if text[start] != 34:
            return False
        end = skip_string(text, start + 1)
        if end < 0 or not is_at(text, end, end + 8, b':{"fit":'):
            return False
        at = end + 8
        fit = text[at] == 116
        if fit and is_at(text, at, at + 4, b"true"):
            at += 4
        elif not fit and is_at(text, at, at + 5, b"false"):
            at += 5
        else:
            return False
        if not is_at(text, at, at + 10, b',"streak":'):
            return False
        at += 10
        first = at
        at = counter_end(text, at)
        if at < 0 or not is_at(text, at, at + 8, b',"seen":'):
            return False
        streak = counter(text, first, at)
        first = at + 8
        at = counter_end(text, first)
        if at < 0 or text[at] != 125:
            return False
        seen = counter(text, first, at)
        if seen > rounds or streak > MOST:
            return False
        self._at = at + 1
        self.add(start, end, fit, streak, seen)
        return True

    def add(self, start: i64, end: i64, fit: bool, streak: i64, seen: i64) -> None:
        """A node whose id is ``text[start:end]``."""
        self._starts = append(self._starts, start)
        self._ends = append(self._ends, end)
        self._fits = append(self._fits, 1 if fit else 0)
        self._streaks = append(self._streaks, streak)
        self._seens = append(self._seens, seen)


def remembered(ids: bytes, fits: Codes, streaks: Ints, seens: Ints) -> Remembered:
    """Return what is stated in columns; ``ids`` is an array of JSON."""
    fit_of, streak_of, seen_of = fits.values, streaks.values, seens.values
    known = Remembered(ids, 0, len(fit_of))
    position: i64 = 1
    for row in range(len(fit_of)):
        end = element_end(ids, position)
        known.add(position, end, fit_of[row] != 0, streak_of[row], seen_of[row])
        position = end + 1
    return known


class Met:
    """The nodes that are here, looked up among those that are remembered.

    Attributes:
        places: where each stood before the round, and ``streaks``.
    """

    def __init__(self, known: Remembered, nodes: i64, seed: i64) -> None:
        """``seed``: unforeseeable, so that nobody can prepare ids that all fall into one slot."""
        self.places: Final = codes(vec[u8](capacity=nodes))
        self.streaks: Final = ints(vec[i64](capacity=nodes))
        self._known: Final = known
        self._seed: Final = seed
        # The row of each node in the other list, or NEVER.
        self._remembered = vec[i64](capacity=nodes)
        self._here = vec[i64](capacity=len(known))
        for _ in range(len(known)):
            self._here = append(self._here, NEVER)
        self._next: i64 = 0
        self._slots = vec[i64]()
        self._repeated = False

    def add(self, ids: bytes, count: i64) -> None:
        """Look up so many nodes more; ``ids`` is an array of JSON."""
        known, found = self._known, self._remembered
        places, streaks = self.places.values, self.streaks.values
        position: i64 = 1
        for _ in range(count):
            end = element_end(ids, position)
            row = self.find(ids, position, end)
            position = end + 1
            if row == NEVER:
                places = append(places, UNKNOWN)
                streaks = append(streaks, 0)
            else:
                self._here[row] = len(found)
                self._next = row + 1
                places = append(places, IN if known._fits[row] != 0 else OUT)
                streaks = append(streaks, known._streaks[row])
            found = append(found, row)
        self.places.values, self.streaks.values, self._remembered = places, streaks, found

    def find(self, ids: bytes, start: i64, end: i64) -> i64:
        """Return the row of a remembered node; most often it is the one behind the last that was found."""
        known, row = self._known, self._next
        total: i64 = len(known._starts)
        if row < total and same(known.text, known._starts[row], known._ends[row], ids, start, end):
            return row
        if total == 0:
            return NEVER
        self.index()
        return self._slots[self.slot_of(ids, start, end)] - 1

    def index(self) -> None:
        """Fill a table, open addressing, with rows + 1."""
        if len(self._slots) > 0:
            return
        known = self._known
        total: i64 = len(known._starts)
        size: i64 = BLOCK
        while size < 2 * total:
            size *= 2
        self._slots = zeros(size)
        for row in range(total):
            slot = self.slot_of(known.text, known._starts[row], known._ends[row])
            if self._slots[slot] != 0:
                self._repeated = True
            self._slots[slot] = row + 1

    def slot_of(self, text: bytes, start: i64, end: i64) -> i64:
        """Return where this id is in the table, or would be."""
        known, slots = self._known, self._slots
        mask: i64 = len(slots) - 1
        slot = xxh64_span(text, start, end, self._seed) & mask
        while True:
            row = slots[slot] - 1
            if row < 0 or same(known.text, known._starts[row], known._ends[row], text, start, end):
                return slot
            slot = (slot + 1) & mask

    def repeated(self) -> bool:
        """Whether an id is remembered twice; not where each was found in its order."""
        if len(self._slots) == 0:
            for row in self._here:
                if row == NEVER:
                    self.index()
                    break
        return self._repeated

    def absent(self) -> list[bytes]:
        """The ids that are remembered as fit and are not here."""
        known, here = self._known, self._here
        return [
            known.text[known._starts[row] : known._ends[row]]
            for row in range(len(here))
            if here[row] == NEVER and known._fits[row] != 0
        ]

    def kept_lines(
        self, first: i64, last: i64, places: Codes, streaks: Ints, now: i64, forgotten: i64
    ) -> bytes:
        """Lines of the remembered nodes in these rows, after round ``now``, each behind a comma and a line feed.

        Args:
            places, streaks: of the nodes that are here, after the round.
            forgotten: rounds of absence after which a node is.
        """
        known = self._known
        place_of, streak_of = places.values, streaks.values
        out = BytesWriter()
        ends = line_ends(now)
        for row in range(first, last):
            seen = known._seens[row]
            if now - seen >= forgotten:
                continue
            fit = known._fits[row] != 0
            streak = known._streaks[row]
            here = self._here[row]
            if here != NEVER and place_of[here] != UNKNOWN:
                fit, streak, seen = place_of[here] == IN, streak_of[here], now
            write_line(out, known.text, known._starts[row], known._ends[row], fit, streak, seen, now, ends)
        return out.getvalue()

    def new_lines(
        self, ids: bytes, first: i64, last: i64, places: Codes, streaks: Ints, now: i64, forgotten: i64
    ) -> bytes:
        """The same of those nodes that are here, in these rows, which were not remembered; ``ids`` are all of these."""
        place_of, streak_of = places.values, streaks.values
        out = BytesWriter()
        ends = line_ends(now)
        position: i64 = 1
        for node in range(first, last):
            end = element_end(ids, position)
            row = self._remembered[node]
            place = place_of[node]
            is_new = row == NEVER or now - self._known._seens[row] >= forgotten
            if is_new and place != UNKNOWN:
                write_line(out, ids, position, end, place == IN, streak_of[node], now, now, ends)
            position = end + 1
        return out.getvalue()


def line_ends(now: i64) -> list[bytes]:
    """What stands behind the id of a node without a streak that was there in round ``now``: not fit, fit."""
    seen = str(int(now)).encode()
    return [b':{"fit":false,"streak":0,"seen":%b}' % seen, b':{"fit":true,"streak":0,"seen":%b}' % seen]


def write_line(
    out: BytesWriter,
    text: bytes,
    start: i64,
    end: i64,
    fit: bool,
    streak: i64,
    seen: i64,
    now: i64,
    ends: list[bytes],
) -> None:
    out.write(b",\n")
    copy(out, text, start, end)
    if streak == 0 and seen == now:
        out.write(ends[1] if fit else ends[0])
        return
    out.write(b':{"fit":true,"streak":' if fit else b':{"fit":false,"streak":')
    out.write(str(int(streak)).encode())
    out.write(b',"seen":')
    out.write(str(int(seen)).encode())
    out.append(125)


def counter_end(text: bytes, start: i64) -> i64:
    """Where digits end, of which there are 1 to DIGITS, without a zero in front; else -1."""
    at = skip_digits(text, start)
    if at == start or at - start > DIGITS or (text[start] == 48 and at - start > 1):
        return -1
    return at


def counter(text: bytes, start: i64, end: i64) -> i64:
    value: i64 = 0
    for at in range(start, end):
        digit: i64 = text[at]
        value = value * 10 + digit - 48
    return value
