"""Node records as bytes, and their columns.

duplicates  Ids that come twice: among objects, and among hashes.
prefilter   The nodes of a block within a latency limit; the others are only counted.
record      One record of plain form.
rows        Records as columns over their text.
scan        One pass over NDJSON or a JSON array.
"""
