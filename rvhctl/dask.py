"""Many files at once, on a cluster of Dask: each input becomes a file of its own, with the owners of its keys. It needs
Dask and pyarrow, which are imported when it is called: ``pip install 'rvhctl[dask]'``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from typing import Any, Literal

from rvhctl.core.keys.lines import DECIMAL
from rvhctl.engine.cluster import check_workers, library, outcomes
from rvhctl.engine.job import Part, maker
from rvhctl.engine.run import Run
from rvhctl.errors import RvhctlError, shorten
from rvhctl.keys.fields import field_paths
from rvhctl.keys.key import KeyRule
from rvhctl.keys.records import KeySpec
from rvhctl.placement.placement import Placement

__all__ = ["Part", "bucket_files"]


def bucket_files(
    client: Any,
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    to_dir: str | os.PathLike[str],
    *,
    column: str | None,
    buckets: int | Placement,
    replicas: int | None = None,
    as_text: bool = False,
    on_error: Literal["fail", "skip"] = "fail",
    resume: bool = False,
    retries: int = 2,
) -> list[Part]:
    """Write each file again, with the owners of its keys in further columns, on the workers of a cluster.

    The columns are ``bucket``, ``node`` where buckets have names, and ``replicas`` where they are asked for. Files are
    Parquet, NDJSON, JSON, CSV, TSV or text, perhaps compressed, and stay what they are. A file has its name only when
    it is whole: its rows are counted, and a manifest and the file ``_SUCCESS`` come last.

    Args:
        client: a ``distributed.Client``. Its workers have this version of rvhctl, and see the same files.
        sources: paths, URLs that fsspec knows (``s3://bucket/keys/*.parquet``), or patterns of them.
        to_dir: the folder for outputs, a path or a URL. Each has the path that its input has below the folder that
            all inputs share.
        column: where a record has its key, as of ``--field``: a column, a member of one (``user.id``), or several
            (``region,user.id``). None: each line of a text is a key.
        buckets: how many there are, or a `Placement`.
        replicas: list so many nodes for each key, its owner first.
        as_text: hash an integer as its text, which otherwise is the 64-bit key itself.
        on_error: what becomes of a row without a key: the run ends (``fail``), or the row is left out (``skip``).
        resume: do what an earlier run into the same folder has not done.
        retries: how often a file is tried again that met an error of a network.

    Returns:
        What came of each file, in order.

    Raises:
        RvhctlError: a file could not be done (the message names it, and the row); a worker has another version; or
            there are files in the folder that this run has no right to replace. What is done stays, for ``resume``.
        JumpHashError: as `rvhctl.Placement`.
    """
    library()
    if not hasattr(client, "submit") or getattr(client, "asynchronous", False):
        raise RvhctlError(f"client must be a distributed.Client that waits (got {shorten(client)})")
    if on_error not in ("fail", "skip"):
        raise RvhctlError(f"on_error must be 'fail' or 'skip' (got {shorten(on_error)})")
    placement = buckets if isinstance(buckets, Placement) else Placement(buckets)
    count = None if replicas is None else placement.replica_count(replicas, allow_fewer=False)
    path, *further = (None,) if column is None else field_paths(column)
    names = [sources] if isinstance(sources, str | os.PathLike) else sources
    run = Run(
        [os.fspath(name) for name in names],
        os.fspath(to_dir),
        placement,
        KeySpec(KeyRule(placement.recipe.in_core == DECIMAL, as_text=as_text), path, tuple(further)),
        count,
        skip=on_error == "skip",
        resume=resume,
    )
    check_workers(client, maker())
    return run.over(partial(outcomes, client, retries=retries))
