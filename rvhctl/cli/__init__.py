"""The language of the command line: options, help, usage errors, report, progress.

flag_types     What the value of an option may be: one that does not parse is wrong usage, one out of range
               is a failure.
help           Help, drawn by rich through Typer: with our colours, onto our standard output, in its encoding.
key_options    The options of ``jump-hash`` that go beyond keys and a number of buckets, in panels of
               ``--help``.
node_options   The options of failover and faultset: limits, safeguards, memory, views and sources.
option_groups  Option groups: a command takes options that belong together as one parameter.
options        The options that commands share.
progress       A progress line on a terminal's standard error.
report         Standard error and the exit code: one place counts what went wrong and says it.
usage          Usage errors on one line: what is wrong, the nearest thing that would be right, where to read
               on.
version        What ``rvhctl -V`` says.
"""
