"""Buckets and owners of columns of keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from rvhctl.columnar.columns import arrow_column, buffer_of, each_chunk, first_row, library
from rvhctl.core.columns import Ints
from rvhctl.core.keys.buffers import fill, hash_values, take_integers
from rvhctl.core.keys.owners import packed
from rvhctl.core.keys.rows import KeyRows
from rvhctl.core.placement.bits import checked_buckets
from rvhctl.core.placement.spreading import chooser_of
from rvhctl.core.words import COMPILED, signed
from rvhctl.errors import JumpHashError, shorten
from rvhctl.formats.arrow.tables import constant, same_entries, text_column
from rvhctl.keys.hashes import EMPTY_KEY
from rvhctl.nodes.arguments import instance_of
from rvhctl.placement.placement import Placement, keys_at_once

Empty = Literal["error", "hash", "null"]
"""What becomes of an empty key: it is refused, hashed like any other text, or has no answer."""

ROWS: Final = 8192
"""Rows at a time: their copies stay in a processor's cache, and signals are heard in between."""


def jump_hash(
    column: Any,
    buckets: int,
    *,
    hash: str = "xxh64",
    seed: int = 0,
    dialect: str = "paper",
    empty: Empty = "error",
) -> Any:
    """The bucket of each key of a column, as `rvhctl.jump_hash` has it of each.

    Args:
        column: a pyarrow Array or ChunkedArray, or anything with ``__arrow_c_stream__`` or ``__arrow_c_array__``
            (polars, pandas, DuckDB, nanoarrow), of text, bytes or integers, in any layout. Text is hashed as UTF-8; an
            integer is the 64-bit key itself, a negative one as two's complement; a null has no answer.
        buckets: how many there are, ``1 <= buckets <= 2**31 - 1``.
        hash: how text becomes 64 bits, a name in ``rvhctl jump-hash --list-hashes``; xxh64 is by far the fastest.
        seed: for a hash that takes one.
        dialect: how the loop of jump hash rounds, ``paper``, ``guava`` or ``exact``.
        empty: what becomes of an empty key: an ``error``, ``hash`` it, or ``null``.

    Returns:
        A ``pyarrow.Int32Array``; a ``ChunkedArray`` of the same chunks for a column in chunks.

    Raises:
        JumpHashError: the column is none, or of another type; a key is empty, and that is an error (the message names
            the row, counted from 1); or as `rvhctl.jump_hash` and `rvhctl.Placement`.
        RvhctlError: pyarrow is not installed.

    Examples:
        >>> import pyarrow as pa
        >>> from rvhctl import arrow
        >>> arrow.jump_hash(pa.array(["foo", None, "bar"]), 5).to_pylist()
        [3, None, 4]
    """
    placement = Placement(checked_buckets(buckets), hash=hash, seed=seed, dialect=dialect)
    return owners(column, placement, empty=empty)


def owners(column: Any, placement: Placement, *, names: bool = False, empty: Empty = "error") -> Any:
    """The owner of each key of a column, as ``placement.bucket`` has it of each.

    Args:
        column: as of `jump_hash`.
        placement: whose nodes own the keys.
        names: ids of nodes instead of numbers of buckets.
        empty: as of `jump_hash`.

    Returns:
        A ``pyarrow.Int32Array`` of bucket numbers, or a ``DictionaryArray`` of ids; a ``ChunkedArray`` of the same
        chunks for a column in chunks.

    Raises:
        JumpHashError: as `jump_hash`; or the nodes have no names.
        RvhctlError: pyarrow is not installed.

    Examples:
        >>> import pyarrow as pa
        >>> from rvhctl import Placement, arrow
        >>> arrow.owners(pa.array(["foo", "bar"]), Placement(["a", "b", "c"]), names=True).to_pylist()
        ['a', 'c']
    """
    instance_of(Placement, placement, "placement", JumpHashError)
    if empty not in ("error", "hash", "null"):
        raise JumpHashError(f"empty must be 'error', 'hash' or 'null' (got {shorten(empty)})")
    if names and not placement.nodes.ids:
        raise JumpHashError("the nodes have no names; names=False gives the numbers of their buckets")
    pa = library()
    keys = arrow_column(column, "the keys", JumpHashError)
    chooser = KeyOwners(placement, empty)
    if not names:
        return each_chunk(keys, chooser.of, pa.int32())
    ids = text_column(placement.nodes.ids)

    def named(chunk: Any, row: int) -> Any:
        return pa.DictionaryArray.from_arrays(chooser.of(chunk, row), ids)

    return each_chunk(keys, named, pa.dictionary(pa.int32(), pa.string()))


