"""Columns of a table as text: a cell a line, all of them printable ASCII.

lines  Columns of numbers as lines, and lines of several columns side by side.
"""
