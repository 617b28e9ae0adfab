"""Forked workers, steps of an event loop, processors, locks.

fork        Worker processes forked from this one: each gets its work at the fork, and answers through a pipe
            (Linux).
locking     Locks on open files and folders, held by this process and its forks until they end.
processors  How many processors this process may use.
steps       Work written once as a generator that yields between slices, run at a stretch or in turns with
            others.
"""
