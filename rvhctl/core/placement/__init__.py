"""Hashes of keys, and the buckets that own them.

bits       From a key of Python to its bucket in one call: tell its type, hash, jump.
checksums  Three checksums of 64 bits that no well-kept library gives: FNV-1, FNV-1a and CRC-64/XZ.
choosing   The first few buckets of each key's order of preference, in slices of bounded work.
jump       Jump consistent hash: the bucket of a 64-bit key, in the three dialects that are in use.
placement  Which bucket owns a key while some buckets are down and some weigh less than others.
probes     The 64 bits that a key takes to its next probes: XXH64 of one or two words, each of eight bytes.
scores     The best few of many buckets by score, for what a key's probes leave open: rendezvous hashing.
xxh64      XXH64, exact for any seed and length, over a bytes object or a span of one.
"""
