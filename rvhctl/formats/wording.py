"""Counts in a sentence."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """``0 nodes``, ``1 node``, ``2 hashes``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith(('s', 'sh')) else 's'}"


def share_of(part: int, whole: int, noun: str, verb: str) -> str:
    """``1 of 2 nodes serves``, ``2 of 2 nodes serve``."""
    return f"{part} of {counted(whole, noun)} {verb}{'s' * (part == 1)}"


def first_shown(top: int | None, count: int, of: str = "") -> str:
    """What a caption adds where only the first ``top`` of ``count`` are shown; empty where all are."""
    if top is None or top >= count:
        return ""
    return f"; the first{'' if top == 1 else f' {top}'}{of} shown"
