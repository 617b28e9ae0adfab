"""Cells of the globe, and distances on it.

advise      Cells of a fleet at every precision, for advice on one.
geohash     Geohash cells as integers, by exact bisection.
joining     Small groups joined with the nearest.
kdtree      Nearest points: a k-d tree over unit vectors.
neighbours  Nearest other nodes, and the letters that both cells share.
places      Where groups stand: cells and centroids.
sphere      Great circles, and points as unit vectors.
"""
