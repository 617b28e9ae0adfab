"""``rvhctl faultset`` about traffic: demands, loads and drills, at every door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from support.cli import rvhctl

from rvhctl.errors import FaultsetError, InvalidNodeError
from rvhctl.nodes.columns import NodeColumns
from rvhctl.nodes.inventory.given import NOTHING_MEASURED, UNUSED
from rvhctl.policy.evaluate import drill, evaluate
from rvhctl.policy.policy import Policy

INVENTORY = b"""id,zone,capacity,state
a1,a,1,up
a2,a,1,up
b1,b,2,up
b2,b,1,drain
c1,c,,up
c2,c,1,up
"""
"""Nodes that nobody has measured."""
BY_ZONE = ("faultset", "--by", "zone")


def drilled(*flags: str, stdin: bytes = INVENTORY) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(rvhctl(*BY_ZONE, *flags, "-o", "json", stdin=stdin).out)
    return rows


def test_an_inventory_is_drilled_without_measurements_at_every_door(tmp_path: Path) -> None:
    rows = drilled("--drill", "both", "--spill", "capacity", "--fill", "50%")
    worst = [(row["failure"], row["kind"]) for row in rows[:3]]
    assert worst == [("b1", "node"), ("b", "group"), ("a", "group")]  # b1 is the last of b that is up
    assert rows[1] == {
        "failure": "b",
        "kind": "group",
        "health": "down",
        "down": 1,
        "load": 100.0,
        "where": "a",
        "moved": 42.86,
    }
    nodes = [
        {"id": f"{zone}{row}", "zone": zone, **more}
        for zone, row, more in (
            *(("a", 1, {}), ("a", 2, {})),
            *(("b", 1, {"capacity": 2}), ("b", 2, {"state": "drain"})),
            *(("c", 1, {}), ("c", 2, {})),
        )
    ]
    document = {"nodes": nodes, "by": "zone", "drill": "both", "spill": "capacity", "fill": "50%"}
    stdin = json.dumps(document).encode()
    assert json.loads(rvhctl("faultset", stdin=stdin).out) == rows
    assert json.loads(rvhctl("faultset", "--batch", stdin=stdin).out)["drill"] == rows
    by_policy = drill(nodes, by="zone", spill="capacity", fill="50%")
    assert [row._asdict() for row in by_policy] == rows
    limited = [{**node, "latency": 1} for node in nodes]
    assert list(drill(limited, Policy(threshold=1), by="zone", spill="capacity", fill="50%")) == list(
        by_policy
    )


@pytest.mark.parametrize("dead", [{"samples": [None, None]}, {"latency": None}], ids=str)
def test_no_drill_takes_a_node_without_a_measurement_for_fit(dead: dict[str, object]) -> None:
    """Unless nobody says anything of a measurement: then it is that of an inventory."""
    zoned = [{"id": "a1", "zone": "a"}, {"id": "a2", "zone": "a"}, {"id": "b1", "zone": "b"}]
    lone = [{**zoned[0], **dead}, *zoned[1:]]
    some = [{**zoned[0], **dead}, {**zoned[1], "latency": 900.0}, {**zoned[2], "samples": [3, None]}]
    for nodes, wanted in ((zoned, [1, 1]), (lone, [2, 2]), (some, [1, 1]), ([some[0], *some[2:]], [2, 1])):
        document = {"nodes": nodes, "by": "zone", "drill": "groups"}
        stdin = json.dumps(document).encode()
        flags = (*BY_ZONE, "--drill", "groups", "--fail-on", "never", "-o", "json")
        rows = json.loads(rvhctl(*flags, stdin=stdin).out)
        assert [row["down"] for row in rows] == wanted
        assert json.loads(rvhctl(*flags, stdin=json.dumps(nodes).encode()).out) == rows
        lines = "".join(json.dumps(node) + "\n" for node in nodes).encode()
        assert json.loads(rvhctl(*flags, stdin=lines).out) == rows
        assert json.loads(rvhctl("faultset", "--batch", stdin=stdin).out)["drill"] == rows
        assert [row._asdict() for row in drill(nodes, failures="groups", by="zone")] == rows
        names = sorted({"id", "zone"}.union(*nodes))
        table = [names, *([json.dumps(node.get(name)) for name in names] for node in nodes)]
        text = "\n".join("|".join(cells) for cells in table).replace('"', "").replace("null", "")
        if "samples" not in names:
            assert json.loads(rvhctl(*flags, stdin=text.encode()).out) == rows
    healths = {row["down"] for row in drilled("--drill", "groups", stdin=b"id,zone,latency\na,a,\nb,b,\n")}
    assert healths == {2}


def test_an_absent_node_is_not_fit_in_a_drill_of_those_that_were_named(tmp_path: Path) -> None:
    zoned = [{"id": f"{zone}{row}", "zone": zone} for zone in "ab" for row in "12"]
    (tmp_path / "i.json").write_text(json.dumps(zoned))
    flags = ("--drill", "groups", "--fail-on", "never", "--inventory", str(tmp_path / "i.json"))
    for named in ([{"id": "a1"}, {"id": "a2"}], [{"id": "a1", "latency": 1}, {"id": "b1", "latency": None}]):
        rows = drilled(*flags, stdin=json.dumps(named).encode())
        assert [(row["failure"], row["down"]) for row in rows] == [("a", 2), ("b", 1)]
        document = {"nodes": named, "inventory": zoned, "by": "zone", "drill": "groups"}
        stdin = json.dumps(document).encode()
        assert json.loads(rvhctl("faultset", "--batch", stdin=stdin).out)["drill"] == rows
        assert json.loads(rvhctl("faultset", "--fail-on", "never", stdin=stdin).out) == rows
        found = drill(named, failures="groups", by="zone", inventory=zoned)
        assert [row._asdict() for row in found] == rows
    dead = rvhctl(*BY_ZONE, *flags, "-o", "csv", stdin=b"")
    assert (
        dead.out
        == b"failure,kind,health,down,load,where,moved\na,group,down,2,,a,0.0\nb,group,down,2,,a,0.0\n"
    )
    assert dead.err.startswith(
        "rvhctl: nothing was measured, so nobody is fit; to drill the inventory alone, give </dev/null"
    )
    found = drill([], failures="groups", by="zone", inventory=zoned)
    assert found.plan.evaluation.warnings[0] == NOTHING_MEASURED.format("give None for nodes")
    answer = batched({"nodes": [], "inventory": zoned, "by": "zone", "drill": "groups"})
    assert answer["warnings"][0] == NOTHING_MEASURED.format("leave nodes out")
    assert answer["drill"] == [row._asdict() for row in found]


def batched(request: dict[str, Any], *flags: str) -> dict[str, Any]:
    stdin = json.dumps(request).encode()
    answer: dict[str, Any] = json.loads(rvhctl("faultset", "--batch", *flags, stdin=stdin).out)
    return answer


@pytest.mark.parametrize("stated", [{}, {"latency": None}, {"samples": [1, None]}, {"latency": 5}])
def test_an_inventory_by_itself_is_drilled_by_its_states_at_every_door(
    stated: dict[str, Any], tmp_path: Path
) -> None:
    """Its latencies count for nothing wherever it stands, and a warning says so."""
    inventory = [
        {"id": 1, "zone": "x", **stated},
        {"id": "b", "zone": "x", "state": "down"},
        {"id": "c", "zone": "y", "weight": 2},
        {"id": "d", "zone": "y"},
    ]
    path, asked = tmp_path / "inventory.json", {"by": "zone", "drill": "both"}
    path.write_text(json.dumps(inventory))
    flags = ("--by", "zone", "--drill", "both")
    bare = [{name: value for name, value in node.items() if name not in stated} for node in inventory]
    expected = rvhctl("faultset", *flags, "-o", "json", stdin=json.dumps(bare).encode())
    rows = json.loads(expected.out)
    assert (expected.code, expected.err) == (0, "")
    for way, document, args in (
        ("give it as a FILE", inventory, (*flags, "--inventory", "-")),
        ("state it as nodes", {**asked, "inventory": inventory}, ()),
    ):
        said = f"rvhctl: stdin: {UNUSED.format(way)}\n" if stated else ""
        code, out, err = rvhctl("faultset", *args, "-o", "json", stdin=json.dumps(document).encode())
        assert (code, json.loads(out), err) == (0, rows, said)
        page = rvhctl("faultset", *args, "-o", "html", stdin=json.dumps(document).encode()).out.decode()
        assert ("count for nothing" in page, "not measured" in page) == (bool(stated), False)
    warned = {"warnings": [UNUSED.format("give it as nodes")]} if stated else {}
    for answer in (
        batched({**asked, "inventory": inventory}),
        batched({**asked, "inventory": inventory, "nodes": None}),
        batched({}, *flags, "--inventory", str(path)),
    ):
        assert answer == {"index": 0, "ok": True, "survivors": [1, "c", "d"], **warned, "drill": rows}
    found = drill(None, by="zone", inventory=inventory)
    assert [row._asdict() for row in found] == rows
    assert found.plan.evaluation.warnings == warned.get("warnings", [])


def test_an_inventory_by_itself_is_only_drilled(tmp_path: Path) -> None:
    inventory = [{"id": "a", "zone": "x"}]
    for members in ({"drill": "both", "threshold": 5}, {"plan": True}):
        answer = batched({"by": "zone", "inventory": inventory, **members})
        assert not answer["ok"]
    with pytest.raises(
        FaultsetError, match=r"nodes must be a list .*; only a drill of an inventory without a policy"
    ):
        drill(None, Policy(threshold=5), by="zone", inventory=inventory)
    with pytest.raises(FaultsetError, match="nodes must be a list"):
        drill(None, by="zone")


def test_columns_without_latencies_are_an_inventory() -> None:
    zoned = NodeColumns(["a", "b"], labels={"zone": ["x", "y"]})
    assert [row.down for row in drill(zoned, failures="groups", by="zone")] == [1, 1]
    unmeasured = NodeColumns(["a", "b"], latencies=[None, None], labels={"zone": ["x", "y"]})
    assert [row.down for row in drill(unmeasured, failures="groups", by="zone")] == [2, 2]
    with pytest.raises(InvalidNodeError, match="latency is missing"):
        evaluate(zoned, Policy(threshold=1))


def test_a_demand_is_the_same_as_file_and_object(tmp_path: Path) -> None:
    demand = {"a": 1, "b": 2.5, "c": 0}
    (tmp_path / "d.csv").write_text("group,demand\na,1\nb,2.5\nc,0\n")
    (tmp_path / "d.json").write_text(json.dumps(demand))
    fleet = {
        "nodes": [{"id": x, "zone": x, "capacity": 2, "latency": 1} for x in "abc"],
        "threshold": 5,
        "by": "zone",
    }
    document = json.dumps({**fleet, "plan": True, "demand": demand}).encode()
    expected = rvhctl("faultset", stdin=document)
    assert [row["load"] for row in json.loads(expected.out)] == [50, 125, 0]
    for name in ("d.csv", "d.json"):
        flags = ("--plan", "--demand", str(tmp_path / name))
        assert rvhctl("faultset", *flags, stdin=json.dumps(fleet).encode()) == expected
        # The flag wins over what the document says of it in another way.
        both = {**fleet, "fill": "10%"}
        assert rvhctl("faultset", *flags, stdin=json.dumps(both).encode()) == expected
    (answer,) = [json.loads(rvhctl("faultset", "--batch", stdin=document).out)]
    assert answer["plan"] == json.loads(expected.out)


@pytest.mark.parametrize(
    ("demand", "says"),
    [
        ("a,1\nb,1\n", "the demand of 1 group is missing: c; 0 is one, too"),
        ("a,1\nb,1\nc,1\nzone-c,1\n", "there is no group 'zone-c'"),
    ],
)
def test_a_demand_of_other_groups_is_bad_data(demand: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(f"group,demand\n{demand}")
    outcome = rvhctl(*BY_ZONE, "--drill", "groups", "--demand", str(path), stdin=INVENTORY)
    assert outcome == (1, b"", f"rvhctl: {path}: {says}\n")


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (("--drill", "nodes", "--fail-on", "down"), 3),
        (("--drill", "groups", "--fail-on", "down"), 0),  # the group that failed does not count
        (("--drill", "both", "--fail-on", "degraded", "--min-survivors", "2"), 3),
        (("--drill", "both", "--fail-on", "overload", "--spill", "capacity", "--fill", "50%"), 0),
        (("--drill", "both", "--fail-on", "overload", "--spill", "capacity", "--fill", "60%"), 3),
        (("--drill", "both", "--fail-on", "never"), 0),
        (("--drill", "both"), 0),
    ],
)
def test_a_drill_holds_a_promise(flags: tuple[str, ...], code: int) -> None:
    outcome = rvhctl(*BY_ZONE, *flags, stdin=INVENTORY)
    assert outcome.code == code
    assert outcome.out
    assert outcome.err.count("\n") == (code == 3)


def test_an_overloaded_plan_fails_where_it_is_told_to() -> None:
    stdin = b"id,zone,latency\na,x,1\nb,x,9\nc,y,1\n"
    flags = (*BY_ZONE, "--threshold", "5", "--plan", "-o", "csv")
    plain = rvhctl(*flags, "-l", "error", stdin=stdin)
    assert plain.code == 0
    code, out, err = rvhctl(*flags, "--fail-on", "overload", "-l", "error", stdin=stdin)
    assert (code, out, err) == (3, plain.out, "rvhctl: over capacity after failover: y at 112 %\n")
    assert rvhctl(*flags, "--fail-on", "overload", "--fill", "60%", stdin=stdin) == (0, ANY, ANY)


def test_a_drill_reads_a_memory_and_leaves_it(tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    flags = ("--threshold", "5", "--memory", str(memory))
    rvhctl(*BY_ZONE, *flags, stdin=b"id,zone,latency\na,x,1\nb,y,1\n")
    before = memory.read_bytes()
    # Held in by the memory, which a failure ends at once.
    rows = drilled(*flags, "--drill", "nodes", stdin=b"id,zone,latency\na,x,1\nb,y,\n")
    assert [(row["failure"], row["down"]) for row in rows] == [("a", 1), ("b", 1)]
    assert memory.read_bytes() == before


def test_one_group_keeps_no_promise_about_two() -> None:
    outcome = rvhctl(*BY_ZONE, "--drill", "2", "--fail-on", "overload", stdin=b"id,zone\na,x\nb,x\n")
    says = "rvhctl: nothing is drilled: all nodes are in one group, and a pair takes two\n"
    ends = "rvhctl: no pair of groups could fail, so nothing is promised of any\n"
    assert outcome == (3, b"failure,kind,health,down,load,where,moved\n", says + ends)


def test_overload_is_none_of_failover() -> None:
    outcome = rvhctl("failover", "--threshold", "5", "--fail-on", "overload", stdin=b"[]")
    assert outcome.code == 2
    assert outcome.err == "rvhctl: --fail-on overload makes no sense with failover; faultset --plan has it\n"


@pytest.mark.parametrize("fill", ["0", "0%", "0.0"])
def test_no_fill_of_nothing_is_advised(fill: str) -> None:
    outcome = rvhctl(
        *BY_ZONE, "--threshold", "5", "--plan", "--fill", fill, stdin=b"id,zone,latency\na,x,1\n"
    )
    assert outcome.code in (1, 2)
    assert "write 0" not in outcome.err


def test_zero_is_advised_where_it_means_something() -> None:
    outcome = rvhctl("failover", "--threshold", "5", "--max-ejection", "0", stdin=b"[]")
    assert (outcome.code, outcome.err.endswith("(got '0'); write 0%\n")) == (2, True)


@pytest.mark.parametrize("member", ['"fill":"70%"', '"spill":"capacity"', '"nearest":1', '"demand":{"x":1}'])
@pytest.mark.parametrize("drills", ["", '"plan":true,', '"drill":"both",'])
def test_traffic_that_nothing_asks_for_is_refused(member: str, drills: str) -> None:
    text = f'{{"threshold":9,"by":"zone",{drills}{member},"nodes":[{{"id":"a","zone":"x","latency":1}}]}}\n'
    name = member.split('"')[1]
    for batch in ((), ("--batch",)):
        outcome = rvhctl("faultset", *batch, stdin=text.encode())
        refused = f"{name} makes no sense without plan or drill"
        assert (refused in outcome.err + outcome.out.decode()) is (not drills)
        assert outcome.code == (0 if drills else 1)


def test_another_answer_of_the_flags_takes_the_place_of_a_plan_with_all_that_belongs_to_it() -> None:
    text = b'{"threshold":9,"by":"zone","plan":true,"fill":"50%","nodes":[{"id":"a","zone":"x","latency":1}]}'
    assert rvhctl("faultset", "--explain", stdin=text).code == 0


@pytest.mark.parametrize("command", ["failover", "faultset"])
def test_a_member_of_traffic_that_is_zero_is_refused_all_the_same(command: str) -> None:
    text = b'{"threshold":9,"by":"zone","nearest":0,"nodes":[{"id":"a","zone":"x","latency":1}]}'
    outcome = rvhctl(command, stdin=text)
    assert (outcome.code, outcome.out) == (1, b"")
    assert "nearest makes no sense without" in outcome.err


def test_a_demand_names_groups_as_labels_are_taken(tmp_path: Path) -> None:
    demand = tmp_path / "demand.ndjson"
    nodes = b'{"id":"a","zone":7,"latency":1}\n'
    flags = (*BY_ZONE, "--threshold", "5", "--plan", "-o", "json", "--demand", str(demand))
    demand.write_text('{"group":7,"demand":1}\n')
    assert rvhctl(*flags, stdin=nodes).code == 0
    demand.write_text('{"group":[7],"demand":1}\n')
    assert "the group must be a text (got [7])" in rvhctl(*flags, stdin=nodes).err


def test_a_demand_and_nodes_are_not_both_standard_input() -> None:
    flags = (*BY_ZONE, "--drill", "both", "--demand", "-")
    says = "rvhctl: standard input ('-') can be read only once; name a FILE\n"
    assert rvhctl(*flags, stdin=INVENTORY) == (2, b"", says)


@pytest.mark.parametrize(("flags", "warns"), [(("-p", "5"), 1), (("-p", "1"), 0), (("--by", "id"), 0)])
def test_a_drill_of_cells_that_hold_one_node_each_says_so(flags: tuple[str, ...], warns: int) -> None:
    stdin = b"id,lat,lon\na,52.1,4.9\nb,51.1,5.9\n"
    outcome = rvhctl("faultset", *flags, "--drill", "nodes", stdin=stdin)
    assert outcome.code == 0
    assert (
        outcome.err.count("2 of 2 nodes are alone in their cell at -p 5") == warns == outcome.err.count("\n")
    )


def test_a_drill_without_a_limit_judges_no_losses() -> None:
    nodes = '[{"id":"a","zone":"x","samples":[1,null]},{"id":"b","zone":"y","samples":[1]}]'
    flags = (*BY_ZONE, "--drill", "groups", "--max-loss", "20%", "--fail-on", "down")
    refused = "max_loss makes no sense without threshold or relative"
    assert rvhctl(*flags, stdin=nodes.encode()) == (1, b"", f"rvhctl: {refused}\n")
    assert rvhctl(*flags, "--threshold", "5", stdin=nodes.encode()).code == 3
    stated = f'{{"threshold":5,"nodes":{nodes}}}'
    assert rvhctl(*flags, stdin=stated.encode()).code == 3
    request = f'{{"by":"zone","drill":"groups","max_loss":"20%","nodes":{nodes}}}\n'
    assert refused in rvhctl("faultset", "--batch", stdin=request.encode()).out.decode()


def test_an_overload_is_said_once() -> None:
    nodes = b"id,zone,latency\na,a,1\nb,b,99\n"
    flags = (*BY_ZONE, "--threshold", "9", "--plan", "-o", "csv")
    over = "rvhctl: over capacity after failover: a at 140 %\n"
    alone = "rvhctl: 2 of 2 nodes are alone in their group and cannot be judged by others\n"
    assert rvhctl(*flags, stdin=nodes)[::2] == (0, alone + over)
    assert rvhctl(*flags, "--fail-on", "overload", stdin=nodes)[::2] == (3, alone + over)
    degraded = rvhctl(*flags, "--fail-on", "degraded", stdin=nodes)
    assert degraded[::2] == (3, f"{alone}{over}rvhctl: groups: 1 down, 1 healthy\n")


def test_names_with_commas_stand_in_quotes_where_there_are_several() -> None:
    nodes = [{"id": "a,1", "zone": "x,y"}, {"id": "a2", "zone": "x,y"}, {"id": "b", "zone": "z"}]
    stdin = json.dumps(nodes).encode()
    pairs = rvhctl(*BY_ZONE, "--drill", "pairs", "-o", "tsv", stdin=stdin)
    assert pairs.out.splitlines()[1].startswith(b'"""x,y"",z"\tpair\t')
    measured = json.dumps([{**node, "latency": 1} for node in nodes]).encode()
    plan = rvhctl(*BY_ZONE, "--threshold", "1", "--plan", "-o", "plain", stdin=measured)
    assert plan.out == b'x,y\thealthy\t2\t"""a,1"",a2"\t"""x,y""=100"\t70.0\nz\thealthy\t1\tb\tz=100\t70.0\n'
    failed = rvhctl(*BY_ZONE, "--threshold", "1", "--down-group", '"x,y",z', "-o", "csv", stdin=measured)
    assert failed.code == 3


