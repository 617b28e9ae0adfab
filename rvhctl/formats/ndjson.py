"""NDJSON: one JSON value a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from rvhctl.errors import InputError, InvalidNodeError, OnBad
from rvhctl.formats import jsontext
from rvhctl.keys.key import Buckets, Key, KeyRule
from rvhctl.nodes.fields import read_record
from rvhctl.nodes.nodes import Nodes, NodesBuilder, Picked


def read_nodes(text: bytes, source: str, builder: NodesBuilder, *, coordinates: bool, on_bad: OnBad) -> None:
    """Add the nodes of a whole text, one a line; ``on_bad`` gets what is wrong, and may raise it."""
    builder.start(source)
    for number, line in enumerate(text.split(b"\n"), 1):
        record = line.strip()
        if not record:
            continue
        try:
            read_node(record, line, source, number, builder, coordinates=coordinates)
        except InputError as error:
            on_bad(error)


def read_node(
    record: bytes, line: bytes, source: str, number: int, builder: NodesBuilder, *, coordinates: bool
) -> None:
    """Add the node on line ``number``: ``line`` as it stands, ``record`` without the white space around it.

    Raises:
        InputError: with line and column.
    """
    fields = jsontext.parse(line, source, number)
    try:
        node = read_record(
            fields, partial(jsontext.exact_value, line), coordinates=coordinates, latency=builder.latency
        )
    except InvalidNodeError as error:
        raise InputError(
            error.problem,
            source=source,
            line=number,
            column=jsontext.value_column(line, error.field) if error.field else None,
            value=error.value,
            hint=error.hint,
        ) from None
    except InputError as error:
        raise error.at(source, number) from None
    try:
        builder.add(node, record, number)
    except InputError as error:
        raise error.at(source, number) from None


def write_nodes(nodes: Nodes, picked: Picked) -> Iterator[bytes]:
    """The picked records, each on a line."""
    return nodes.join_records(picked, b"\n")


def decode_keys(
    block: bytes, first_line: int, source: str, rule: KeyRule, on_bad: OnBad
) -> Iterator[list[Key]]:
    """The keys of whole lines: strings, integers, or objects with ``key``.

    What stands before a bad line is given before ``on_bad`` hears of it.
    """
    keys: list[Key] = []
    for number, line in enumerate(block.split(b"\n"), first_line):
        if not line.strip():
            continue
        try:
            value = jsontext.parse(line, source, number)
            keys.append(rule.json(value, partial(jsontext.exact_value, line), source, number))
        except InputError as error:
            if keys:
                yield keys
                keys = []
            on_bad(error)
    if keys:
        yield keys


def write_keys(keys: Sequence[Key], buckets: Buckets) -> bytes:
    """``{"key": ..., "bucket": ...}`` a line."""
    return b"".join(
        b'{"key":%b,"bucket":%d}\n' % (jsontext.key_text(key), bucket)
        for key, bucket in zip(keys, buckets, strict=True)
    )
