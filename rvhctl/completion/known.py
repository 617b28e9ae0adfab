"""The nodes that a line gives: by flags, or in files that are quickly read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rvhctl.core.words import COMPILED
from rvhctl.errors import InputError

if TYPE_CHECKING:
    from rvhctl.nodes.nodes import Nodes

MOST_BYTES: Final = (4 if COMPILED else 1) << 20
"""What is read while a person waits after a TAB."""


def known_ids(given: Mapping[str, Any]) -> Sequence[str]:
    """Return the ids of the nodes that a line gives.

    Args:
        given: the values of its options, by name.

    Raises:
        RvhctlError: they cannot be read.
    """
    nodes = given.get("nodes")
    if "buckets" in given:
        return _owners(nodes or "")
    if nodes is not None and "latencies" in given:
        return [name.strip() for name in nodes.split(",")]
    return _nodes(given, coordinates=False).fleet.ids


def known_cells(given: Mapping[str, Any]) -> Iterable[str]:
    """Return the cells in which these nodes lie.

    Raises:
        RvhctlError: they cannot be read.
    """
    from rvhctl.geohash import encode_many
    from rvhctl.policy.request import DEFAULT_PRECISION

    fleet = _nodes(given, coordinates=True).fleet
    asked = given["precision"]
    # An inventory may not know of all where they stand.
    places = [place for place in zip(fleet.lats, fleet.lons, strict=True) if place[0] == place[0]]
    if not places:
        return []
    lats, lons = zip(*places, strict=True)
    return encode_many(lats, lons, asked if isinstance(asked, int) else DEFAULT_PRECISION)


def known_labels(given: Mapping[str, Any]) -> Iterable[str]:
    """Return the labels that the first of these nodes has.

    Raises:
        RvhctlError: they cannot be read.
    """
    return _labels(_nodes(given, coordinates=False))


def known_domains(given: Mapping[str, Any]) -> Iterable[str]:
    """Return the labels that the first of the nodes has that are to own keys.

    Raises:
        RvhctlError: they cannot be read.
    """
    from rvhctl.nodes.read import read_nodes

    file = (given["nodes"] or "").removeprefix("@")
    _check_quick([file])
    return _labels(read_nodes([file], "auto", coordinates=False, latency=False, on_bad=_say_nothing))


def known_groups(given: Mapping[str, Any]) -> Iterable[str]:
    """Return the groups that the labels on the line make of these nodes.

    Raises:
        RvhctlError: they cannot be read.
    """
    labels = ",".join(given["by"] or ()).split(",")
    records = _records(_nodes(given, coordinates=False))
    values = [[str(fields.get(label.strip(), "")) for label in labels] for fields in records]
    return ["/".join(names) for names in values if all(names)]


KNOWN: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterable[str]]]] = {
    "ID,...": known_ids,
    "BUCKET,...": known_ids,
    "PREFIX,...": known_cells,
    "LABEL,...": known_labels,
    "NAME,...": known_groups,
    "FIELD": known_domains,
}
"""What the values of an option are, by what help calls them."""


def _labels(nodes: Nodes) -> Iterable[str]:
    from rvhctl.nodes.read import PLACED

    fields = next(_records(nodes), {})
    return [name for name, value in fields.items() if name not in PLACED and isinstance(value, str)]


def _records(nodes: Nodes) -> Iterator[dict[str, Any]]:
    import orjson

    return map(orjson.loads, nodes.in_json().records)


def _owners(nodes: str) -> Sequence[str]:
    """The nodes of jump-hash."""
    from rvhctl.placement.flags import nodes_of

    if "," not in nodes or nodes.startswith("@"):
        _check_quick([nodes.removeprefix("@")])
    return nodes_of("--nodes", nodes).ids


def _nodes(given: Mapping[str, Any], *, coordinates: bool) -> Nodes:
    """The nodes of failover and faultset."""
    inventory = given["inventory"]
    if inventory is not None:
        from rvhctl.nodes.inventory.read import read_inventory

        _check_quick([inventory])
        return read_inventory(inventory, on_bad=_say_nothing, warn=_say_nothing, inform=_say_nothing)
    if given["nodes"] is not None:
        from rvhctl.nodes.flags import nodes_given

        return nodes_given(given["nodes"], None, coordinates=True)
    files, tool = given["files"] or [], given["from_"]
    _check_quick(files)
    if tool is not None:
        from rvhctl.formats.tools.measured import Asked
        from rvhctl.nodes.probes import check_target, read_probes

        asked = Asked(_say_nothing, check_target, given["unit"], given["id_label"])
        return read_probes(
            files, tool, asked, coordinates=coordinates, warn=_say_nothing, inform=_say_nothing
        )
    from rvhctl.nodes.read import read_nodes

    return read_nodes(files, given["input_format"], coordinates=coordinates, on_bad=_say_nothing)


def _check_quick(files: Sequence[str]) -> None:
    """Refuse what takes long, or is gone once it is read.

    Raises:
        InputError: there are too many bytes, no files, or a pipe.
        OSError: there is no such file.
    """
    found = [os.stat(name) for name in files]
    quick = sum(file.st_size for file in found) <= MOST_BYTES
    if not found or not quick or not all(stat.S_ISREG(file.st_mode) for file in found):
        raise InputError("not quickly read")


def _say_nothing(_: object) -> None:
    """A bad record is left out, and a note has no place on a line that is being typed."""
