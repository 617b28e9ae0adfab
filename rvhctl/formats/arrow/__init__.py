"""Tables of Arrow, in files and streams, a record batch at a time; pyarrow is imported when one is read or written.

ipc      Arrow IPC: streams, and files (Feather).
parquet  Parquet.
columns  What pyarrow does with columns of some types only, done with those of all.
objects  Rows as objects of JSON.
tables   What both share: where bytes come from and go to, and the tables that are written.
"""
