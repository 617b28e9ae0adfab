"""Workers, threads, steps, processors, locks, signals, and pipes of others.

ahead       What another thread makes before it is asked for.
fork        Forked workers that answer blocks in turns, through pipes (Linux).
locking     Locks on open files and folders.
processors  The number of processors this process may use.
signals     The signals that end the program.
steps       Work as a generator of slices, run at a stretch or in turns of an event loop.
waiting     Pipes that others have told not to wait.
"""
