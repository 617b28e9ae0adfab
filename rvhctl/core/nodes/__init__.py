"""Node records out of bytes, and their columns.

distinct    Whether an id has been there before.
duplicates  Ids as 64-bit hashes, and whether one of these comes twice.
prefilter   NDJSON nodes within a latency limit, block by block: what lies over it is counted and forgotten.
record      One node record as text, read to the last bit as the JSON library would read it, or not at all.
rows        Node records as columns over the text they stand in.
scan        One pass over node records as text: NDJSON, or the elements of one JSON array.
"""
