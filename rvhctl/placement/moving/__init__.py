"""Which keys would move: from where to where, and of which sizes.

flows   How many keys go from which bucket to which, and their sizes.
matrix  Views: the flows as a matrix.
"""
