"""Owners of a finite set of keys, which may differ in size, when no node may get more than its bound.

assignment  ``Assignment``: the owners of these keys, and how full each node is.
bounds      From sizes and weights to the integers that the core compares.
gather      Records kept until all are there.
"""
