"""What is known besides what was measured: inventories, demands, lists of nodes, sizes, slots, notes of runs."""

from __future__ import annotations

import math
import os
import re
import tempfile
from collections.abc import Mapping
from ipaddress import IPv6Address
from typing import Any
from urllib.parse import urlsplit

import orjson
from support.naive_joining import naive_matches, naive_record

from fuzz.target import Given, holding, target
from rvhctl import Placement
from rvhctl.engine.job import Job, maker
from rvhctl.engine.plan import MANIFEST, ROOM, Task
from rvhctl.engine.room import NOTED, Room
from rvhctl.engine.stores import Stamp
from rvhctl.errors import InputError, RvhctlError, raise_error
from rvhctl.keys.records import KeySpec
from rvhctl.keys.sizes import LARGEST, read_sizes, size_in
from rvhctl.nodes.fields import KNOWN
from rvhctl.nodes.inventory.given import join_given
from rvhctl.nodes.inventory.join import join
from rvhctl.nodes.inventory.matching import HOST, WHOLE, WITH_PORT, keys_of
from rvhctl.nodes.inventory.read import stated_inventory
from rvhctl.nodes.read import read_text
from rvhctl.placement.buckets import Buckets
from rvhctl.placement.flags import read_node_list
from rvhctl.placement.slots.slots import Slots
from rvhctl.placement.slots.slots_file import slots_file, slots_text
from rvhctl.policy.traffic.demand import read_demand
from rvhctl.streams.source import Source

IDS = (
    *("a", "b", "a:80", "A.", "http://a", "http://a/", "https://a:443/x", "http://a:80/x", "http://b/y"),
    *("[::1]:80", "::1", "0:0::1", "b:81", "é", "a/b", "http://u@b:81"),
)
MEMBERS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("state", ("up", "drain", "down", None, "", "new")),
    ("weight", (1, 2.5, 0, None)),
    ("zone", ("x", "y", "", None, 7, True)),
    ("lat", (1.5, -2, None, 91)),
    ("lon", (3, 4.25, None)),
    ("address", ("a", "b:81", "::1", "http://a/x", "", 5)),
    ("note", ({"a": [1]}, "é\n", None, 1e300, -0.0)),
    ("samples", ([5, None], [], None)),
    ("latency", (5, 7.25, 0)),
)


def records_of(given: Given, *, measured: bool) -> list[dict[str, Any]]:
    """A few records of different ids."""
    records: dict[str, dict[str, Any]] = {}
    for _ in range(given.below(6)):
        record: dict[str, Any] = {"id": given.one_of(*IDS)}
        for _ in range(given.below(4)):
            name, values = given.one_of(*MEMBERS)
            record[name] = given.one_of(*values)
        if measured:
            record.setdefault("latency", 3)
        records.setdefault(record["id"], record)
    return list(records.values())


@target(longest=100)
def inventories(data: bytes) -> object:
    """Measured nodes joined to those that ought to be there, by their texts and as objects."""
    given = Given(data)
    places, by = given.flag(), given.one_of((), ("zone",))
    measured, known = records_of(given, measured=True), records_of(given, measured=False)
    texts = [orjson.dumps(record) for record in known]
    said: list[str] = []
    joined = None
    try:
        nodes = read_text(
            b"".join(orjson.dumps(record) + b"\n" for record in measured),
            *("f", "ndjson"),
            coordinates=KNOWN if places else False,
            on_bad=raise_error,
        )
        inventory = stated_inventory(texts, "g", raise_error)
        coordinates = (KNOWN if by else True) if places else False
        joined = join(
            nodes, inventory, coordinates=coordinates, by=by, on_bad=raise_error, inform=said.append
        )
    except RvhctlError as error:
        problem = str(error)
    try:
        objects = join_given(measured, known, by, places=places)
    except RvhctlError as error:
        assert joined is None
        return [problem, str(error)]
    pairs = naive_matches(measured, known)
    assert pairs is not None
    expected = [naive_record(own, other) for own, other in pairs]
    assert objects.nodes == expected, (objects.nodes, expected)
    if joined is None:
        return problem
    assert list(map(orjson.loads, joined.records)) == expected
    assert list(joined.fleet.ids) == [record["id"] for record in expected]
    assert joined.fleet.warnings == objects.warnings
    if places:
        for name, column in (("lat", joined.fleet.lats), ("lon", joined.fleet.lons)):
            assert not len(column) or [None if math.isnan(value) else value for value in column] == [
                row.get(name) for row in expected
            ]
    return [list(joined.records), joined.fleet.warnings, said]


