"""The steps of a decision.

cells          Nodes by cell, and the survivors of each: fault sets.
damping        Nodes that leave and come back only after several rounds.
grouping       All nodes in order, group by group.
health         The health of each group.
limits         The limit of each group, and who is over it.
plan           Shares of traffic for the nearest healthy groups.
priority_load  Envoy's priority load, in integers.
ranking        Survivors found in slices, for an event loop.
reasons        Why a node is in the answer or not, as a code.
safeguards     Nodes kept so that a group is not emptied.
samples        One latency from samples, and the loss.
survivors      Nodes within a limit, the fastest first: failover.
"""
