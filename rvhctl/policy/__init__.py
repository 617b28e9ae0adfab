"""Which nodes are fit to serve.

advice       Which precision gives cells that can carry the traffic of one another.
decision     The decision on a fleet: which nodes serve, and by which kernel it is found.
evaluate     Nodes as Python callers give them, evaluated under a policy.
evaluation   One evaluation of a fleet under a policy: limits, health, safeguards and the answer of every group.
failover     Which nodes are fit to serve: failover by latency, over a list or cell by cell.
memory       What is remembered of each node from round to round, as a value: nothing here touches a file.
memory_file  The file of a memory: one run at a time, and never half written.
percent      Percentages as exact fractions, so that 28 % of 25 is 7 and no rounding decides over a node.
plan         Where the traffic of each cell goes.
policy       What a fleet is held to: every limit, safeguard and damper in one object, checked when it is made.
request      What is asked of nodes, whichever way it was stated: by flags, in a document, in a request of a
             batch.
views        Decisions as people see them: who serves, why each node is in or out, a plan of traffic, advice
             on precision.
"""
