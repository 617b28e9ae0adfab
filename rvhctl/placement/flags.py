"""What flags say of nodes: names and documents of nodes, who is down, weights, buckets to select."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rvhctl.errors import (
    InputError,
    InvalidNodeError,
    JumpHashError,
    UnknownNodeError,
    UsageError,
    quoted,
    raise_error,
    shorten,
)
from rvhctl.formats.choice import text_sources
from rvhctl.formats.wording import did_you_mean
from rvhctl.nodes.documents import id_texts
from rvhctl.nodes.fields import check_id
from rvhctl.nodes.flags import text_of
from rvhctl.placement.buckets import Buckets, NodeName
from rvhctl.streams.lookalike import explained, foreign_error, marked_format
from rvhctl.streams.source import STDIN, Source

if TYPE_CHECKING:
    from rvhctl.formats.shapes import Layout
    from rvhctl.nodes.fleet import Fleet, Labels

DIGITS: Final = 18
"""The most digits of a bucket's number; Python refuses to read thousands of them."""

MISSING: Final = "no such file or directory"

_LEADING: Final = re.compile(rb"(\s*#[^\n]*)*\s*")
"""Blank lines and comments before the first name."""

_HEADER: Final = re.compile(rb"(?:\"?sep=.\"?|\s*\"?id\"?\s*)\Z", re.IGNORECASE)
"""The first line of a table that separates no columns."""


def members_of(flags: Mapping[str, Any], inform: Callable[[str], object] = str) -> dict[str, Any]:
    """Return the flags by the names that requests have for them; lists of nodes are read.

    Args:
        inform: is told what was understood of them that nobody has said.

    Raises:
        UsageError: an argument does not parse.
        RvhctlError: a list of nodes cannot be read.
    """
    members = {**flags}
    if "live" in flags:
        live = nodes_of("--live", flags["live"], inform)
        # An id may look like a comment; a comment that is no id does not matter.
        members["live"] = frozenset((*live.ids, *live.comments))
    for name in ("nodes", "to_nodes", "down", "to_down"):
        if name in flags:
            flag = f"--{name.replace('_', '-')}"
            given = flags[name]
            members[name] = (
                partial(_names, flag, given) if name.endswith("down") else nodes_of(flag, given, inform)
            )
    if "weight" in flags:
        members["weights"] = partial(_weights, members.pop("weight"))
    return members


def _names(flag: str, texts: Sequence[str], nodes: Buckets, *, lenient: bool) -> list[NodeName]:
    """Ids, or numbers of buckets, given one by one or with commas between them; an empty text names nobody."""
    names: list[NodeName] = []
    for text in (text_of(text, flag) for text in texts):
        # An id may have a comma in it, or begin with a space, if it is given alone.
        for part in [text] if text in nodes.rows else map(str.strip, text.split(",") if text else []):
            try:
                names.append(nodes.name_of(_bucket(part, nodes, flag)))
            except UsageError:
                if not lenient:
                    raise
    return names


def _weights(texts: Sequence[str], here: Buckets, there: Buckets, *, lenient: bool) -> dict[NodeName, float]:
    """The weights of ``b=0.5``, or of several with commas between them; each node is here or there."""
    weights: dict[NodeName, float] = {}
    for part in (part.strip() for text in texts for part in text_of(text, "--weight").split(",")):
        text, weight = _weight(part)
        nodes = there if there.has(text) and not here.has(text) else here
        try:
            name = nodes.name_of(_bucket(text, nodes, "--weight"))
        except UsageError:
            if not lenient:
                raise
            continue
        if name in weights:
            raise UsageError(f"--weight: {quoted(text)} is weighed twice")
        weights[name] = weight
    return weights


def _weight(part: str) -> tuple[str, float]:
    name, equals, number = part.rpartition("=")
    try:
        if not equals or not name or not number.isascii() or "_" in number:
            raise ValueError
        weight = float(number)
    except ValueError:
        raise UsageError(f"--weight is ID=NUMBER (got {quoted(part)})") from None
    if not 0 < weight < inf:
        raise JumpHashError(
            f"--weight: the weight of {quoted(name)} must be finite and above 0 (got {quoted(weight)})"
        )
    return name, weight


