"""Which keys would move: from where to where, of which sizes, and in what order.

flows   How many keys go from which bucket to which, and their sizes.
matrix  Views: the flows as a matrix.
order   Moves in steps that fill no node beyond its bound.
steps   The keys that move, step by step.
"""
