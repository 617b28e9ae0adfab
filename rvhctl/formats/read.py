"""Which format a text is in, by how it begins."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

import orjson

from rvhctl.formats import jsontext
from rvhctl.formats.choice import FileFormat

_FIRST: Final = re.compile(rb"\S")

LONG_LINE: Final = 1 << 16
"""Bytes of a line that are looked at."""


def looked_format(text: bytes, holders: Collection[str]) -> FileFormat:
    """Return the format of a text by how it begins: ``[`` JSON, ``{`` JSON or NDJSON, else CSV or TSV by its header.

    An object on the only line is a document if it has one of the members ``holders``, else a record.
    """
    found = _FIRST.search(text)
    if found is None:
        return "ndjson"
    if found.group() == b"[":
        return "json"
    # Without copies: the text may be large, and all of it one line.
    start = found.start()
    end = text.find(b"\n", start)
    if end < 0:
        end = len(text)
    if found.group() != b"{":
        return "tsv" if text.find(b"\t", start, end) >= 0 else "csv"
    document = _parsed(memoryview(text)[start:end])
    following = _FIRST.search(text, end)
    if document is not None:
        is_document = isinstance(document, dict) and not document.keys().isdisjoint(holders)
        return "json" if following is None and is_document else "ndjson"
    # The first line is no whole value: a document over several lines, or NDJSON that begins with a bad line.
    if following is None or _parsed(text) is not None:
        return "json"
    next_line = text[following.start() : following.start() + LONG_LINE].split(b"\n", 1)[0]
    return "ndjson" if isinstance(_parsed(next_line), dict) else "json"


def is_array(text: bytes) -> bool:
    """Whether a text in JSON is an array."""
    found = _FIRST.search(text)
    return found is not None and found.group() == b"["


def _parsed(text: bytes | memoryview) -> object:
    try:
        value: object = jsontext.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value
