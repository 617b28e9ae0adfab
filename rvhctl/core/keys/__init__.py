"""Lines of keys, and their answers, as bytes.

answers  Answers: bucket numbers, names, or the records with them put in.
buffers  Keys and answers in the buffers of Arrow.
cells    Rows of CSV whose key is a cell.
fields   Rows of NDJSON whose key is a field.
joined   A key of several fields or cells.
lines    From lines to bucket numbers in one pass, the fastest way; decimal keys.
owners   Rows by their owners: selected, split, counted.
rows     Lines as rows: places in a block, and 64 bits of each key.
"""