def _bucket(text: str, nodes: Buckets, flag: str) -> int:
    try:
        if nodes.ids:
            return nodes.bucket_of(text)
        if not _is_number(text):
            raise UsageError(f"{flag} takes numbers of buckets without --nodes (got {quoted(text)})")
        return nodes.bucket_of(int(text))
    except UnknownNodeError as error:
        raise UsageError(f"{flag}: {error}") from None


def buckets_named(texts: Iterable[str], nodes: Buckets) -> list[int]:
    """The buckets of ``--only``: ids, numbers, or places among all from 1 (``1/4``).

    Raises:
        UsageError: one of them is unknown, or counts another number of buckets.
    """
    parts = [part.strip() for text in texts for part in text_of(text, "--only").split(",")]
    return list(dict.fromkeys(_bucket_named(part, nodes) for part in parts))


def _bucket_named(name: str, nodes: Buckets) -> int:
    if name in nodes.rows:
        return nodes.rows[name]
    if share := _share(name):
        place, count = share
        if count != nodes.count:
            what = "nodes" if nodes.ids else "buckets"
            raise UsageError(f"--only {name} counts {count} {what}, but there are {nodes.count}")
        return place - 1
    if nodes.ids and _is_number(name):
        if int(name) >= nodes.count:
            hint = did_you_mean(name, nodes.ids)
            raise UsageError(f"--only: neither a node nor a bucket is {quoted(name)}{hint}")
        return int(name)
    return _bucket(name, nodes, "--only")


def buckets_counted(texts: Iterable[str]) -> int | None:
    """The number of buckets that the first ``1/4`` of ``--only`` states.

    Raises:
        UsageError: the place is not among them.
    """
    shares = (_share(part.strip()) for text in texts for part in text.split(","))
    return next((share[1] for share in shares if share), None)


def _share(name: str) -> tuple[int, int] | None:
    """The place and the number of all in ``1/4``; None for any other text."""
    place, slash, count = name.partition("/")
    if not slash or not (_is_number(place) and _is_number(count)):
        return None
    if not 1 <= int(place) <= int(count):
        raise UsageError(
            f"--only: K/N counts from 1 to N (got {quoted(name)}); a bucket's number counts from 0"
        )
    return int(place), int(count)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS


class NodeList(NamedTuple):
    """Nodes in the order in which they are to own keys."""

    source: str
    ids: Sequence[str]
    fleet: Fleet | None = None
    """What else the source says of them; None: only names."""
    down: Sequence[str] = ()
    """The document says that these have failed."""
    labelled: Callable[[str], Labels | None] | None = None
    """Reads a label of each."""
    comments: Sequence[str] = ()
    """Lines of a plain list that begin with a ``#``."""

    def buckets(self, spread: str | None) -> Buckets:
        """The nodes as buckets, those that are not up as down, in zones by the label ``spread``.

        Raises:
            InputError: there are none, one is there twice, one is down that is not there, or has not that label.
            UsageError: the source has only names.
        """
        if spread is None:
            return self._buckets()
        labels = self.labelled and self.labelled(spread)
        if labels is None:
            raise UsageError(f"--spread needs nodes with {shorten(spread)}; {self.source} gives none")
        return self._buckets().with_zones(list(labels.group_of))

    def _buckets(self) -> Buckets:
        try:
            nodes = Buckets.named(self.ids)
            if self.fleet is None:
                return nodes
            weights = {i: w for i, w in zip(self.ids, self.fleet.weights, strict=False) if w != 1.0}
            not_up = [i for i, state in zip(self.ids, self.fleet.states, strict=False) if state]
            return nodes.with_weights(weights).with_down([*not_up, *self.down])
        except UnknownNodeError as error:
            raise InputError(f"down: {error}", source=self.source) from None
        except JumpHashError as error:
            raise InputError(str(error), source=self.source) from None

    def too_slow(self, threshold: float) -> list[str]:
        """The nodes over the threshold in milliseconds, and those without a measurement.

        Raises:
            UsageError: the source has only names.
        """
        if self.fleet is None:
            raise UsageError(f"--threshold needs nodes with latencies; {self.source} gives names only")
        latencies = zip(self.ids, self.fleet.latencies, strict=True)
        return [node_id for node_id, latency in latencies if not latency <= threshold]


