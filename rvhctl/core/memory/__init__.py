"""What is remembered from round to round.

remembered  Nodes looked up in a memory, and the memory after a round.
"""
