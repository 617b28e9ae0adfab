"""One file a subcommand: options, request, answer.

_batch      ``--batch`` of every command: which flags go with it, and how many processes answer.
_decisions  What the commands over nodes say about a decision: warnings, who was dropped, how the run ends.
_hashes     ``--list-hashes``: each recipe from a key to its 64 bits, and the systems that have the same.
_keys       From what is asked to the answer: nodes, then records, then what becomes of them.
_nodes      Both commands over nodes: read, decide, write, and end as the decision says.
completion  ``rvhctl completion``: print a completion script; no command edits a shell's files.
failover    ``rvhctl failover``: filter by a latency threshold, rank by latency.
faultset    ``rvhctl faultset``: cluster by geohash, fail over inside each cell, merge the survivors.
jump_hash   ``rvhctl jump-hash``: which bucket owns each key.
"""
