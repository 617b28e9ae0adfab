"""Which nodes are fit to serve.

cells        The cells of a fault set, one after another.
evaluate     Nodes as Python callers give them, evaluated under a policy.
evaluated    The nodes that an evaluation answers with.
evaluation   One evaluation of a fleet under a policy: limits, verdicts, rails and the answer of every group.
failover     Which nodes are fit to serve: failover by latency, over a list or cell by cell.
memory       What is remembered of each node from round to round, as a value: nothing here touches a file.
memory_file  The file of a memory: one run at a time, and never half written.
percent      Percentages as exact fractions, so that 28 % of 25 is 7 and no rounding decides over a node.
planning     Where the traffic of each cell goes, and which precision gives cells that can carry it.
policy       What a fleet is held to: every limit, rail and damper in one object, checked when it is made.
request      What is asked of nodes, whichever way it was stated: by flags, in a document, in a request of a
             batch.
slices       Failover and fault sets over whole columns, in slices of so many nodes.
views        Answers that are no list of nodes: why each node is in or out, a plan of traffic, advice on
             precision.
"""
