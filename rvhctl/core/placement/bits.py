"""From a key of Python to its bucket in one call: tell its type, hash, jump.

``digest`` gives the 64 bits of a key's bytes, in 0..2^64-1, by the caller's recipe. Where ``native`` says
that this is xxh64 with seed 0, compiled code hashes by itself and only the interpreted core calls it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from librt.strings import BytesWriter, write_i64_le

from rvhctl.core.numbers import whole_of
from rvhctl.core.placement.jump import MAX_BUCKETS, jump
from rvhctl.core.placement.xxh64 import xxh64_span
from rvhctl.core.words import COMPILED, TWO_63, TWO_64, signed
from rvhctl.errors import JumpHashError, shorten

if TYPE_CHECKING:
    from mypy_extensions import i64

WHOLE: Final = bytes([255]) * 8
"""Stands before an integer in a key of several fields, where text has its length."""


def bucket_of(key: object, buckets: object, native: bool, digest: Callable[[bytes], int]) -> int:
    """The bucket of one key in the paper dialect."""
    count: i64 = checked_buckets(buckets)
    return jump(key_bits(key, native, digest), count)


def buckets_of(
    keys: list[object], start: int, end: int, buckets: object, native: bool, digest: Callable[[bytes], int]
) -> list[int]:
    """The buckets of ``keys[start:end]``; an error names its key, counted from 1."""
    count: i64 = checked_buckets(buckets)
    answer: list[int] = []
    position = start
    try:
        while position < end:
            answer.append(jump(key_bits(keys[position], native, digest), count))
            position += 1
    except JumpHashError as error:
        raise JumpHashError(f"key {position + 1}: {error}") from None
    return answer


def key_bits(key: object, native: bool, digest: Callable[[bytes], int]) -> i64:
    """The 64 bits of a key as a signed integer."""
    if isinstance(key, int) and not isinstance(key, bool):
        return integer_bits(key)
    if not isinstance(key, (str, bytes)):
        whole = whole_of(key)
        if whole is not None:
            return integer_bits(whole)
    data = key_bytes(key)
    if COMPILED and native:
        return xxh64_span(data, 0, len(data), 0)
    return signed(digest(data))


def integer_bits(key: int) -> i64:
    """The 64 bits of an integer key: itself, negative as two's complement."""
    if key < -TWO_63 or key >= TWO_64:
        raise JumpHashError(f"an integer key must fit 64 bits, -2^63 <= key < 2^64 (got {shorten(key)})")
    return signed(key)


def key_bytes(key: object) -> bytes:
    """The bytes of a text key, or of one of several fields."""
    if isinstance(key, tuple):
        return joined_bytes(key)
    data = text_bytes(key)
    if len(data) == 0:
        raise JumpHashError("the key is empty")
    return data


def joined_bytes(fields: tuple[object, ...]) -> bytes:
    """The bytes of a key of several fields: each text behind its length, so that no other fields have the same."""
    if len(fields) < 2:
        raise JumpHashError(f"a key of several fields has at least two (got {len(fields)})")
    if fields.count("") + fields.count(b"") == len(fields):
        raise JumpHashError("the key is empty: each of its fields is")
    data = BytesWriter()
    for field in fields:
        whole = None if isinstance(field, (str, bytes)) else whole_of(field)
        if whole is None:
            text = text_bytes(field)
            write_i64_le(data, len(text))
            data.write(text)
        else:
            data.write(WHOLE)
            write_i64_le(data, integer_bits(whole))
    return data.getvalue()


def text_bytes(key: object) -> bytes:
    """The bytes of a text."""
    if isinstance(key, str):
        try:
            return key.encode("utf-8")
        except UnicodeEncodeError:
            raise JumpHashError(f"a key must be text that UTF-8 can encode (got {shorten(key)})") from None
    if isinstance(key, bytes):
        return key
    raise JumpHashError(f"a key must be str, bytes or int, or a tuple of them (got {shorten(key)})")


def checked_buckets(buckets: object) -> int:
    """The number of buckets, if it is one."""
    count = whole_of(buckets)
    if count is None:
        raise JumpHashError(f"buckets must be an integer (got {shorten(buckets)}); give 1 to {MAX_BUCKETS}")
    if count < 1 or count > MAX_BUCKETS:
        raise JumpHashError(f"buckets is out of range (got {shorten(buckets)}); give 1 to {MAX_BUCKETS}")
    return count
