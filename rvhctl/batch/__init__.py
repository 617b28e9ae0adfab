"""``--batch``: requests in NDJSON, one answer a line, on one process or several.

batch          The driver: sources in, answers out in order, counted, on as many processes as pay.
blocks         Blocks of whole lines, and the answers to one of them.
files          Requests of a regular file, shared by forked workers.
key_requests   Requests about keys.
node_requests  Requests about nodes.
pool           A pool of worker processes, for streams and ``--unordered``.
"""
