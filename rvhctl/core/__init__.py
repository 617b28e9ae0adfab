"""The fast half, compiled by mypyc: columns in, indices out; no screen, no file.

columns    Columns of floats, of 64-bit integers and of small codes, which interpreted code may hold.
csv        Cells and rows of CSV as bytes.
geo        Cells of the globe, and distances on it.
json       Ends and parts of JSON values in a text.
keys       Lines of keys, and their answers, as bytes.
memory     What is remembered from round to round.
nodes      Node records as bytes, and their columns.
numbers    What counts as a number; lists of latencies and coordinates as columns.
placement  Hashes of keys, and the buckets that own them.
policy     The steps of a decision.
text       Columns of a table as lines of text.
words      Words of 64 bits, as integers and as eight bytes of text.
"""
