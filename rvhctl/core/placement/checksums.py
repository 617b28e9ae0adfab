"""Three checksums of 64 bits that no well-kept library gives: FNV-1, FNV-1a and CRC-64/XZ.

FNV: RFC 9923. CRC-64/XZ: the polynomial of ECMA-182, reflected, as the .xz format (section 1.1) and Go's
``crc64.ECMA`` have it. Digests are in 0..2^64-1.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.words import COMPILED, MASK_64

FNV_PRIME: Final = 0x100000001B3
# The offset basis 0xCBF29CE484222325 as a signed integer; odd, so that twice its half and one more is it.
HALF_FNV_BASIS: Final = (0xCBF29CE484222325 - 0x10000000000000000) >> 1

# The reflected polynomial 0xC96C5795D7870F42 as a signed integer is twice this.
HALF_CRC_POLYNOMIAL: Final = (0xC96C5795D7870F42 - 0x10000000000000000) >> 1


def fnv1(data: bytes) -> int:
    """FNV-1, 64 bits: multiply, then XOR with the byte."""
    return fnv(data, False)


def fnv1a(data: bytes) -> int:
    """FNV-1a, 64 bits: XOR with the byte, then multiply."""
    return fnv(data, True)


def fnv(data: bytes, xor_first: bool) -> int:
    if not COMPILED:
        state = 2 * HALF_FNV_BASIS + 1
        for byte in data:
            state = (state ^ byte) * FNV_PRIME if xor_first else (state * FNV_PRIME) ^ byte
            state &= MASK_64
        return state & MASK_64
    half: i64 = HALF_FNV_BASIS
    bits: i64 = (half << 1) + 1
    end: i64 = len(data)
    for at in range(end):
        c: i64 = data[at]
        # The multiplication wraps.
        bits = (bits ^ c) * FNV_PRIME if xor_first else (bits * FNV_PRIME) ^ c
    return int(bits) & MASK_64


def crc_table() -> vec[i64]:
    """What each byte does to a CRC."""
    half: i64 = HALF_CRC_POLYNOMIAL
    table = vec[i64]()
    count: i64 = 256
    for byte in range(count):
        crc = byte
        for _ in range(8):
            low = crc & 1
            crc = (crc >> 1) & 0x7FFFFFFFFFFFFFFF
            if low == 1:
                crc ^= half << 1
        table = append(table, crc)
    return table


CRC_TABLE: Final = crc_table()


def crc64_xz(data: bytes) -> int:
    """CRC-64/XZ: reflected, from all ones, and inverted at the end."""
    table = CRC_TABLE
    crc: i64 = -1
    end: i64 = len(data)
    for at in range(end):
        c: i64 = data[at]
        crc = table[(crc ^ c) & 0xFF] ^ ((crc >> 8) & 0xFFFFFFFFFFFFFF)
    return ~int(crc) & MASK_64
