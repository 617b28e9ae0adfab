"""Lines of keys to numbers of buckets, as the command does it."""

from __future__ import annotations

from typing import Any, BinaryIO

from rvhctl.keys.hashes import recipe_of
from rvhctl.keys.jobs import Job
from rvhctl.keys.stream import Counts, answer_lines


def bucket_lines(
    stream: BinaryIO | int,
    *,
    buckets: int,
    hash_name: str = "xxh64",
    delimiter: bytes = b"\n",
    **options: Any,
) -> Counts:
    """``answer_lines`` with the job of numbered buckets."""
    return answer_lines(stream, Job(buckets, recipe_of(hash_name), delimiter), **options)
