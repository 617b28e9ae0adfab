"""The fast half, compiled by mypyc: columns in, indices out; no screen, no file.

columns    Lists of Python objects as columns of floats: the checks of a latency and of a coordinate.
geo        Cells of the earth's surface and distances on it.
json       JSON as bytes: where values begin and end.
keys       Keys out of bytes, and their answers as bytes.
nodes      Node records out of bytes, and their columns.
numeric    What counts as a number: Python's own, NumPy's scalars, ``Decimal``, ``Fraction`` and their like.
placement  Hashes of keys, and the buckets that own them.
policy     The steps of a decision over columns.
vectors    Columns of numbers that interpreted code may hold: floats, 64-bit integers, small codes.
"""
