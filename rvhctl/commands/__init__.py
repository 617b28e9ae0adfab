"""One file a subcommand: options, request, answer.

_batch      ``--batch`` of every command.
_decisions  Messages about a decision over nodes, and its exit code.
_files      ``--to-dir``: a file for each file.
_keys       Read, place, write: what jump-hash does.
_nodes      Read, decide, write: what failover and faultset do.
_page       ``-o html``.
_tables     Tables of Arrow that jump-hash writes.
completion  ``rvhctl completion``.
failover    ``rvhctl failover``.
faultset    ``rvhctl faultset``.
help        ``rvhctl help``.
jump_hash   ``rvhctl jump-hash``.
"""

COMMANDS = ("faultset", "failover", "jump-hash", "help", "completion")
"""Each is a function of its own module in this folder, with underscores for hyphens."""
