"""Node records out of bytes, and their columns.

duplicates  Whether an id comes twice: of ids of Python callers, and of ids in a text by their 64-bit hashes.
prefilter   NDJSON nodes within a latency limit, block by block; the others are only counted.
record      One node record as text, read to the last bit as the JSON library would read it, or not at all.
rows        Node records as columns over the text they stand in.
scan        One pass over node records as text: NDJSON, or the elements of one JSON array.
"""
