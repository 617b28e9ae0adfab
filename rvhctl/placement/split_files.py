"""A file for each bucket that has records: written under temporary names, renamed when all is well."""

from __future__ import annotations

import os
import re
import stat
import string
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rvhctl.errors import RvhctlError, UsageError, quoted
from rvhctl.placement.buckets import Buckets
from rvhctl.streams.progress import watched
from rvhctl.streams.staging import Staging, write_error

BUFFERED: Final = 16 << 20
"""Bytes of records kept before they are written: each file is open only while its part is appended, so that
one descriptor is enough however many buckets there are."""

_NUMBER_FORMAT: Final = re.compile(r"(0\d{1,2})?[dxXob]?")


class Template:
    """``part-{bucket}.txt``, ``part-{bucket:03d}.txt`` or ``{node}.ndjson``."""

    def __init__(self, text: str, nodes: Buckets) -> None:
        """
        Raises:
            UsageError: it names neither the bucket nor the node, or a node that cannot be a file's name, or
                gives two buckets one file.
        """
        self._text = text
        self._nodes = nodes
        fields = self._checked_fields()
        if not fields:
            raise UsageError(f"--split-to needs {{bucket}} or {{node}} (got {quoted(text)})")
        if "node" in fields:
            if not nodes.ids:
                raise UsageError("--split-to: {node} goes with --nodes")
            for node_id in nodes.ids:
                _check_file_name(node_id)
        # Numbers in one folder differ by themselves; there may be millions of them.
        if "node" in fields or os.path.dirname(text) != os.path.dirname(self.path(0)):
            self._check_distinct()

    def path(self, bucket: int) -> str:
        """The file of a bucket."""
        return self._text.format(bucket=bucket, node=self._nodes.name_of(bucket))

    def _checked_fields(self) -> set[str]:
        """The names of the fields, of which none is unknown or has a format that makes no file names."""
        try:
            pieces = list(string.Formatter().parse(self._text))
        except ValueError as error:
            raise UsageError(
                f"--split-to: {error} (got {quoted(self._text)}); {{{{ and }}}} stand for braces"
            ) from None
        fields = set()
        for _, field, stated, conversion in pieces:
            if field is None:
                continue
            fields.add(field)
            spec = f"!{conversion}" if conversion else stated or ""
            if field not in ("bucket", "node"):
                raise UsageError(f"--split-to knows {{bucket}} and {{node}} only (got {{{field}}})")
            if field == "node" and spec:
                raise UsageError(f"--split-to: {{node}} takes no format (got {quoted(spec)})")
            if field == "bucket" and not _NUMBER_FORMAT.fullmatch(spec):
                raise UsageError(
                    f"--split-to: no format of a bucket's number (got {quoted(spec)}); "
                    "write {bucket}, {bucket:03d} with zeros, or {bucket:x} for hexadecimal"
                )
        return fields

    def _check_distinct(self) -> None:
        """Refuse two buckets with one file, here or on a file system that tells fewer names apart."""
        first: dict[tuple[str, str], int] = {}
        folders: dict[str, str] = {}
        for bucket in range(self._nodes.count):
            folder, name = os.path.split(self.path(bucket))
            if folder not in folders:
                folders[folder] = "/".join(map(_alike, os.path.realpath(folder).split(os.sep)))
            other = first.setdefault((folders[folder], _alike(name)), bucket)
            if other != bucket:
                raise UsageError(
                    f"--split-to: buckets {other} and {bucket} would share a file "
                    f"({quoted(self.path(other))} and {quoted(self.path(bucket))}); "
                    "use {bucket}, set off by a '-' or a '.'"
                )


def _alike(name: str) -> str:
    """The same for names that some file system takes for one: of any case, composed or not, cut at the end."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
    return folded.rstrip(". ")


def _check_file_name(node_id: str) -> None:
    separators = {"/", os.sep, os.altsep or "/", "\0"}
    if node_id in (".", "..") or any(separator in node_id for separator in separators):
        raise UsageError(
            f"--split-to: the id {quoted(node_id)} cannot be part of a file's name; use {{bucket}}"
        )
    try:
        os.fsencode(node_id)
    except UnicodeEncodeError:
        raise UsageError(
            f"--split-to: the locale has no name for a file of the id {quoted(node_id)}; use {{bucket}}"
        ) from None


class SplitFiles:
    """Collects the records of each bucket and writes them to files of their own."""

    def __init__(self, template: Template, *, force: bool) -> None:
        self._template = template
        self._force = force
        self._parts: dict[int, list[bytes]] = {}
        self._waiting = 0
        self._paths: dict[int, str] = {}
        self._staging = Staging()

    def add(self, bucket: int, records: bytes, *, opening: bytes = b"", between: bytes = b"") -> None:
        """Add records of a bucket: the first behind ``opening``, others behind ``between``.

        Raises:
            RvhctlError: its file exists and may not be replaced, or cannot be written.
        """
        parts = self._parts.setdefault(bucket, [])
        if bucket not in self._paths:
            path = self._template.path(bucket)
            self._check_free(path)
            self._paths[bucket] = path
            between = opening
        parts += between, records
        self._waiting += len(records) + 64
        if self._waiting >= BUFFERED:
            self._write()

    def end(self, closing: bytes) -> None:
        """Write what stands behind the last record of each file."""
        if closing:
            for bucket in self._paths:
                self._parts.setdefault(bucket, []).append(closing)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around all that is added: at its end the files get their names; on an error nothing is left.

        Raises:
            RvhctlError: a file cannot be written or renamed.
        """
        with self._staging.all_or_none():
            yield
            self._write()
            for path in self._paths.values():
                self._check_free(path)

    def _check_free(self, path: str) -> None:
        try:
            mode = os.lstat(path).st_mode
        except FileNotFoundError:
            return
        except OSError as error:
            raise write_error(path, error) from None
        if stat.S_ISDIR(mode) or os.path.isdir(path):
            raise RvhctlError(f"{path}: is a directory")
        if not self._force:
            raise RvhctlError(f"{path}: the file exists; --force replaces it")

    def _write(self) -> None:
        for bucket, parts in watched(self._parts.items(), "writing", len(self._parts), "files"):
            self._staging.append(self._paths[bucket], b"".join(parts))
        self._parts.clear()
        self._waiting = 0
