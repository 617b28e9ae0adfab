"""Documents, requests, patterns and what tools print: whoever reads them, and nothing but errors of ours comes out."""

from __future__ import annotations

import gzip
import re

import orjson

from fuzz.target import Given, holding, target
from rvhctl.batch.blocks import Block, Work, answer_block
from rvhctl.errors import InputError, RvhctlError, UsageError, raise_error
from rvhctl.formats import jsontext
from rvhctl.formats.choice import INVENTORIES, TOOLS, looked_format
from rvhctl.formats.tools.measured import Asked, Text
from rvhctl.keys.fields import FieldPath, LinePattern, field_paths
from rvhctl.keys.key import KeyRule
from rvhctl.nodes.nodes import Nodes
from rvhctl.nodes.probes import check_target
from rvhctl.nodes.read import HOLDERS, read_text
from rvhctl.nodes.scan import scan_nodes
from rvhctl.placement.slots.slots_file import read_slots, slots_text
from rvhctl.policy.memory import Memory
from rvhctl.streams.decompress import MAGICS
from rvhctl.streams.source import Source

LONG = re.compile(rb"\d{5}")

NODES = (
    *(
        '{"nodes":[{"id":"a","lat":1,"lon":2,"latency":3}]}',
        '"ids":["a"],"latencies":[1]',
        '"samples":[1,null]',
    ),
    *(
        '"threshold":5',
        '"state":"down"',
        '"weight":0.5',
        '"zone":"x"',
        "\n",
        "\r\n",
        "[",
        "]",
        "{",
        "}",
        ",",
        '"',
    ),
    *(
        "id,latency\n",
        "host;rtt ms\n",
        "id\tlatency\n",
        "sep=;\n",
        "1,5",
        "5 ms",
        "n/a",
        b"\xef\xbb\xbf",
        "1e999",
    ),
)
REQUESTS = (
    *(
        '{"nodes":[{"id":"a","lat":1,"lon":2,"latency":3}],"threshold":5}',
        '"relative":1.5',
        '"plan":true',
        '"by":"zone"',
    ),
    *(
        '"explain":true',
        '"drill":1',
        '"min_survivors":"50%"',
        '"precision":3',
        '"down":["a"]',
        '"top":1',
        "null",
        "-1",
    ),
    *(
        '{"key":"a","buckets":10}',
        '"keys":["a",7]',
        '"nodes":["a","b"]',
        '"weights":{"a":2}',
        '"replicas":2',
        "\n",
    ),
    *(
        '"to":12',
        '"to_nodes":["b"]',
        '"max_load":1.25',
        '"sizes":[1,2]',
        '"stats":true',
        '"slots":["a"]',
        '"id":1',
    ),
    *(
        '"demand":{"a":1}',
        '"spill":true',
        '"inventory":[]',
        '"hash":"int"',
        '"seed":1',
        '"spread":"zone"',
        "{",
        "}",
    ),
)


def rows_of(nodes: Nodes) -> list[object]:
    """What is known of nodes."""
    fleet = nodes.fleet
    columns = [list(map(repr, column)) for column in (fleet.latencies, fleet.lats, fleet.lons)]
    # Nobody asked for coordinates.
    columns = [column for column in columns if not set(column) <= {"nan"}]
    return [
        list(fleet.ids),
        columns,
        list(nodes.records),
        sorted(nodes.integer_ids),
        nodes.members,
        list(nodes.notes),
    ]


@target(*NODES, longest=600)
def node_documents(data: bytes) -> object:
    """Nodes in any format, scanned and read record by record."""
    given = Given(data)
    coordinates, by = given.flag(), given.one_of((), ("zone",))
    text = given.text()
    shape = looked_format(text, HOLDERS)
    scanned = scan_nodes([text], shape, coordinates=coordinates, by=by)
    try:
        read = read_text(text, "f", shape, coordinates=coordinates, on_bad=raise_error, by=by)
    except RvhctlError as error:
        assert scanned is None
        return str(error)
    assert scanned is None or rows_of(scanned)[:4] == rows_of(read)[:4]
    return rows_of(read)


@target(*REQUESTS, longest=600)
def node_requests(data: bytes) -> object:
    """Requests of ``failover --batch`` and ``faultset --batch``."""
    given = Given(data)
    work = Work(given.one_of("failover", "faultset"), given.one_of({}, {"threshold": 5.0}))
    return answered(work, given.text())


@target(*REQUESTS, longest=600)
def key_requests(data: bytes) -> object:
    """Requests of ``jump-hash --batch``."""
    given = Given(data)
    flags = given.one_of(
        {"hash": "xxh64"},
        {"hash": "xxh64", "buckets": 7},
        {"hash": "int"},
        {"hash": "xxh64", "buckets": 2},
    )
    text = given.text()
    # Many buckets take long, which is no fault.
    return answered(Work("jump-hash", flags), text) if not LONG.search(text) else None


def answered(work: Work, text: bytes) -> object:
    answers = answer_block(work, Block(text, "f", 1, 0))
    lines = answers.text.splitlines()
    assert answers.requests == len(lines) == sum(bool(line.strip()) for line in text.split(b"\n"))
    for index, line in enumerate(lines):
        answer = orjson.loads(line)
        assert answer["index"] == index
        assert answer["ok"] == ("error" not in answer)
    return answers


