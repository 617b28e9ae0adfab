"""Which nodes are fit to serve; a new limit begins in ``policy`` and ``evaluation``.

advice       Advice on a precision.
decision     A decision on a fleet; the kernel is chosen here.
evaluate     ``evaluate``, for Python callers.
evaluation   A fleet under a policy, step by step.
failover     ``failover`` and ``faultset``, for Python callers.
groups       Nodes in groups, by cell or by label.
memory       What is remembered of each node from round to round.
memory_file  The file of a memory, locked and written whole.
pages        A decision as a page, with its map.
plan         Plans of traffic.
policy       ``Policy``: limits, safeguards and damping; percentages.
request      Requests about nodes, from flags, documents and batches.
traffic      How much traffic there is, what carries it, and what breaks if one fails.
views        Views: ranks, groups, reasons, plans, drills, advice.
"""
