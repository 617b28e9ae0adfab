"""Keys and nodes as columns of Arrow; what users call is in ``rvhctl.arrow``.

answers  Keys that stand in tables, and answers that are tables.
columns  Columns of other libraries as arrays of Arrow.
fleet    Cells of points, and which rows are fit to serve.
keys     Buckets and owners of keys.
records  Keys of record batches.
tables   Record batches with the owners of their keys.
"""
