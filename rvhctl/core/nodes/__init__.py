"""Node records as bytes, and their columns.

csv_scan     Rows of CSV.
details      State, weight and capacity of nodes, as columns.
duplicates   Ids that come twice: among objects, and among hashes.
ids          Ids as a column of texts.
json_record  One object of JSON of plain form.
json_scan    NDJSON, or a JSON array.
labels       Records grouped by their labels.
prefilter    The nodes of a block within a latency limit; the others are only counted.
record       What a record says, and its numbers.
rows         Records as columns over their text.
scan         One pass over records of any format.
"""
