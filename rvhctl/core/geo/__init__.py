"""Cells of the globe, and distances on it.

advise   Overlap of neighbours in their cells, for advice on a precision.
geohash  Geohash cells as integers, by exact bisection.
joining  Small groups joined with their nearest neighbours.
kdtree   Nearest points: a k-d tree over unit vectors.
sphere   Great circles, and points as unit vectors.
"""
