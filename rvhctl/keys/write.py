"""The writer of an answer of keys and their buckets."""

from __future__ import annotations

from collections.abc import Sequence

from rvhctl.formats.choice import OutputFormat
from rvhctl.keys.key import Buckets, Key, show
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice


class KeyAnswer:
    """Keys and their buckets, written as they come; a JSON array and a table only when complete."""

    def __init__(self, format_: OutputFormat, sink: Sink, buckets: int, color: ColorChoice) -> None:
        self._format = format_
        self._sink = sink
        self._buckets = buckets
        self._color = color
        self._first = True
        self._count = 0
        self._pieces: list[bytes] = []
        self._rows: list[tuple[Key, int]] = []

    def add(self, keys: Sequence[Key], buckets: Buckets) -> None:
        if keys:
            self._count += len(keys)
            self._write(keys, buckets)

    def _write(self, keys: Sequence[Key], buckets: Buckets) -> None:
        match self._format:
            case "json":
                from rvhctl.formats import json

                self._pieces.append(json.write_keys(keys, buckets, first=self._first))
            case "table":
                self._rows += zip(keys, buckets, strict=True)
            case "csv" | "tsv":
                from rvhctl.formats import csv

                delimiter = "," if self._format == "csv" else "\t"
                self._send(csv.write_keys(keys, buckets, delimiter=delimiter, first=self._first))
            case "ndjson":
                from rvhctl.formats import ndjson

                self._send(ndjson.write_keys(keys, buckets))
            case _:
                from rvhctl.formats import plain

                self._send(plain.write_keys(buckets))
        self._first = False

    def finish(self) -> int:
        """Write what is left; how many keys were answered."""
        if self._first and self._format in ("json", "csv", "tsv"):
            self._write([], [])
        if self._format == "json":
            from rvhctl.formats import json

            self._sink.write_all(self._pieces)
            self._sink.write(json.KEYS_END)
        elif self._format == "table":
            self._draw()
        self._sink.flush()
        return self._count

    def _draw(self) -> None:
        from rvhctl.formats import table
        from rvhctl.formats.shapes import View
        from rvhctl.formats.wording import counted

        caption = f"{counted(self._count, 'key')} in {counted(self._buckets, 'bucket')}"
        rows = ({"key": show(key), "bucket": bucket} for key, bucket in self._rows)
        table.write(View(("key", "bucket:r"), lambda: rows, caption=caption), self._sink, self._color)

    def _send(self, data: bytes) -> None:
        """Flushed at once: what is read is answered before the next read, which may have to wait."""
        self._sink.write(data)
        self._sink.flush()