def test_a_drill_says_what_joined_a_group_that_fails() -> None:
    nodes = [
        {"id": str(row), "zone": zone, "lat": lat, "lon": 1}
        for row, (zone, lat) in enumerate([("a", 1), ("a", 1), ("b", 2), ("c", 3), ("d", 50), ("d", 51)])
    ]
    stdin = json.dumps(nodes).encode()
    for what, wanted in (
        ("groups", {"a": ["b", "c"], "d": []}),
        ("nodes", {str(row): [] for row in range(6)}),
    ):
        rows = drilled("--drill", what, "--merge-below", "2", stdin=stdin)
        assert {row["failure"]: row["joined"] for row in rows} == wanted
    assert drilled("--drill", "pairs", "--merge-below", "2", stdin=stdin)[0]["joined"] == ["b", "c"]
    assert "joined" not in drilled("--drill", "groups", stdin=stdin)[0]
    document = json.dumps({"nodes": nodes, "by": "zone", "drill": "groups", "merge_below": 2}).encode()
    answer = json.loads(rvhctl("faultset", "--batch", stdin=document).out)
    assert answer["drill"] == drilled("--drill", "groups", "--merge-below", "2", stdin=stdin)


@pytest.mark.parametrize(
    ("by", "says"),
    [
        ([], "by must be the name of a label, or a list of names (got [])"),
        ("latency", "by takes a label such as zone, and latency is a number of each node by itself"),
        (["zone", "lat"], "by takes a label such as zone, and lat is a number of each node by itself"),
    ],
)
def test_what_is_no_label_groups_nothing(by: object, says: str) -> None:
    nodes = [{"id": "a", "zone": "x", "lat": 1, "lon": 1, "latency": 1}]
    document = json.dumps({"nodes": nodes, "threshold": 1, "by": by}).encode()
    assert rvhctl("faultset", stdin=document)[::2] == (1, f"rvhctl: stdin: {says}\n")
    assert json.loads(rvhctl("faultset", "--batch", stdin=document).out)["error"]["message"] == says
    with pytest.raises(FaultsetError) as caught:
        evaluate(nodes, Policy(threshold=1), by=by)  # type: ignore[arg-type]
    assert str(caught.value) == says
    if by:
        flag = rvhctl(
            "faultset", "--threshold", "1", "--by", by if isinstance(by, str) else "zone,lat", stdin=document
        )
        assert flag.code != 0
        assert says in flag.err


