"""Inventories from files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import orjson
import pytest
from support.cli import rvhctl

from rvhctl.errors import EmptyNodesError, InputError, raise_error
from rvhctl.nodes.inventory import read as reading
from rvhctl.nodes.inventory.read import read_inventory, stated_inventory
from rvhctl.nodes.nodes import Nodes

DATA = Path(__file__).parents[2] / "data/valid/inventories"


def known(path: Path, warnings: list[str] | None = None) -> Nodes:
    said: list[str] = []
    nodes = read_inventory(str(path), on_bad=raise_error, warn=said.append, inform=str)
    assert said == (warnings or [])
    return nodes


def written(folder: Path, text: str) -> Path:
    path = folder / "inventory"
    path.write_text(text)
    return path


RECORDS = [{"id": "a", "lat": 1, "lon": 2.5, "zone": "z"}, {"id": "b", "latency": "soon", "samples": 7}]


@pytest.mark.parametrize("scanned", [False, True], ids=["read", "scanned"])
@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2),
        "\n".join(map(json.dumps, RECORDS)),
        json.dumps({"nodes": RECORDS}),
        "id,lat,lon,zone,latency\na,1,2.5,z,soon\nb,,,,\n",
        "id\tlon\tlat\tzone\na\t2.5\t1\tz\nb\t\t\t\n",
    ],
)
def test_a_node_document_says_what_it_knows_and_no_measurement_of_it_is_read(
    tmp_path: Path, text: str, scanned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "COMPILED", scanned)
    nodes = known(written(tmp_path, text))
    assert list(nodes.fleet.ids) == ["a", "b"]
    assert all(latency != latency for latency in nodes.fleet.latencies)
    assert orjson.loads(nodes.records[0])["zone"] == "z"
    assert (nodes.fleet.lats[0], nodes.fleet.lons[0]) == (1, 2.5)
    assert nodes.fleet.lats[1] != nodes.fleet.lats[1]


def test_without_places_there_are_none(tmp_path: Path) -> None:
    nodes = known(written(tmp_path, "id\na\n"))
    assert not [lat for lat in nodes.fleet.lats if lat == lat]


def test_what_other_tools_know_is_recognised_by_looking(tmp_path: Path) -> None:
    assert list(known(DATA / "kubernetes-null.json").fleet.ids) == ["10.0.0.1"]
    assert known(DATA / "envoy-eds-unhealthy.json").fleet.states == [2, 2, 0]
    compressed = tmp_path / "slices.gz"
    compressed.write_bytes(gzip.compress((DATA / "kubernetes-condnull.json").read_bytes()))
    assert list(known(compressed).fleet.ids) == ["10.0.0.1", "10.0.0.2"]


def test_a_node_that_says_kind_is_none_of_theirs(tmp_path: Path) -> None:
    text = '{"id":"a","kind":"List"}\n{"id":"b","kind":"List"}\n'
    assert list(known(written(tmp_path, text)).fleet.ids) == ["a", "b"]
    assert list(known(written(tmp_path, '{"kind":"x","nodes":[{"id":"a"}]}')).fleet.ids) == ["a"]
    assert list(known(written(tmp_path, '[{"id":"a","cluster_statuses":1}]')).fleet.ids) == ["a"]


def test_what_an_inventory_asks_for_counts_for_nothing_and_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, '{"nodes":[{"id":"a"}],"threshold":5}')
    known(path, [f"{path}: what an inventory asks for counts for nothing (threshold)"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,lat,lon\na,91,4\n", ":2:3: lat must lie within -90..90 degrees (got 91)"),
        ("id,lat,lon\na,9,\n", ":2:5: lon is missing"),
        ("id,lat\na,9\n", ":2: lon is missing"),
        ('[{"id":"a","lat":1}]', ": node 1 (id 'a'): lon is missing"),
        ("id,state\na,off\n", ":2:3: the state must be up, drain or down (got 'off')"),
        ("id,weight\na,0\n", ":2:3: the weight must be finite and above 0 (got 0.0)"),
        ("id,zone\na,1\na,2\n", ":3: the id 'a' was there before; first at "),
        ("box,zone\na,1\n", ":1: the CSV header has no column 'id'; its columns: 'box', 'zone'"),
        (
            "a : 1 2 3\n",
            ": this looks like what fping says; it says how fast nodes are, not which there are: "
            "give it to failover or faultset as FILE with --from fping",
        ),
        (
            "# pxname,svname,\n",
            ": this looks like what HAProxy says; it says how fast nodes are, not which there are: "
            "give it to failover or faultset as FILE with --from haproxy",
        ),
        ('{"kind":"PodList","items":[]}', ": the kind of this is PodList, not a list of EndpointSlices"),
        (
            "api::default_priority::max_connections::1024\napi::10.0.0.1:80::health_flags::healthy\n",
            ": this looks like Envoy's clusters as text; ask for JSON: curl",
        ),
        (
            "NAME    ADDRESSTYPE   PORTS   ENDPOINTS   AGE\napi-x   IPv4          80      10.0.0.1    5d\n",
            ": this looks like a table of kubectl; ask for JSON: kubectl get endpointslices -o json",
        ),
        ("kind: List\nitems: []\n", ": this looks like YAML; convert it to JSON"),
        ("\x7fELF", ":1: the CSV header has no column 'id'"),
        (
            '{"cluster_statuses":[{"host_statuses":[{"address":{"socket_address":{"address":"a\\u0007"}}}]}]}',
            ": node 1 (id 'a\\x07'): the id has control characters",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as error:
        known(path)
    assert str(error.value).startswith(f"{path}{message}")


@pytest.mark.parametrize(
    "text", ["", "[]", "id\n", '{"kind":"List","items":null}', '{"cluster_statuses":[]}']
)
def test_an_empty_inventory_is_an_error(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(EmptyNodesError) as error:
        known(path)
    assert (
        str(error.value) == f"{path}: the inventory is empty; it is to name the nodes that ought to be there"
    )


def test_a_bad_node_may_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("i.csv").write_text("id,state\na,off\nb,up\n")
    code, out, err = rvhctl(
        *("failover", "--th", "9", "--inventory", "i.csv", "--on-error", "skip", "-o", "plain"),
        stdin=b"id,latency\na,1\nb,2\n",
    )
    assert (code, out) == (1, b"b\n")
    assert err.splitlines() == [
        "rvhctl: i.csv:2:3: the state must be up, drain or down (got 'off')",
        "rvhctl: left out, as not in the inventory: 1 node ('a')",
        "rvhctl: 1 left out",
    ]


def test_a_document_may_state_an_inventory() -> None:
    assert list(stated_inventory([b'{"id": "a"}'], "f", raise_error).fleet.ids) == ["a"]
    with pytest.raises(InputError, match=r"^f: inventory must be an array of nodes"):
        stated_inventory("inventory.csv", "f", raise_error)
    with pytest.raises(InputError, match=r"^f: inventory: node 1: a node is an object"):
        stated_inventory([b"7"], "f", raise_error)
    with pytest.raises(EmptyNodesError, match=r"^f: the inventory is empty"):
        stated_inventory([], "f", raise_error)


LONG_ID, OTHER = 123456789012345678901234567890, 123456789012345678901234567891
LONG_INTEGERS = """
{"id": 123456789012345678901234567890, "zone": 123456789012345678901234567891, "cost": 1.10}
{"id": "b", "zone": 7}
""".strip().splitlines()
MEASURED = f"""{{"id": "x", "latency": 1}}, {{"id": "b", "latency": 2}}, {{"id": {LONG_ID}, "latency": 3}}"""


def test_integers_of_any_size_and_digits_are_those_of_the_inventory_at_every_door(tmp_path: Path) -> None:
    asked = f'{{"nodes": [{MEASURED}], "threshold": 5, "by": "zone"%s}}'
    stated = (asked % f', "inventory": [{", ".join(LONG_INTEGERS)}]').encode()
    by_flag = ("--inventory", str(written(tmp_path, "\n".join(LONG_INTEGERS))))
    asked_bare = (asked % "").encode()
    plans = [
        json.loads(rvhctl("faultset", "--plan", stdin=stated).out),
        json.loads(rvhctl("faultset", "--plan", *by_flag, stdin=asked_bare).out),
        json.loads(
            rvhctl("faultset", "--plan", "--batch", stdin=stated.replace(b"5,", b'5, "plan": true,')).out
        )["plan"],
        json.loads(
            rvhctl("faultset", "--batch", *by_flag, stdin=asked_bare.replace(b"5,", b'5, "plan": true,')).out
        )["plan"],
    ]
    groups = [[(row["group"], row["survivors"]) for row in plan] for plan in plans]
    assert groups == 4 * [[("7", ["b"]), (str(OTHER), [LONG_ID])]]
    for flags, stdin in ((), stated), (by_flag, asked_bare):
        assert b'"cost":1.10}' in rvhctl("faultset", *flags, stdin=stdin).out
    # The ids of a request may be a list of their own.
    lists = f'{{"ids": [{LONG_ID}], "latencies": [1], "threshold": 5, "inventory": [{LONG_INTEGERS[0]}]}}'
    assert json.loads(rvhctl("failover", "--batch", stdin=lists.encode()).out)["survivors"] == [LONG_ID]