@target(
    "http://", "https://", "user@", "[::1]", "a", ".", ":80", "/", "?q", "#", "::", "İ", "_", "-", longest=60
)
def host_addresses(data: bytes) -> object:
    """By what an id or an address of a node is compared."""
    text = data.decode("utf-8", "replace")
    keys = keys_of(text)
    if not keys:
        return None
    host = keys[HOST]
    if not text.isascii() or str(host).endswith("."):
        return keys
    is_six = ":" in str(host)
    assert keys_of(str(host)) == {HOST: host}
    assert not is_six or str(IPv6Address(str(host))) == host
    if is_six and WITH_PORT not in keys and WHOLE not in keys:
        return keys
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
    except ValueError:  # it looks for brackets in the name of a user, too
        return keys
    if not is_six:
        assert str(parts.hostname).removesuffix(".") == host
    scheme = {"http": 80, "https": 443}.get(parts.scheme)
    if WITH_PORT in keys:
        _, port = keys[WITH_PORT]  # type: ignore[misc]
        colon = re.search(r"(?<=:)\d+$", parts.netloc, re.ASCII)
        assert port == (int(colon[0]) if colon else scheme)
    if text.isprintable():
        assert (WHOLE in keys) == (text.partition("://")[2].partition(parts.netloc)[2] not in ("", "/"))
    return keys


@target(
    *('{"group":"a","demand":1}', '{"a":1,"b":2.5}', "group,demand\n", "group;demand\n", "group\tdemand\n"),
    *("a,5", "1,5", "[", "]", ",", "\n", '"', "1e999", "-1", "null", "é", "group", "demand", "\ufeff"),
    longest=200,
)
def demands(data: bytes) -> object:
    """The file of ``--demand``: what is read of it is read again of it in each format."""
    with holding(data) as path:
        try:
            demand = read_demand(path)
        except InputError as error:
            return str(error).replace(path, "f")
    assert all(0 <= value < math.inf for value in demand.values())
    records = [{"group": group, "demand": value} for group, value in demand.items()]
    rows = "".join('"{}",{!r}\n'.format(group.replace('"', '""'), value) for group, value in demand.items())
    for text in (orjson.dumps(demand), orjson.dumps(records), f"group,demand\n{rows}".encode()):
        with holding(text) as path:
            assert read_demand(path) == demand, text
    return demand


@target(
    *('[{"id":"a"},{"id":"b","weight":2}]', '{"id":"a","state":"down"}', "id,latency\n", "id;zone\n", "id\n"),
    *(
        "a",
        "\n",
        "\r\n",
        "#",
        " ",
        ",",
        '{"nodes":[{"id":"a"}],"down":["a"]}',
        '"zone":"x"',
        "\t",
        "sep=;",
        "é",
    ),
    longest=200,
)
def node_lists(data: bytes) -> object:
    """The file of ``--nodes`` and ``--live``: names a line, or nodes in any format."""
    with holding(data) as path:
        try:
            with Source(path) as source:
                nodes = read_node_list(source, str)
            assert nodes.labelled is None or nodes.fleet is not None
            weights = [
                nodes.buckets(spread).weights for spread in ((None, "zone") if b"zone" in data else (None,))
            ]
        except RvhctlError as error:
            return str(error).replace(path, "f")
    ids = list(nodes.ids)
    assert len(ids) == len(set(ids)) > 0
    if nodes.fleet is None:
        lines = [line.removesuffix("\r") for line in data.decode("utf-8-sig").split("\n")]
        assert ids == [line for line in lines if line and not line.lstrip().startswith("#")]
    with (
        holding(b"".join(orjson.dumps({"id": node_id}) + b"\n" for node_id in ids)) as path,
        Source(path) as again,
    ):
        assert list(read_node_list(again, str).ids) == ids
    return [ids, list(nodes.down), weights]


