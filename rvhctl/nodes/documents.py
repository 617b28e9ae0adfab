"""Documents and requests: the members that they may have, and the nodes that they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from rvhctl.errors import FaultsetError, InputError, listed, quoted, shorten
from rvhctl.formats.wording import nearest

if TYPE_CHECKING:
    from rvhctl.formats.shapes import Reader, Record

LIMITS: Final = (
    "threshold",
    "relative",
    "floor",
    "aggregate",
    "max_loss",
    "min_survivors",
    "max_ejection",
    "on_degraded",
    "on_down",
    "merge_below",
)
DAMPING: Final = ("rise", "fall", "hysteresis")
POLICY: Final = (*LIMITS, *DAMPING)

ROUTING: Final = ("nearest", "spill", "fill", "demand")
"""How a plan or a drill sends traffic."""

ASKED_OF_NODES: Final = frozenset(
    {*POLICY, *("precision", "by", "top", "explain", "plan", "drill"), *ROUTING}
    | {"down", "down_cell", "down_group", "inventory"}
)
OF_NODES: Final = ASKED_OF_NODES | {"nodes", "ids", "latencies", "id"}
"""What a request about nodes may state; ``id`` is its own."""
OF_GROUPS: Final = ("plan", "drill", *ROUTING, "down_cell", "down_group", "merge_below")
"""Only ``faultset`` knows these; ``precision`` and ``by`` are left alone, so that one document serves both commands."""

RIVALS: Final = {"precision": "by", "by": "precision", "fill": "demand", "demand": "fill"}
"""Members that say the same thing in two ways."""

OF_KEYS: Final = frozenset(
    {"id", "key", "keys", "buckets", "nodes", "weights", "down", "hash", "seed", "dialect"}
    | {
        "live",
        "threshold",
        "to",
        "to_nodes",
        "to_down",
        "replicas",
        "allow_fewer",
        "spread",
        "max_weight",
        "slots",
        "max_load",
        "sizes",
        "as_text",
    }
    | {"stats", "explain", "matrix", "steps"}
)
"""What a request about keys may state; ``id`` is its own."""

OF_DOCUMENTS: Final = OF_NODES | OF_KEYS

WANTED: Final = "an array of nodes, or an object with nodes (or with ids and latencies)"

NO_LABELS: Final = frozenset({"lat", "lon", "latency", "samples"})
"""Fields that are no labels, whatever they hold."""

AUTO: Final = "auto"
"""The precision that suits the nodes."""


def _flags(names: str, how: str = "") -> dict[str, str]:
    return {name: f"--{name.replace('_', '-')}{how}" for name in names.split()}


_RUNS: Final = "async batch color input_format jobs json level on_error output unordered"
_NODES: Final = "inventory_column"
_NODES_ALONE: Final = "advise column fail_on from id_label memory unit"
"""Those that do not go with ``--batch``."""
_KEYS: Final = "dry_run frozen list_hashes rename weight"
_KEYS_ALONE: Final = "allow_empty engine field force moves null only regex resume size split_to to_dir"

FLAGS_OF_NODES: Final = _flags(f"{_RUNS} {_NODES}") | _flags(_NODES_ALONE, ", without --batch")
"""Options of the commands over nodes that no request may state, each with the way to give it."""
FLAGS_OF_KEYS: Final = _flags(f"{_RUNS} {_KEYS}") | _flags(_KEYS_ALONE, ", without --batch")
FLAGS: Final = _flags(f"{_KEYS} {_KEYS_ALONE}", " of jump-hash") | _flags(f"{_RUNS} {_NODES} {_NODES_ALONE}")
"""Those that no document may state, which serves all commands."""

OLD_FLAGS: Final = {"th": "threshold", "lats": "latencies"}
"""The old names of two flags, which are no names of members."""


LONE: Final[tuple[Record, ...]] = ()
"""The records of a document that drills its inventory alone."""


def stated(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that have a value; null states nothing."""
    return {name: value for name, value in members.items() if value is not None}


