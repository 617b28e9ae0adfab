"""Nodes out of tables of Arrow, a record batch at a time.

columns  Columns of a batch as those of a fleet; nothing that the rules of a record would take otherwise.
kept     The rows that may go out, and some of them as they came or as objects of JSON.
read     A table as nodes.
text     A table as NDJSON, for whatever else reads nodes.
"""
