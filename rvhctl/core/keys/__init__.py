"""Keys out of bytes, and their answers as bytes.

answers  What goes out for rows of keys: bucket numbers, names, or the rows' own bytes.
fields   Rows of NDJSON whose key is a field of each record, by a dotted path.
lines    Lines of keys in, lines of bucket numbers out: a block of bytes at a time, and no object for a line.
owners   Rows of keys by their owners: the bytes of some, of each bucket's, or only the owners' numbers.
rows     Lines of a block as rows: where each stands, and the 64 bits of its key.
"""