TWO: dict[str, object] = {
    "nodes": [{"id": "a", "zone": "x", "latency": 1}, {"id": "b", "zone": "z", "latency": 1}],
    "threshold": 3,
}


@pytest.mark.parametrize(
    ("stated", "flags", "needed"),
    [
        ({"by": "zone", "plan": True}, ("--fill", "50%"), "plan"),
        ({"by": "zone", "drill": "groups"}, ("--spill", "capacity"), "drill"),
        ({"by": "zone", "plan": True}, ("--fail-on", "overload"), "plan"),
        ({"by": "zone", "plan": True}, ("--down-group", "x"), "by"),
        ({"by": "zone", "plan": True, "relative": 2}, ("--floor", "3"), "relative"),
    ],
    ids=str,
)
def test_a_flag_may_go_with_what_only_the_document_states(
    stated: dict[str, object], flags: tuple[str, ...], needed: str
) -> None:
    words = [
        word
        for name, value in stated.items()
        for word in ((f"--{name}",) if value is True else (f"--{name}", str(value)))
    ]
    answer = rvhctl("faultset", *flags, stdin=json.dumps({**TWO, **stated}).encode())
    assert answer == rvhctl("faultset", *flags, *words, stdin=json.dumps(TWO).encode())
    assert answer.code == 0
    bare = {name: value for name, value in {**TWO, **stated}.items() if name != needed}
    place = ("-p", "1") if needed == "by" else ()
    code, out, err = rvhctl("faultset", *flags, *place, stdin=json.dumps(bare).encode())
    assert (code, out) == (2, b"")
    wanted = ROUTED if needed in ("plan", "drill") else f"--{needed}"
    assert err.startswith(f"rvhctl: {flags[0]}")
    assert err.endswith(f"makes no sense without {wanted}\n")


ROUTED = "--plan or --drill"


def test_no_plan_is_routed_whoever_says_that_there_is_none() -> None:
    document = {**TWO, "by": "zone", "plan": False}
    says = "fill makes no sense without plan or drill"
    stdin = json.dumps({**document, "fill": "50%"}).encode()
    assert rvhctl("faultset", stdin=stdin) == (1, b"", f"rvhctl: stdin: {says}\n")
    assert json.loads(rvhctl("faultset", "--batch", stdin=stdin).out)["error"]["message"] == says
    bare = json.dumps(document).encode()
    assert rvhctl("faultset", "--fill", "50%", stdin=bare) == (
        2,
        b"",
        f"rvhctl: --{says.replace('plan or drill', ROUTED)}\n",
    )
    assert rvhctl("faultset", "--plan", "--fill", "50%", stdin=bare).code == 0
    assert json.loads(rvhctl("faultset", "--batch", "--plan", "--fill", "50%", stdin=bare).out) == {
        "index": 0,
        "ok": True,
        "survivors": ["a", "b"],
    }
