"""Many files at once: each input becomes a file of its own, with the owners of its keys.

cluster  A cluster of Dask: found or started, its workers checked, kept busy.
columns  A Parquet file again, row group by row group.
job      What all files of a run share, and what comes of each.
plan     Which files there are, and what each becomes.
records  Records of any format again, with the owners of their keys.
room     What a run leaves beside its files: notes of what is done, a manifest, the mark of success.
run      A run over all files, to its end or to where it can be taken up again.
stores   Files on this machine, and behind URLs.
work     The work on one file, wherever it runs.
"""
