"""The targets, by what they are about.

doors    Documents, requests and the output of tools: nothing but errors of ours comes out.
geo      Geohashes.
csv      Cells and rows.
json     Values, spans, merged objects.
keys     Lines, rows, fields and cells as keys.
nodes    Scanners of nodes.
numbers  Numbers and columns of them.
place    Jump hash and placements.
"""
