"""What a key is, and where it comes from.

cells    Rows of a table as keys.
elements Elements of a JSON array as keys.
fields   Keys inside a record: a field, or what a pattern finds.
hashes   Hashes by name; a new one is a line of its table.
jobs     Jobs over lines; numbered buckets in one pass.
key      A key, and what it may be.
lines    Lines of a block as keys.
records  Records with a key, in any format.
sizes    How large each key is, by what the caller or a file says.
stream   A stream of lines, over forked workers where that pays.
"""
