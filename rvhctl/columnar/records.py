"""Keys of record batches of Arrow: as columns where they stand in one, else of decoded rows, by the rules of JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from orjson import loads

from rvhctl.columnar.columns import library
from rvhctl.columnar.keys import is_key
from rvhctl.errors import InputError, JumpHashError, OnBad, listed, shorten
from rvhctl.keys.fields import FieldPath, check_reserved
from rvhctl.keys.key import Key
from rvhctl.keys.records import KeySpec, record_key

KEY: Final = FieldPath("key")
"""The column of keys where none is named."""


class TableKeys:
    """The keys of record batches."""

    def __init__(self, spec: KeySpec) -> None:
        self._spec: Final = spec
        self._paths: Final = (spec.path or KEY, *spec.further)

    @property
    def first_names(self) -> list[str]:
        """The names that the columns of keys may have."""
        return [name for path in self._paths for name in (path.text, path.names[0])]

    def by_names(self, spec: KeySpec, schema: Any, source: str) -> KeySpec:
        """The same keys of rows as objects of JSON."""
        if spec.path is None:
            return spec
        path, *further = [_walked(path, schema, source) for path in self._paths]
        return spec._replace(path=path, further=tuple(further))

    @contextmanager
    def naming(self, source: str) -> Iterator[None]:
        """What is wrong with the column as a whole becomes an error that names it."""
        try:
            yield
        except InputError:
            raise
        except JumpHashError as error:
            raise InputError(str(error), source=source, place=f"column {self._paths[0].shown}") from None

    def columns(self, schema: Any, source: str) -> list[str]:
        """The names of the columns in which keys stand.

        Raises:
            InputError: there is none of such a name, it cannot be keys, or there is one that is to be added.
        """
        check_reserved(schema.names, self._spec.reserved, source, None)
        paths = [_walked(path, schema, source) for path in self._paths]
        for path in paths:
            kind = schema.field(path.names[0]).type
            for name in path.names[1:]:
                at = kind.get_field_index(name) if library().types.is_struct(kind) else -1
                kind = kind.field(at).type if at >= 0 else None
                if kind is None:
                    break
            if kind is not None and not is_key(kind):
                problem = f"a key must be text, bytes or an integer (got a column of {kind})"
                raise InputError(problem, source=source, place=f"column {path.shown}")
        return [path.names[0] for path in paths]

    def column(self, batch: Any, source: str) -> Any:
        """The column of keys as it is hashed; None where a key has to be made of each row.

        Raises:
            InputError: there is none of that name.
        """
        pa = library()
        types = pa.types
        path, *further = [_walked(path, batch.schema, source) for path in self._paths]
        if further:
            return None
        column = batch.column(path.names[0])
        for name in path.names[1:]:
            at = column.type.get_field_index(name) if types.is_struct(column.type) else -1
            if at < 0:
                return None
            column = pa.compute.struct_field(column, at)
        coded = types.is_dictionary(column.type) or types.is_run_end_encoded(column.type)
        kind = column.type.value_type if coded else column.type
        if types.is_integer(kind):
            return column.cast(kind).cast("string") if self._spec.rule.as_text else column
        return None if types.is_null(kind) or self._spec.rule.integers else column

    def each(self, batch: Any, source: str, row: int) -> Iterator[Key | InputError]:
        """The key of each row by the rules of JSON, or what is wrong with it."""
        path, *further = [_walked(path, batch.schema, source) for path in self._paths]
        spec = self._spec._replace(path=path, further=tuple(further))
        names = sorted({path.names[0] for path in (path, *further)})
        columns = [_values(batch.column(name), name, source) for name in names]
        for number, values in enumerate(zip(*columns, strict=True), row + 1):
            record = {name: _text(value) for name, value in zip(names, values, strict=True)}
            try:
                yield record_key(spec, record, lambda: record, source, None, f"row {number}")  # noqa: B023 called at once
            except InputError as error:
                yield error

    def good(self, batch: Any, source: str, row: int, on_bad: OnBad) -> Iterator[Key]:
        """The keys of the rows that have one."""
        for key in self.each(batch, source, row):
            if isinstance(key, InputError):
                on_bad(key)
            else:
                yield key

    def sized(
        self, batch: Any, texts: list[bytes], source: str, row: int, on_bad: OnBad
    ) -> tuple[list[int], list[Key], list[float]]:
        """The rows that have a key, and a size where these are asked for; their keys and sizes.

        Args:
            texts: the rows as objects of JSON, with the member that is their size.
        """
        rows: list[int] = []
        found: list[Key] = []
        sizes: list[float] = []
        size = self._spec.size
        for at, key in enumerate(self.each(batch, source, row)):
            try:
                if isinstance(key, InputError):
                    raise key
                if size:
                    sizes.append(size.size_of(loads(texts[at]), source, None, f"row {row + at + 1}"))
                rows.append(at)
                found.append(key)
            except InputError as error:
                on_bad(error)
        return rows, found, sizes

    def bad(self, batch: Any, at: int, source: str, row: int) -> InputError:
        """What is wrong with a row that has no key."""
        error = next(self.each(batch.slice(at, 1), source, row + at))
        assert isinstance(error, InputError)
        return error


def _walked(path: FieldPath, schema: Any, source: str) -> FieldPath:
    """The path by names: a column may have dots in its own.

    Raises:
        InputError: there is no column of the first name, or several.
    """
    names = schema.names
    if path.text in names and len(path.names) > 1:
        path = FieldPath(re.sub(r'[\\.,"]', r"\\\g<0>", path.text))
    first = path.names[0]
    if first not in names:
        hint = f"there is {listed(names)}" if names else ""
        raise InputError(f"the column {shorten(first)} is missing", source=source, hint=hint)
    if names.count(first) > 1:
        raise InputError(f"the column {shorten(first)} is there several times", source=source)
    return path


def _values(column: Any, name: str, source: str) -> list[Any]:
    """The values of a column, as Python has them."""
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        # Parquet says of text that it is UTF-8, and nobody looks.
        raise InputError(f"the column {shorten(name)} is not UTF-8", source=source) from None
    return values


def _text(value: Any) -> Any:
    """A value as JSON has it, where it can."""
    with suppress(UnicodeDecodeError):
        return value.decode() if isinstance(value, bytes) else value
    return value