TEXTS: Final = (
    *("string", "large_string", "string_view"),
    *("binary", "large_binary", "binary_view", "fixed_size_binary"),
)
"""Types of text and bytes, by their names in pyarrow."""


def is_key(kind: Any) -> bool:
    """Whether values of a type can be keys."""
    types = library().types
    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        kind = kind.value_type
    named = any(getattr(types, f"is_{name}")(kind) for name in TEXTS)
    return named or types.is_integer(kind) or types.is_null(kind)


class KeyOwners:
    """The buckets of arrays of keys."""

    def __init__(self, placement: Placement, empty: Empty, count: int = 1) -> None:
        """``count``: how many buckets of each key's order are chosen."""
        self._pa: Final = library()
        self._empty: Final = empty
        self._recipe: Final = placement.recipe
        # Interpreted, the library hashes faster.
        self._native: Final = COMPILED and placement.recipe.name == "xxh64"
        self._seed: Final = signed(placement.recipe.seed)
        self._count: Final = count
        self._rows: Final = keys_at_once(count, ROWS)
        self._chooser: Final = chooser_of(placement.table, count)
        self._bits: Final = Ints([0] * self._rows)
        self._chosen: Final = Ints([0] * (self._rows * count))
        self._dictionary: Any = None
        self._plain_entries: Any = None

    def of(self, array: Any, row: int) -> Any:
        """The buckets of an array, null for a null; ``row`` is that of its first key."""
        pc, types = self._pa.compute, self._pa.types
        rows = None
        if types.is_dictionary(array.type):
            keys, rows = self._entries(array.dictionary), array.indices
            # An error of a library's hash names a row.
            if not self._native or len(keys) > len(array):
                keys, rows = keys.take(rows), None
        else:
            keys = self._plain(array)
        empty = None if types.is_integer(keys.type) else pc.equal(pc.binary_length(keys), constant(0))
        buckets = self._numbers(keys, row)
        if keys.null_count:
            buckets = pc.if_else(keys.is_valid(), buckets, None)
        if rows is not None:
            buckets = buckets.take(rows)
            empty = None if empty is None else empty.take(rows)
        if empty is None or self._empty == "hash":
            return buckets
        at = first_row(empty)
        if at >= 0 and self._empty == "error":
            raise JumpHashError(f"row {row + at + 1}: {EMPTY_KEY}")
        return pc.if_else(empty, None, buckets) if at >= 0 else buckets

    def answered(
        self, array: Any, row: int, output: Callable[[bytes, KeyRows], bytes], rows: KeyRows
    ) -> bytes:
        """What an output that looks at owners alone makes of an array without nulls and empty keys."""
        keys = self._plain(array)
        parts = []
        for start in range(0, len(keys), rows.room):
            count = min(rows.room, len(keys) - start)
            self._hash(keys, start, count, row, rows.keys)
            rows.count = count
            parts.append(output(b"", rows))
        return b"".join(parts)

    def missing(self, array: Any) -> Any:
        """Which entries of an array are null or empty; None where none is."""
        pc, types = self._pa.compute, self._pa.types
        keys = self._plain(array)
        missing = keys.is_null()
        if not types.is_integer(keys.type):
            missing = pc.or_kleene(missing, pc.equal(pc.binary_length(keys), constant(0)))
        return missing if pc.any(missing).as_py() else None

    def several(self, array: Any, row: int) -> Any:
        """The buckets of each key of an array without nulls, one key after the other."""
        return self._numbers(self._plain(array), row)

    def _plain(self, array: Any) -> Any:
        """The same keys as text or bytes with offsets, or as integers of 64 bits.

        Raises:
            JumpHashError: they are of another type.
        """
        pa, types, kind = self._pa, self._pa.types, array.type
        # Of values as they are, pyarrow decodes neither runs nor a dictionary of every type.
        if types.is_run_end_encoded(kind):
            runs = pa.RunEndEncodedArray.from_arrays(array.run_ends, self._plain(array.values))
            return pa.compute.run_end_decode(runs.slice(array.offset, len(array)))
        if types.is_dictionary(kind):
            return self._entries(array.dictionary).take(array.indices)
        if types.is_uint64(kind):
            return array.view(pa.int64())
        if types.is_integer(kind):
            return array.cast(pa.int64())
        if types.is_string(kind) or types.is_binary(kind):
            return array
        if types.is_large_string(kind) or types.is_large_binary(kind):
            return array
        if types.is_fixed_size_binary(kind):
            return array.cast(pa.binary())
        if types.is_string_view(kind) or types.is_binary_view(kind):
            return array.cast(pa.large_string() if types.is_string_view(kind) else pa.large_binary())
        if types.is_null(kind):
            return array.cast(pa.int64())
        raise JumpHashError(f"a key must be text, bytes or an integer (got a column of {kind})")

    def _entries(self, dictionary: Any) -> Any:
        """The entries of a dictionary as plain keys, made once for all chunks that share it."""
        if not same_entries(dictionary, self._dictionary):
            self._dictionary, self._plain_entries = dictionary, self._plain(dictionary)
        return self._plain_entries

    def _numbers(self, keys: Any, row: int) -> Any:
        """The buckets of plain keys; of a null, any."""
        parts = []
        for start in range(0, len(keys), self._rows):
            count = min(self._rows, len(keys) - start)
            self._hash(keys, start, count, row, self._bits)
            at = 0
            while at < count:
                at = self._chooser.choose(self._bits, at, count, self._chosen)
            parts.append(packed(self._chosen, count * self._count))
        buffer = self._pa.py_buffer(b"".join(parts))
        return self._pa.Array.from_buffers(self._pa.int32(), len(keys) * self._count, [None, buffer])

    def _hash(self, keys: Any, start: int, count: int, row: int, bits: Ints) -> None:
        """Make 64 bits of ``count`` keys from ``start`` on."""
        types, kind = self._pa.types, keys.type
        if types.is_integer(kind):
            take_integers(bits, buffer_of(keys, start, count, 8), count)
        elif not self._native:
            fill(bits, self._digest(keys, start, count, row))
        else:
            large = types.is_large_string(kind) or types.is_large_binary(kind)
            width = 8 if large else 4
            offsets = buffer_of(keys, start, count + 1, width)
            hash_values(bits, offsets, large, _between(keys, offsets, width), count, self._seed)

    def _digest(self, keys: Any, start: int, count: int, row: int) -> list[int]:
        """The same by the hash of a library."""
        texts = keys.slice(start, count).cast(self._pa.large_binary())
        digest, hashes_empty = self._recipe.digest, self._empty == "hash"
        bits = []
        for text in texts.to_pylist():
            try:
                bits.append(signed(digest(text)) if text or (text is not None and hashes_empty) else 0)
            except JumpHashError as error:
                raise JumpHashError(f"row {row + start + len(bits) + 1}: {error}") from None
        return bits


def _between(keys: Any, offsets: bytes, width: int) -> bytes:
    """The bytes of the values whose offsets these are."""
    first = int.from_bytes(offsets[:width], "little")
    data = keys.buffers()[2]
    size = int.from_bytes(offsets[-width:], "little") - first
    text: bytes = data.slice(first, size).to_pybytes() if size else b""
    return text
