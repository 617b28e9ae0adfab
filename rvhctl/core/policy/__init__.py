"""The steps of a decision over columns.

cells          Fault sets: group nodes by geohash cell, and put the survivors of each cell in order of
               latency.
damping        Damping: a node leaves after some bad rounds in a row and comes back after some good ones.
grouping       All nodes put in order, group by group: the order that limits, safeguards and plans read.
limits         The limit of each group, and who is over it.
plan           Who serves the traffic of each group: itself, and the nearest healthy ones.
priority_load  Where the traffic of a cell goes when not all of it can stay: Envoy's priority levels in
               integers.
ranking        Failover in steps, each of some milliseconds: for callers that must come back to an event loop.
reasons        Why a node is in the answer, or is not: one code a node.
safeguards     From fit nodes to the answer: safeguards that keep the last of a group from being thrown out.
samples        From samples to one latency a node, and how many of the samples were lost.
survivors      Failover: who answers within the limit, the fastest first.
health         The health of each group, before any safeguard: is enough of it fit?
"""
