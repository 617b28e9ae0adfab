"""One object of JSON out of two, by the texts of their members."""

from __future__ import annotations

from typing import Final

from librt.strings import BytesWriter
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.json.skip import UNUSUAL, skip_space, skip_string, skip_value
from rvhctl.core.words import copy, is_at, same

ID: Final = b'"id"'
STATE: Final = b'"state"'

MOST: Final = 64
"""Members of an object; one with more is left to the library."""

NO_NEWLINE: Final = 32
"""For ``skip_space``: each record is a line."""

# What of two values counts, that of a record or that which is known.
OWN: Final = 0
KNOWN: Final = 1
STATED: Final = 2
"""That which is known, if it states anything."""
WATCHED: Final = 3
"""The same, and where they differ both are told."""
WORSE: Final = 4
"""The worse of two states."""


def is_blank(text: bytes, start: i64, end: i64) -> bool:
    """Whether a value states nothing: it is null, or an empty text."""
    length = end - start
    return (length == 4 and text[start] == 0x6E) or (length == 2 and text[start] == 0x22)


def find_members(text: bytes, spans: vec[i64]) -> i64:
    """Put start and end of each key and of its value into the spans; return the number of members, or ``UNUSUAL``."""
    position = skip_space(text, 0, NO_NEWLINE)
    if text[position] != 0x7B:
        return UNUSUAL
    count: i64 = 0
    position = skip_space(text, position + 1, NO_NEWLINE)
    while count < MOST:
        if text[position] != 0x22:
            return UNUSUAL
        at = 4 * count
        spans[at] = position
        position = skip_string(text, position + 1)
        if position < 0:
            return UNUSUAL
        spans[at + 1] = position
        position = skip_space(text, position, NO_NEWLINE)
        if text[position] != 0x3A:
            return UNUSUAL
        position = skip_space(text, position + 1, NO_NEWLINE)
        spans[at + 2] = position
        position = skip_value(text, position, NO_NEWLINE)
        if position < 0:
            return UNUSUAL
        spans[at + 3] = position
        count += 1
        position = skip_space(text, position, NO_NEWLINE)
        c: i64 = text[position]
        if c == 0x7D:
            return count
        if c != 0x2C:
            return UNUSUAL
        position = skip_space(text, position + 1, NO_NEWLINE)
    return UNUSUAL


def have_keys(text: bytes, count: i64, spans: vec[i64], keys: list[bytes]) -> bool:
    """Whether members have these keys, in this order."""
    if count != len(keys):
        return False
    index: i64 = 0
    while index < count:
        if not is_at(text, spans[4 * index], spans[4 * index + 1], keys[index]):
            return False
        index += 1
    return True


def keys_of(text: bytes, count: i64, spans: vec[i64]) -> list[bytes]:
    return [text[spans[4 * index] : spans[4 * index + 1]] for index in range(count)]