@target('"', "\\", ".", ",", '"a.b"', "\\.", "0", " ", "id", longest=60)
def field_patterns(data: bytes) -> object:
    """What ``--field`` takes, and what it finds."""
    try:
        paths = field_paths(data.decode("utf-8", "replace"))
    except UsageError as error:
        return str(error)
    for path in paths:
        quoted = ".".join(
            '"{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"')) for name in path.names
        )
        names = path.names
        if not any(c in name for name in names for c in '\\"'):
            assert FieldPath(quoted).names == names
        record: object = "key"
        for name in reversed(names):
            record = {name: record}
        assert path.key_of(record, lambda record=record: record, KeyRule(), "f", 1, "") == "key"
    return [path.names for path in paths]


@target(
    "(",
    ")",
    "[^",
    "]",
    "\\d+",
    "\\s",
    "(?P<key>",
    "(?:",
    "^",
    "$",
    "|",
    "*",
    "?",
    "\n",
    "\r\n",
    "é",
    longest=40,
)
def line_patterns(data: bytes) -> object:
    """What ``--regex`` takes: all lines at once, and each by itself."""
    given = Given(data)
    pattern = given.text(min(given.below(12), 11)).decode("utf-8", "replace")
    lines = [line[:12] for line in given.text().decode("utf-8", "replace").split("\n")]
    try:
        found = LinePattern(pattern)
    except UsageError as error:
        return str(error)
    text = "".join(f"{line}\n" for line in lines)
    keys = found.keys_of(text, "\n", len(lines))
    # One carriage return before the line feed belongs to it.
    alone = [found.key_of(line.removesuffix("\r").encode()) for line in lines]
    assert keys == [None if key is None else key.decode() for key in alone], (pattern, lines)
    return keys


@target(
    *(
        "127.0.0.1 : 0.40 - 0.05\n",
        "xmt/rcv/%loss = 3/3/0%",
        "min/avg/max = 1/2/3",
        '{"report":{"mtr":{"dst":"a"}',
    ),
    *(
        '"hubs":[{"host":"a","Loss%":0.0,"Snt":3,"Avg":1.5}]',
        '"status":"success"',
        '"data":{"resultType":"vector"',
    ),
    *(
        '"result":[{"metric":{"instance":"a"},"value":[1,"0.5"]}]',
        "# pxname,svname,status,weight,check_duration\n",
    ),
    *(
        '"cluster_statuses":[',
        '"host_statuses":[',
        '"address":{"socket_address":{"address":"a","port_value":1}}',
    ),
    *(
        '"kind":"EndpointSlice"',
        '"endpoints":[{"addresses":["a"]}]',
        '"conditions":{"ready":true}',
        "null",
        "[",
        "{",
    ),
    longest=1500,
)
def tool_texts(data: bytes) -> object:
    """What measuring tools and inventories say."""
    given = Given(data)
    name = given.one_of(*TOOLS, *INVENTORIES)
    text = given.text()
    try:
        if name in TOOLS:
            measured = TOOLS[name].load().read([Text("f", text)], Asked(raise_error, check_target))
            return [[*measured.targets], [*measured.warnings], [*measured.notes], measured.doubts]
        document = jsontext.parse(text, "f")
        module = INVENTORIES[name].load()
        return (
            tuple(module.read(document, "f"))
            if isinstance(document, dict) and module.knows(document)
            else None
        )
    except RvhctlError as error:
        return str(error)


@target(
    '{"format":"rvhctl-memory","version":1,"round":7,"nodes":{\n',
    '"a":{"fit":true,"streak":0,"seen":5}',
    ",\n",
    "\n}}\n",
    '"round":',
    "false",
    "9007199254740993",
    "é",
    "\\u00e9",
)
def memory_documents(data: bytes) -> object:
    """A memory, scanned and by the library, and written again."""
    try:
        memory = Memory.from_json(data)
    except InputError as error:
        return str(error)
    # With white space behind it the scanner leaves it to the library.
    assert Memory.from_json(data + b" ") == memory
    assert Memory.from_json(memory.to_json()) == memory
    return memory


@target(
    '{"max_weight":1.0,"slots":["a",null,"b"]}',
    '"slots":',
    '"max_weight":',
    "null",
    ",",
    "[",
    "]",
    "1e999",
    "true",
)
def slots_documents(data: bytes) -> object:
    """A file of slots, and written again."""
    with holding(data) as path:
        try:
            slots = read_slots(path)
        except InputError as error:
            return str(error).replace(path, "f")
    assert slots is not None
    with holding(slots_text(slots)) as path:
        assert read_slots(path) == slots
    return slots


@target(*MAGICS, gzip.compress(b"a\n", mtime=0), "\0", longest=300)
def packed_texts(data: bytes) -> object:
    """A source that is compressed, whole, broken off, or with more behind it."""
    with holding(data) as path:
        try:
            with Source(path) as source:
                text = source.read_all()
        except InputError as error:
            return str(error).replace(path, "f")
    if data.startswith(b"\x1f\x8b"):
        assert gzip.decompress(data).removeprefix(b"\xef\xbb\xbf") == text
    return text
