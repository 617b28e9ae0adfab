"""Formats as other programs write and read them: no line of this uses the program under test."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Rows = Sequence[Mapping[str, Any]]


def _names(rows: Rows) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _in_table(rows: Rows, delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _names(rows), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows([{name: _cell(value) for name, value in row.items()} for row in rows])
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value


def _of_table(text: bytes, delimiter: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(text.decode(), newline=""), delimiter=delimiter))


def _arrow(rows: Rows) -> Any:
    import pyarrow as pa

    return pa.table({name: [row.get(name) for row in rows] for name in _names(rows)})


def _in_parquet(rows: Rows) -> bytes:
    import pyarrow.parquet as pq

    pq.write_table(_arrow(rows), text := io.BytesIO())
    return text.getvalue()


def _in_arrow(rows: Rows) -> bytes:
    import pyarrow as pa

    table = _arrow(rows)
    text = io.BytesIO()
    with pa.ipc.new_stream(text, table.schema) as writer:
        writer.write_table(table)
    return text.getvalue()


def _of_parquet(text: bytes) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(text)).to_pylist()
    return rows


def _of_arrow(text: bytes) -> list[dict[str, Any]]:
    import pyarrow as pa

    rows: list[dict[str, Any]] = pa.ipc.open_stream(text).read_all().to_pylist()
    return rows


WRITTEN: Final[Mapping[str, Callable[[Rows], bytes]]] = {
    "json": lambda rows: json.dumps(list(rows), indent=1, ensure_ascii=False).encode(),
    "ndjson": lambda rows: b"".join(json.dumps(row).encode() + b"\r\n" for row in rows),
    "csv": lambda rows: _in_table(rows, ","),
    "tsv": lambda rows: _in_table(rows, "\t"),
    "plain": lambda rows: b"".join(f"{next(iter(row.values()))}\n".encode() for row in rows),
    "parquet": _in_parquet,
    "arrow": _in_arrow,
}
"""Rows in each format; a line of plain is the first value."""

READ: Final[Mapping[str, Callable[[bytes], Any]]] = {
    "json": json.loads,
    "ndjson": lambda text: [json.loads(line) for line in text.splitlines()],
    "csv": lambda text: _of_table(text, ","),
    "tsv": lambda text: _of_table(text, "\t"),
    "plain": lambda text: list(csv.reader(io.StringIO(text.decode(), newline=""), delimiter="\t")),
    "parquet": _of_parquet,
    "arrow": _of_arrow,
}
"""What is in a text of each format: rows, or a document; of plain, the cells of each line."""
