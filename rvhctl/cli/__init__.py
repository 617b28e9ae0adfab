"""The language of the command line; a new flag is declared here.

flag_types      Types of values of options: durations, percentages, whole numbers.
help            Help out of the declared options: a screenful, all, a page of the manual.
key_options     The options of jump-hash.
key_runs        How jump-hash runs, also on many files.
node_options    The options of failover and faultset: groups, sources.
option_groups   Option groups: options that belong together as one parameter of a command.
options         The options that all commands share.
policy_options  The options of failover and faultset: limits, safeguards, memory.
report          Messages on standard error, and the exit code.
usage           Usage errors on one line, with the nearest thing that would be right.
version         What ``rvhctl -V`` says.
view_options    The options that ask for a view in place of the survivors.
"""
