"""A page in HTML, one file without anything outside: a map of the fleet and its tables.

arrows   Arrows of traffic on the map.
labels   Names on the map, none over another.
map      The map, as SVG.
marks    What is too close to be drawn apart on the map, as one.
page     The page as a whole.
parts    What a page shows.
tables   Views as tables.
text     Data as text of HTML.
window   The part of the world that a map shows, and where a place is on it.
"""
