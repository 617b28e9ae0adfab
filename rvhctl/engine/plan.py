"""Which files there are, and what each becomes."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable
from itertools import takewhile
from typing import Final, NamedTuple

from rvhctl.engine.stores import Stamp, is_url, store_of
from rvhctl.errors import InputError, RvhctlError, UsageError
from rvhctl.formats.choice import (
    COMPRESSED_SUFFIXES,
    FORMATS,
    GROUPED,
    InputFormat,
    OutputFormat,
    format_by_suffix,
)

ROOM: Final = "_rvhctl"
"""The folder beside the outputs where a run keeps what is its own; engines pass over names that begin so."""
MANIFEST: Final = "_manifest.json"
SUCCESS: Final = "_SUCCESS"

PLAIN_SUFFIX: Final = ".txt"


class Task(NamedTuple):
    """One file to be done."""

    source: str
    stamp: Stamp
    name: str
    """Of the output, in the folder of outputs, with ``/`` between its parts."""


def planned(sources: Iterable[str], folder: str, output: OutputFormat = "auto") -> list[Task]:
    """Return what becomes of each source: a file of its own name, below the folder that all of them share.

    Args:
        sources: paths, URLs, or patterns of them.
        folder: where outputs go, a path or a URL.
        output: the format of outputs, which their names say; ``auto`` is that of the input.

    Raises:
        InputError: there is no such file.
        UsageError: there are none, one is there twice, or an output would replace an input.
    """
    found: dict[str, Stamp] = {}
    for source in sources:
        files = store_of(source).found(source)
        if not files:
            raise InputError("no such file", source=source)
        if twice := found.keys() & files.keys():
            raise UsageError(f"{min(twice)} is there twice among the inputs")
        found |= files
    if not found:
        raise UsageError("there are no inputs")
    tasks = []
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    for (source, stamp), (place, name) in zip(found.items(), _names(list(found)), strict=True):
        other = inputs.setdefault(place, source)
        if other != source:
            raise UsageError(f"{other} and {source} are one file")
        if name.partition("/")[0] in (ROOM, MANIFEST, SUCCESS):
            raise UsageError(f"{source}: an output cannot have this name; leave it out, or rename it")
        name = _named_as(name, output)
        other = outputs.setdefault(name, source)
        if other != source:
            raise UsageError(f"{other} and {source} would both become {name}")
        tasks.append(Task(source, stamp, name))
    for task in tasks:
        for end in (at for at, letter in enumerate(task.name) if letter == "/"):
            if file := outputs.get(task.name[:end]):
                raise UsageError(
                    f"the output of {file} would be a file, and a folder for that of {task.source}"
                )
        replaced = inputs.get(_place(output_of(folder, task.name)))
        if replaced is not None:
            raise UsageError(f"an output would replace the input {replaced}; name another folder")
    return tasks


def output_of(folder: str, name: str) -> str:
    """Return the path of an output."""
    return f"{folder.rstrip('/') or '/'}/{name}" if is_url(folder) else os.path.join(folder, *name.split("/"))


def _names(sources: list[str]) -> list[tuple[str, str]]:
    """The place of each source, and its path below the folder that all of them share."""
    if len({is_url(source) for source in sources}) > 1:
        raise UsageError("inputs are files here or URLs, not both")
    places = list(map(_place, sources))
    parts = [place.split("/") for place in places]
    folders = zip(*[path[:-1] for path in parts], strict=False)
    shared = sum(1 for _ in takewhile(lambda names: len(set(names)) == 1, folders))
    return [(place, "/".join(path[shared:])) for place, path in zip(places, parts, strict=True)]


def _named_as(name: str, output: OutputFormat) -> str:
    """The name of a file, with the suffix of a format behind its own."""
    if output in ("auto", format_by_suffix(name)):
        return name
    stem, suffix = posixpath.splitext(name)
    is_packed = suffix.lower() in COMPRESSED_SUFFIXES
    packed = suffix if is_packed and not FORMATS[output].columns else ""
    stem = stem if is_packed else name
    if format_by_suffix(stem) or posixpath.splitext(stem)[1] == PLAIN_SUFFIX:
        stem = posixpath.splitext(stem)[0]
    return f"{stem}{PLAIN_SUFFIX if FORMATS[output].text else f'.{output}'}{packed}"


def is_table(name: str, input_format: InputFormat, output: OutputFormat) -> bool:
    """Whether an input is a table of Parquet as it stands, and becomes one."""
    if posixpath.splitext(name)[1].lower() in COMPRESSED_SUFFIXES:
        return False
    given = format_by_suffix(name) if input_format == "auto" else input_format
    return given == GROUPED and output in ("auto", GROUPED)


def _place(path: str) -> str:
    """Where a file is, however its path is written."""
    return path if is_url(path) else os.path.abspath(path).replace(os.sep, "/")


def checked_folder(folder: str) -> str:
    """Return the folder of outputs.

    Raises:
        RvhctlError: it is none.
    """
    if not folder:
        raise UsageError("the folder for outputs has an empty name")
    if not is_url(folder) and os.path.lexists(folder) and not os.path.isdir(folder):
        raise RvhctlError(f"{folder}: is no directory")
    return folder
