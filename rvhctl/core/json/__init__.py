"""Ends and parts of JSON values in a text.

merging  One object of two.
rows     Columns as objects.
skip     Where a value ends, strictly by RFC 8259.
spans    Where the members or elements of a container stand.
"""
