"""Cells of the earth's surface and distances on it.

advise   Which precision suits a fleet: how its cells look at each.
geohash  Geohash cells as integers, by exact bisection; base-32 text only for what is shown.
joining  Groups too small to fail over join the nearest of their neighbours.
kdtree   The nearest points on the globe among many: a k-d tree over unit vectors.
sphere   Distances on the globe: great circles by the haversine formula, and points as unit vectors.
"""