class ObjectMerger:
    """Merges records with what is known; which members they have is thought over where it changes."""

    def __init__(self, left_out: list[bytes], states: list[bytes], watched: list[bytes]) -> None:
        """Take the keys that are no members like any other.

        Args:
            left_out: keys of which nothing is known.
            states: values of ``state``, the worse behind the better.
            watched: keys of which `differing` is told.
        """
        self._left_out: Final = left_out
        self._states: Final = states
        self._watched: Final = watched
        self._out: Final = BytesWriter()
        self._spans: Final = vec[i64]([0] * (4 * MOST))
        self._known_spans: Final = vec[i64]([0] * (4 * MOST))
        self._keys: list[bytes] = []
        self._known_keys: list[bytes] = []
        self._openings: list[bytes] = []
        self._partners: Final = vec[i64]([0] * MOST)
        """The known member of the same key as each of a record, where it may count."""
        self._kinds: Final = vec[i64]([0] * MOST)
        self._more: list[int] = []
        """The known members that a record has not."""
        self._more_openings: list[bytes] = []
        self.differing: list[tuple[int, bytes, bytes, bytes]] = []
        """Row, key and both values of watched members whose texts differ."""

    def merge(self, records: list[bytes], known: list[bytes], absent: bytes) -> list[bytes]:
        """Return each record with the values that are known, and behind them what it does not state.

        Args:
            records: empty ones have nothing but what is known, less what is left out.
            absent: what stands behind these, with the last brace.

        Returns:
            An empty text where a key may be spelt in two ways, or is there twice: that is for the library.
        """
        merged: list[bytes] = []
        for row in range(len(records)):
            try:
                merged.append(self._merged(records[row], known[row], row, absent))
            except IndexError:
                merged.append(b"")
        return merged

    def _merged(self, own: bytes, known: bytes, row: int, absent: bytes) -> bytes:
        spans, known_spans = self._spans, self._known_spans
        count: i64 = 0
        if len(own) > 0:
            count = find_members(own, spans)
        known_count = find_members(known, known_spans)
        if count < 0 or known_count < 0:
            return b""
        if not self._is_planned(own, count, known, known_count):
            return b""
        out = self._out
        out.truncate(0)
        index: i64 = 0
        while index < count:
            out.write(self._openings[index])
            start, end = spans[4 * index + 2], spans[4 * index + 3]
            kind = self._kinds[index]
            at = 4 * self._partners[index]
            if kind == OWN or not self._counts(kind, own, start, end, known, at):
                copy(out, own, start, end)
            else:
                copy(out, known, known_spans[at + 2], known_spans[at + 3])
                if kind == WATCHED and not is_blank(own, start, end):
                    self._compare(row, index, own, known, at)
            index += 1
        for place in range(len(self._more)):
            out.write(self._more_openings[place])
            at = 4 * self._more[place]
            copy(out, known, known_spans[at + 2], known_spans[at + 3])
        if count > 0:
            out.append(0x7D)
        else:
            out.write(absent)
        return out.getvalue()

    def _is_planned(self, own: bytes, count: i64, known: bytes, known_count: i64) -> bool:
        """Whether it is thought over what becomes of these members, now or before."""
        spans, known_spans = self._spans, self._known_spans
        if (
            len(self._known_keys) > 0
            and have_keys(own, count, spans, self._keys)
            and have_keys(known, known_count, known_spans, self._known_keys)
        ):
            return True
        return self._plan(keys_of(own, count, spans), keys_of(known, known_count, known_spans))

    def _counts(self, kind: i64, own: bytes, start: i64, end: i64, known: bytes, at: i64) -> bool:
        """Whether the known one of two values counts."""
        first, last = self._known_spans[at + 2], self._known_spans[at + 3]
        if kind == KNOWN or is_blank(own, start, end):
            return True
        if kind == WORSE:
            one, other = own[start:end], known[first:last]
            states = self._states
            return one in states and other in states and states.index(other) > states.index(one)
        return not is_blank(known, first, last)

    def _compare(self, row: int, index: i64, own: bytes, known: bytes, at: i64) -> None:
        start, end = self._spans[4 * index + 2], self._spans[4 * index + 3]
        first, last = self._known_spans[at + 2], self._known_spans[at + 3]
        if not same(own, start, end, known, first, last):
            self.differing.append((row, self._keys[index], own[start:end], known[first:last]))

    def _plan(self, keys: list[bytes], known_keys: list[bytes]) -> bool:
        """Think over what becomes of members with these keys; False if it cannot be told by their texts."""
        self._known_keys = []
        if any(b"\\" in key for key in [*keys, *known_keys]) or ID not in known_keys:
            return False
        if len(set(keys)) < len(keys) or len(set(known_keys)) < len(known_keys):
            return False
        if len(keys) > 0 and ID not in keys:
            return False
        self._keys, self._known_keys, self._openings = keys, known_keys, []
        for index in range(len(keys)):
            key = keys[index]
            self._openings.append(b"%b%b:" % (b"," if index else b"{", key))
            kind = OWN
            if key in known_keys and key not in self._left_out:
                self._partners[index] = known_keys.index(key)
                kind = WATCHED if key in self._watched else STATED
                if key == ID:
                    kind = KNOWN
                elif key == STATE:
                    kind = WORSE
            self._kinds[index] = kind
        self._more = [
            at
            for at in range(len(known_keys))
            if known_keys[at] not in keys and known_keys[at] not in self._left_out
        ]
        self._more_openings = []
        for at in self._more:
            opening = b"," if keys or self._more_openings else b"{"
            self._more_openings.append(b"%b%b:" % (opening, known_keys[at]))
        return True
