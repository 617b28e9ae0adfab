"""The fast half, compiled by mypyc: columns in, indices out; no screen, no file.

columns    Columns of numbers that interpreted code may hold: floats, 64-bit integers, small codes.
geo        Cells of the earth's surface and distances on it.
json       JSON as bytes: where values begin and end.
keys       Keys out of bytes, and their answers as bytes.
nodes      Node records out of bytes, and their columns.
numbers    What counts as a number, alone and in lists: latencies and coordinates that Python callers give.
placement  Hashes of keys, and the buckets that own them.
policy     The steps of a decision over columns.
words      Words of 64 bits: as integers, and as eight bytes of text at a time.
"""
