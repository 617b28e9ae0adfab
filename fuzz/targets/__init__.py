"""The targets, by what they are about.

csv      Cells and rows.
doors    Documents, requests, patterns and the output of tools.
flags    What options say in a few letters.
json     Values, spans, merged objects.
keys     Lines, rows, fields, cells and files as keys.
known    Inventories, demands, lists of nodes, sizes, slots, notes of runs.
nodes    Scanners of nodes.
numbers  Columns of numbers, and words of text.
place    Jump hash, placements, bounded loads and geohashes.
screens  Terminals, pages, and lines of a shell.
tables   Tables and columns of Arrow.
"""
