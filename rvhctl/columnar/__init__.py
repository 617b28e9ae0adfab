"""Keys and nodes as columns of Arrow; what users call is in ``rvhctl.arrow``.

actions  Answers that are tables.
answers  Answers for keys that stand in tables.
columns  Columns of other libraries as arrays of Arrow.
fleet    Cells of points, and which rows are fit to serve.
kept     Rows that wait until all keys are there.
keys     Buckets and owners of keys.
records  Keys of record batches.
tables   Record batches with the owners of their keys.
"""
