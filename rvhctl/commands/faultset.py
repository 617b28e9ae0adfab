"""``rvhctl faultset``: cluster by geohash, fail over inside each cell, merge."""

from __future__ import annotations

from rvhctl import options


def faultset(files: options.Files = None) -> None:
    """soon"""
