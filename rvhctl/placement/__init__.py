"""Which bucket or node owns a key.

bounded      Owners of a finite set of keys under a bound.
buckets      Buckets: their nodes, weights and failures.
count        Views: counts, evenness and moves.
evenness     Statistics of a spread, and of a change.
explain      How a key comes to its nodes, probe by probe.
flags        Names, weights and failures of nodes, from flags.
job          Lines of keys answered; the kernel is chosen here.
jump         ``jump_hash`` and its kin, for Python callers.
moving       Which keys would move, from where to where.
place        Keys and records with their owners, in every format.
placement    ``Placement``, for Python callers.
request      Placements from flags and requests.
select       The records of some buckets.
slots        Which node has which slot, whatever order the nodes come in.
sources      Sources of keys, answered.
split_files  A file for each bucket, all or none.
"""
