"""The targets, by what they are about.

csv      Cells and rows.
doors    Documents, requests, patterns and the output of tools.
flags    What options say in a few letters.
json     Values, spans, merged objects.
keys     Lines, rows, fields and cells as keys.
nodes    Scanners of nodes.
numbers  Columns of numbers, and words of text.
place    Jump hash, placements and geohashes.
tables   Tables and columns of Arrow.
"""