def overridden(members: Mapping[str, Any], winning: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members with those that win over them, and over what says the same in another way."""
    kept = {name: value for name, value in members.items() if RIVALS.get(name) not in winning}
    return {**kept, **winning}


def without_limits(members: Mapping[str, Any]) -> bool:
    """Whether a drill is asked for and nothing that a latency is held to."""
    return "drill" in members and members.keys().isdisjoint(("threshold", "relative"))


def labels_in(members: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the labels that group nodes; none where ``by`` is not stated.

    A text names one, or several with commas between them, as the flag does; a list has each by itself.

    Raises:
        FaultsetError: they are no texts, or one is empty.
    """
    value = members.get("by")
    if value is None:
        return ()
    names = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
    if (
        not isinstance(names, list | tuple)
        or not names
        or not all(isinstance(name, str) and name for name in names)
    ):
        raise FaultsetError(f"by must be the name of a label, or a list of names (got {shorten(value)})")
    for name in NO_LABELS.intersection(names):
        raise FaultsetError(f"by takes a label such as zone, and {name} is a number of each node by itself")
    return tuple(dict.fromkeys(names))


def misspelt(names: Iterable[str], known: Collection[str], flags: Mapping[str, str]) -> str:
    """Return what is wrong with the first unknown name that is close to a known one or an option's; empty if none is.

    Any other name is data of whoever wrote it.
    """
    for name in names:
        if name in known:
            continue
        if near := OLD_FLAGS.get(name) or _near(name, known):
            return f"there is no member {quoted(name)}; did you mean {quoted(near)}?"
        spelt = _words(name)
        for option, flag in flags.items():
            if _words(option) == spelt:
                return f"{name} is no member; give it with {flag}"
    return ""


def _near(name: str, known: Collection[str]) -> str:
    spelt = _words(name)
    same = next((member for member in known if _words(member) == spelt), "")
    if same or len(name) < 4:
        return same
    return nearest(name, sorted(known), cutoff=0.8)


def _words(name: str) -> str:
    """``maxLoss``, ``max-loss`` and ``max_loss`` alike."""
    return name.replace("-", "").replace("_", "").casefold()


def id_texts(names: Iterable[Any]) -> list[Any]:
    """Return ids as nodes are known by them, an integer by its digits; what is no id stays as it is."""
    return [str(name) if type(name) is int else name for name in names]


def contradiction(members: Mapping[str, Any]) -> str:
    """Return what two members say against each other; empty if nothing."""
    pairs = (
        ("nodes", "ids"),
        ("nodes", "latencies"),
        ("key", "keys"),
        ("buckets", "nodes"),
        ("to", "to_nodes"),
    )
    for one, other in pairs:
        if members.get(one) is not None and members.get(other) is not None:
            return f"{one} and {other} exclude each other"
    return ""


def stated_twice(name: str) -> str:
    """What is wrong with a member that is there twice, of which JSON libraries keep the last."""
    return f"the member {quoted(name)} is there twice"


def document_nodes(reader: Reader, source: str) -> tuple[Iterable[Record], Mapping[str, Any]]:
    """Return the nodes of a document that is no array, or `LONE`, and the members that ask something.

    Raises:
        InputError: it holds no nodes, or a member is wrong.
    """
    document = reader.document
    if not isinstance(document, dict):
        raise InputError(f"the document must be {WANTED}", source=source)
    holders = _holders(document)
    limits = {
        "threshold": _number(document, "threshold", float, source),
        "precision": _precision(document, source),
    }
    if not holders and "id" in document:
        return reader.inside(), stated(limits)
    problem = misspelt(document, OF_DOCUMENTS, FLAGS) or contradiction(document)
    if not problem and (twice := reader.repeated(OF_DOCUMENTS, "demand")) is not None:
        problem = stated_twice(twice)
    if problem:
        raise InputError(problem, source=source)
    if not holders and not _drills_alone(document):
        hint = f"it has {listed(document) or 'no member'}"
        raise InputError(f"the document must be {WANTED}", source=source, hint=hint)
    members = {name: value for name, value in document.items() if name in ASKED_OF_NODES}
    try:
        labels_in(members)
    except FaultsetError as error:
        raise InputError(str(error), source=source) from None
    if isinstance(members.get("inventory"), list):
        # By their own texts, in which every number keeps its digits.
        members["inventory"] = [record.raw for record in reader.inside("inventory")]
    return reader.inside(*holders) if holders else LONE, stated(members)


def _drills_alone(document: dict[str, Any]) -> bool:
    """Whether a document without nodes wants to drill its inventory."""
    members = stated(document)
    return "inventory" in members and without_limits(members)


def _holders(document: dict[str, Any]) -> tuple[str, ...]:
    """Return the members that hold the nodes; none where the object may be a node, whose members are data."""
    if isinstance(document.get("nodes"), list):
        return ("nodes",)
    lists = ("ids", "latencies")
    return lists if all(isinstance(document.get(name), list) for name in lists) else ()


def _precision(document: dict[str, Any], source: str) -> Any:
    value = document.get("precision")
    return value if value == AUTO else _number(document, "precision", int, source)


def _number(document: dict[str, Any], name: str, kind: type[float] | type[int], source: str) -> Any:
    """Return a number that the document states, None where it does not."""
    value = document.get(name)
    if value is None or type(value) is kind or (kind is float and type(value) is int):
        return value
    from rvhctl.nodes.fields import THRESHOLD_RULE, how_to_write

    rule = THRESHOLD_RULE if kind is float else f"{name} must be a whole number from 1 to 12"
    raise InputError(rule, source=source, value=value, hint=how_to_write(value))
