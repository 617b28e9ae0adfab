"""A decision as a page: what it says, and what its map shows.

answer  The page of a decision.
chart   The map: groups by health, nodes by latency, traffic by share.
"""
