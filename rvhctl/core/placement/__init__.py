"""Hashes of keys, and the buckets that own them.

bits       From a Python key to 64 bits, and to its bucket.
bounding   Owners of a finite set of keys under a bound.
checksums  FNV-1, FNV-1a and CRC-64/XZ.
choosing   The first few buckets of each key, in slices of bounded work.
jump       Jump consistent hash in three dialects.
probes     The hashes of those probes.
scores     Rendezvous hashing, for what probes leave open.
spreading  Replicas in as many failure domains as there are.
table      Buckets that fail and weigh differently: the owner of a key by probes.
xxh64      XXH64 of a span.
"""
