"""One file a format; a new one is a module here, named in ``choice``.

arrow    Tables of Arrow: Parquet and Arrow IPC.
choice   The formats there are, which one an input is in, and which one is asked for.
csv      CSV and TSV.
headers  What the columns of a table of nodes are.
html     A page with a map.
json     JSON documents.
jsontext JSON text with the places of its values and errors.
ndjson   NDJSON.
plain    A key, an id or a number a line.
rows     The rows of CSV and TSV with their lines.
shapes   Records and views, which every format reads and writes.
table    Tables for people, as wide as the terminal.
tools    What measuring tools say.
wording  Numbers and counts for people.
write    Writers of records, views and rows.
"""