@target(
    '{"a":1,"b":2.5}',
    '"tests/a.py::b":1',
    "::",
    "1e300",
    "-0.0",
    "1e-999",
    "null",
    "true",
    "1_0",
    ",",
    longest=120,
)
def key_sizes(data: bytes) -> object:
    """The file of ``--sizes``, and the cells of ``--size``."""
    text = data.decode("utf-8", "replace")
    said: list[object] = []
    try:
        said.append(size_in(text))
        assert said[0] == float(text)
    except InputError as error:
        said.append(str(error))
    with holding(data) as path:
        try:
            sizes = read_sizes(path)
        except InputError as error:
            return [*said, str(error).replace(path, "f")]
    document = orjson.loads(data)
    files: dict[str, list[float]] = {}
    for name, size in document.items():
        assert 0 <= size <= LARGEST
        whole, part, _ = name.partition("::")
        if part:
            files.setdefault(whole, []).append(size)
    expected = {**{name: math.fsum(parts) for name, parts in files.items()}, **document}
    names = [*expected, "else"]
    assert sizes.sizes == expected
    known = sorted(expected.values())
    assert sizes.of(names[:-1]) == list(expected.values())
    assert known[:1] <= sizes.of(names)[-1:] <= known[-1:] or not known
    return [said, names, sizes.of(names)]


@target("a=b", "b=c", "=", "\n", "a", "b", ",", "é", '"', longest=60)
def slot_renames(data: bytes) -> object:
    """What ``--rename`` says, and who has which slot then."""
    given = Given(data)
    names = given.one_of(("a", "b", "c"), ("a",), ("a=b", "é", "x"))
    nodes = given.text(given.below(12)).decode("utf-8", "replace").split(",")
    renames = given.text().replace(b"\0", b"0").decode("utf-8", "surrogateescape").split("\n")
    expected = list(names)
    for rename in renames:
        old, _, new = rename.partition("=")
        if old not in expected or not new or new in expected:
            expected = []
            break
        expected[expected.index(old)] = new
    with holding(slots_text(Slots(names, 1.0))) as path:
        try:
            with slots_file(path, dry_run=True, renames=renames) as file:
                renamed = file.slots.names
                assert list(renamed) == expected
                placed = file.settle(buckets := Buckets.named(nodes))
        except RvhctlError as error:
            return str(error).replace(path, "f")
    arranged = placed.arranged(buckets)
    assert {name for name in renamed if name in nodes} <= set(placed.names)
    assert all(placed.names[slot] == name for slot, name in enumerate(renamed) if name in nodes)
    assert set(nodes) <= set(placed.names)
    assert {
        arranged.name_of(bucket) for bucket in range(arranged.count) if bucket not in arranged.down
    } == set(nodes)
    return [list(placed.names), sorted(arranged.down)]


def note(name: str = "a.txt", size: int = 3) -> str:
    fields: Mapping[str, object] = {
        **{key: kind() for key, kind in NOTED.items()},
        **dict.fromkeys(("source", "name"), name),
        **dict.fromkeys(("size", "source_size"), size),
        "job": "MARK",
    }
    return orjson.dumps(fields).decode()


@target(
    note(), note("b.txt"), '{"job":"MARK","files":[', "]}", '"a.txt"', "null", "[", "{", "3", '"', longest=900
)
def run_notes(data: bytes) -> object:
    """The manifest of a run of many files and the note of one, which an earlier run has left."""
    given = Given(data)
    is_note, resume = given.flag(), given.flag()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        job = Job(Placement(7), KeySpec(), None, False, "auto", "auto", None, folder, "token", maker())
        tasks = [Task(name, Stamp(3, ""), name) for name in ("a.txt", "b.txt")]
        for task in tasks[:1]:
            with open(os.path.join(folder, task.name), "wb") as file:
                file.write(b"123")
        os.mkdir(os.path.join(folder, ROOM))
        with open(
            os.path.join(folder, ROOM, "1.json") if is_note else os.path.join(folder, MANIFEST), "wb"
        ) as file:
            file.write(given.text().replace(b"MARK", job.mark().encode()))
        try:
            parts = Room(job).enter(tasks, resume)
        except RvhctlError as error:
            return str(error).replace(folder, "f")
    assert resume
    # Of an output that is there, and of its size.
    assert set(parts) <= set(tasks[:1])
    return [list(part)[2:] for part in parts.values()]
