"""Cells and rows of CSV as bytes.

cells    Ends of cells and rows.
objects  Rows as objects of JSON, and objects as rows.
rows     Columns as rows.
"""
