"""How lines of a block become rows of keys: whole lines, what a pattern finds in them, a field of NDJSON."""

from __future__ import annotations

from typing import Final, Protocol

from rvhctl.core.json.skip import MAX_DEPTH
from rvhctl.core.keys.fields import FieldScan
from rvhctl.core.keys.lines import DECIMAL, NOTHING_WRONG
from rvhctl.core.keys.rows import (
    NO_KEY,
    NOT_UTF8,
    UNUSUAL_LINE,
    KeyRows,
    digest_found,
    digest_lines,
    find_lines,
    hash_lines,
)
from rvhctl.core.placement.bits import key_bits
from rvhctl.core.words import COMPILED, signed
from rvhctl.errors import InputError, JumpHashError
from rvhctl.keys.fields import LinePattern
from rvhctl.keys.hashes import Recipe
from rvhctl.keys.jobs import SHOWN, Answers, line_error
from rvhctl.keys.key import Key, KeyRule
from rvhctl.keys.records import KeySpec, json_key


class LineKeys(Protocol):
    """Fills rows from the complete lines of a block."""

    def fill(self, rows: KeyRows, block: bytes) -> None:
        """Add rows from the next line on: until they are full, no line is left, or one is wrong."""
        ...

    def bad_line(self, line: bytes, *, ended: bool) -> bytes:
        """As much of a wrong line as its message takes; the carriage return of one that has ended is none of it."""
        ...

    def error(self, answers: Answers, source: str, line: int) -> InputError:
        """What is wrong with a line."""
        ...


class TextKeys:
    """The key is the line, or what a pattern finds in it."""

    def __init__(
        self, recipe: Recipe, delimiter: bytes, pattern: LinePattern | None = None, utf8: bool = False
    ) -> None:
        """``utf8``: the answers repeat each key in a format that must be UTF-8."""
        self._utf8: Final = utf8
        self._recipe: Final = recipe
        self._delimiter: Final = delimiter
        self.pattern: Final = pattern
        self._decimal: Final = recipe.in_core == DECIMAL
        self._xxh64: Final = COMPILED and recipe.name == "xxh64"
        self._native: Final = pattern is None and (self._xxh64 or self._decimal)
        self._seed: Final = signed(recipe.seed)

    def fill(self, rows: KeyRows, block: bytes) -> None:
        if self._native:
            hash_lines(rows, block, self._delimiter[0], self._decimal, self._seed)
        else:
            find_lines(rows, block, self._delimiter[0])
            if self.pattern is None:
                digest_lines(rows, block, self._recipe.digest)
            elif rows.count:
                self._fill_found(self.pattern, rows, block)
        if self._utf8:
            self._check_utf8(rows, block)

    def _fill_found(self, pattern: LinePattern, rows: KeyRows, block: bytes) -> None:
        """Hash what the pattern finds, up to the first line that is no UTF-8, or in which it finds nothing."""
        start = rows.starts[0]
        lines = block[start : rows.next]
        try:
            text = lines.decode()
        except UnicodeDecodeError as error:
            rows.cut(_row_at(rows, start + error.start), NO_KEY)
            text = block[start : rows.next].decode()
        found = pattern.keys_of(text, self._delimiter.decode(), rows.count)
        digest_found(rows, found, self._utf8, self._xxh64, self._seed, self._recipe.digest)

    def _check_utf8(self, rows: KeyRows, block: bytes) -> None:
        if not rows.count:
            return
        start = rows.starts[0]
        text = block[start : rows.ends[rows.count - 1]]
        try:
            _ = text.isascii() or text.decode()
        except UnicodeDecodeError as error:
            rows.cut(_row_at(rows, start + error.start), NOT_UTF8)

    def bad_line(self, line: bytes, *, ended: bool) -> bytes:
        if ended and self._delimiter == b"\n":
            line = line.removesuffix(b"\r")
        return line if self.pattern is not None or self._utf8 else line[:SHOWN]

    def error(self, answers: Answers, source: str, line: int) -> InputError:
        if answers.problem == NOT_UTF8:
            try:
                KeyRule(utf8=True).text(answers.bad_line, source, line)
            except InputError as error:
                return error
        if answers.problem == NO_KEY and self.pattern is not None:
            return self.pattern.no_key(answers.bad_line, source, line)
        return line_error(answers, source, line)


def _row_at(rows: KeyRows, place: int) -> int:
    """The row of the line that has this byte of the block."""
    return next(row for row in range(rows.count) if rows.ends[row] > place)


class FieldKeys:
    """The key is a field of each line of NDJSON, or the line's value; a blank line is no record."""

    def __init__(self, recipe: Recipe, spec: KeySpec, kept: bool = False) -> None:
        """``kept``: the key itself is wanted, too, and not only its 64 bits."""
        integers = recipe.in_core == DECIMAL
        paths = [["key"]] if spec.path is None else [path.names for path in (spec.path, *spec.further)]
        self._recipe: Final = recipe
        self.spec: Final = spec

        def scan(names: list[str], reserved: tuple[str, ...], further: list[FieldScan]) -> FieldScan:
            return FieldScan(
                [name.encode("utf-8", "surrogateescape") for name in names],
                [name.encode() for name in reserved],
                integers,
                signed(recipe.seed),
                spec.path is None,
                spec.rule.as_text,
                kept,
                further,
            )

        self._scan: Final = scan(paths[0], spec.reserved, [scan(names, (), []) for names in paths[1:]])
        # The scanner has XXH64 and integers of its own; with other hashes, and where it would have to go as deep
        # as it goes for no value, every line is read by the library.
        native = recipe.name == "xxh64" or integers
        self._native: Final = COMPILED and native and max(map(len, paths)) <= MAX_DEPTH

    def fill(self, rows: KeyRows, block: bytes) -> None:
        while rows.count < rows.room and not rows.finished:
            if self._native:
                self._scan.fill(rows, block)
                if rows.problem != UNUSUAL_LINE:
                    return
                rows.problem = NOTHING_WRONG
            if not self._read_line(rows, block):
                return

    def bad_line(self, line: bytes, *, ended: bool) -> bytes:
        return line

    def error(self, answers: Answers, source: str, line: int) -> InputError:
        try:
            self._key(answers.bad_line, source, line)
        except InputError as error:
            return error
        raise AssertionError("the line has a key")

    def _read_line(self, rows: KeyRows, block: bytes) -> bool:
        """Add the next line by the JSON library; False if something is wrong with it."""
        end = block.find(b"\n", rows.next) + 1
        if end == 0:
            rows.finished = True
            return True
        line = block[rows.next : end - 1]
        if not line.strip():
            rows.skip(end)
            return True
        try:
            key, bits = self._key(line, "", 0)
        except InputError:
            rows.problem = UNUSUAL_LINE
            return False
        rows.add_other(key, bits, rows.next, end, rows.next + line.rfind(b"}"))
        return True

    def _record_key(self, line: bytes, source: str, number: int) -> Key:
        return json_key(self.spec, line, source, number)

    def _key(self, line: bytes, source: str, number: int) -> tuple[Key, int]:
        key = self._record_key(line, source, number)
        try:
            return key, key_bits(key, False, self._recipe.digest)
        except JumpHashError as error:
            raise InputError(str(error), source=source, line=number) from None