def nodes_of(flag: str, value: str, inform: Callable[[str], object] = str) -> NodeList:
    """The nodes that a flag names: ``a,b,c`` (a comma makes it names), ``FILE``, ``@FILE``, or ``-``.

    Args:
        inform: see `members_of`.

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
        (nodes,) = (read_node_list(source, inform) for source in text_sources([path]))
    except InputError as error:
        if not path or value != path or path == STDIN or error.line is not None or error.problem != MISSING:
            raise
        hint = error.hint or f"for a single name end with a comma: {flag} '{path},'"
        raise InputError(error.problem, source=path, hint=hint) from None
    return nodes


def read_node_list(source: Source, inform: Callable[[str], object]) -> NodeList:
    """The nodes of a document as ``failover`` reads and writes it, or an id a line with comments after a ``#``."""
    text = source.read_all()
    if _is_plain(text):
        foreign = marked_format(source.head)
        if foreign is not None:
            raise foreign_error(foreign, source.name, known=True)
        return _plain_list(text, source.name)
    from rvhctl.nodes.read import looked_shape, read_text

    # Whatever else they say of themselves; they need no latency.
    settings: dict[str, Any] = {"coordinates": False, "on_bad": raise_error, "latency": False}
    with explained(source, tools=True, known=True):
        shape = looked_shape("auto", text)
        nodes = read_text(text, source.name, shape, **settings)

    def labelled(name: str) -> Labels | None:
        return read_text(text, source.name, shape, by=(name,), **settings).fleet.labels

    for note in (*nodes.notes, *_header_alone(nodes.layout)):
        inform(f"{source.name}: {note}")
    names = nodes.members.get("down", [])
    down: list[Any] = id_texts(names) if isinstance(names, list) else [None]
    if not all(isinstance(name, str) for name in down):
        raise InputError("down must be a list of texts", source=source.name, value=names)
    return NodeList(source.name, list(nodes.fleet.ids), nodes.fleet, down, labelled)


def _header_alone(layout: Layout | None) -> Iterator[str]:
    """What to say of a table that may be taken for a list, whose first line would be a node."""
    if layout is not None and len(layout.header) == 1:
        yield f"the first line, {quoted(layout.header[0])}, is a header and no node"


def _is_plain(text: bytes) -> bool:
    """Neither JSON nor a table: its first line has no comma and no tab, and names no column."""
    leading = _LEADING.match(text)
    start = leading.end() if leading else 0
    end = text.find(b"\n", start)
    first = text[start : None if end < 0 else end].rstrip(b"\r")
    if first[:1] in (b"[", b"{") or b"," in first or b"\t" in first or _HEADER.match(first):
        return False
    if b";" not in first and b"|" not in first:
        return True
    from rvhctl.formats.headers import names_columns

    return not names_columns(first)


def _plain_list(text: bytes, source: str) -> NodeList:
    from rvhctl.formats.jsontext import decode_utf8

    ids: list[str] = []
    comments: list[str] = []
    for number, line in enumerate(decode_utf8(text, source).split("\n"), 1):
        node_id = line.removesuffix("\r")
        if node_id.lstrip().startswith("#"):
            comments.append(node_id)
            continue
        if not node_id:
            continue
        try:
            ids.append(check_id(node_id))
        except InvalidNodeError as error:
            raise InputError(error.problem, source=source, line=number, value=error.value) from None
    return NodeList(source, ids, comments=comments)
