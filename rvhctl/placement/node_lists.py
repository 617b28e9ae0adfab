"""The nodes of ``--nodes`` and the survivors of ``--live``: names in a flag, or a document of nodes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rvhctl.errors import (
    InputError,
    InvalidNodeError,
    JumpHashError,
    UnknownNodeError,
    UsageError,
    raise_error,
)
from rvhctl.formats.members import id_texts
from rvhctl.nodes.fields import check_id
from rvhctl.nodes.flags import text_of
from rvhctl.placement.buckets import Buckets
from rvhctl.streams.lookalike import explained, foreign_error, marked_format
from rvhctl.streams.source import STDIN, Source, open_sources

if TYPE_CHECKING:
    from rvhctl.nodes.nodes import Nodes

MISSING: Final = "no such file or directory"

_LEADING: Final = re.compile(rb"(\s*#[^\n]*)*\s*")
"""Blank lines and comments before the first name."""


@dataclass
class NodeList:
    """Nodes in the order in which they are to own keys."""

    source: str
    ids: Sequence[str]
    latencies: Sequence[float] = ()
    """Milliseconds, NaN for no measurement; empty where the source has only names."""
    weights: dict[str, float] = field(default_factory=dict)
    not_up: list[str] = field(default_factory=list)
    """The state of these is down or drain."""
    down: list[str] = field(default_factory=list)
    """The document says that these have failed."""

    def buckets(self) -> Buckets:
        """The nodes as buckets, those that are not up as down.

        Raises:
            InputError: there are none, one is there twice, or one is down that is not there.
        """
        try:
            nodes = Buckets.named(self.ids)
        except JumpHashError as error:
            raise InputError(str(error), source=self.source) from None
        try:
            return nodes.with_weights(self.weights).with_down([*self.not_up, *self.down])
        except UnknownNodeError as error:
            raise InputError(f"down: {error}", source=self.source) from None

    def too_slow(self, threshold: float) -> list[str]:
        """The nodes over the threshold in milliseconds, and those without a measurement.

        Raises:
            UsageError: the source has only names.
        """
        if not self.latencies:
            raise UsageError(f"--threshold needs nodes with latencies; {self.source} gives names only")
        return [i for i, latency in zip(self.ids, self.latencies, strict=True) if not latency <= threshold]


def nodes_of(flag: str, value: str) -> NodeList:
    """The nodes that a flag names: ``a,b,c`` (a comma makes it names), ``FILE``, ``@FILE``, or ``-``.

    Raises:
        UsageError: an empty name.
        InputError: the document cannot be read, or a node in it is wrong.
    """
    if "," in value and not value.startswith("@"):
        try:
            names = text_of(value, flag).removesuffix(",").split(",")
            return NodeList(flag, [check_id(name.strip()) for name in names])
        except InvalidNodeError as error:
            raise UsageError(f"{flag}: {error}") from None
    path = value.removeprefix("@")
    try:
        # The sources close when they are read to their end.
        (nodes,) = map(read_node_list, open_sources([path]))
    except InputError as error:
        if value != path or path == STDIN or error.line is not None or error.problem != MISSING:
            raise
        hint = error.hint or f"for a single name end with a comma: {flag} '{path},'"
        raise InputError(error.problem, source=path, hint=hint) from None
    return nodes


def read_node_list(source: Source) -> NodeList:
    """The nodes of a document as ``failover`` reads and writes it, or an id a line with comments after a ``#``."""
    text = source.read_all()
    if _is_plain(text):
        foreign = marked_format(source.head)
        if foreign is not None:
            raise foreign_error(foreign, source.name)
        return _plain_list(text, source.name)
    with explained(source.name, source.head):
        nodes = _table(text, source.name)
    fleet = nodes.fleet()
    ids = list(nodes.ids)
    return NodeList(
        source.name,
        ids,
        list(nodes.latencies),
        {i: weight for i, weight in zip(ids, fleet.weights, strict=False) if weight != 1.0},
        [i for i, state in zip(ids, fleet.states, strict=False) if state],
        _down(nodes.members.get("down", []), source.name),
    )


def _down(names: Any, source: str) -> list[str]:
    ids = id_texts(names) if isinstance(names, list) else [names]
    if not all(isinstance(name, str) for name in ids) or isinstance(names, str):
        raise InputError("down must be a list of texts", source=source, value=names)
    return ids


def _is_plain(text: bytes) -> bool:
    """Neither JSON nor a table: its first line has no delimiter and is not the header ``id``."""
    leading = _LEADING.match(text)
    start = leading.end() if leading else 0
    end = text.find(b"\n", start)
    first = text[start : None if end < 0 else end].rstrip(b"\r")
    header = first == b"id" or first.startswith(b"id;")
    return not (first[:1] in (b"[", b"{") or b"," in first or b"\t" in first or header)


def _table(text: bytes, source: str) -> Nodes:
    """The nodes with whatever else they say of themselves; they need no latency."""
    from rvhctl.nodes.read import looked_shape, read_text

    shape = looked_shape("auto", text)
    return read_text(text, source, shape, coordinates=False, on_bad=raise_error, latency=False)


def _plain_list(text: bytes, source: str) -> NodeList:
    from rvhctl.formats.jsontext import decode_utf8

    ids: list[str] = []
    for number, line in enumerate(decode_utf8(text, source).split("\n"), 1):
        node_id = line.removesuffix("\r")
        if not node_id or node_id.lstrip().startswith("#"):
            continue
        try:
            ids.append(check_id(node_id))
        except InvalidNodeError as error:
            raise InputError(error.problem, source=source, line=number, value=error.value) from None
    return NodeList(source, ids)
