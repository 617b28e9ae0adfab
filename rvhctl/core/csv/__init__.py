"""Cells and rows of CSV as bytes.

cells    Ends of cells and rows.
numbers  Numbers as people write them.
objects  Rows as objects of JSON, and objects as rows.
rows     Columns as rows.
"""
