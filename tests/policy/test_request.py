"""Flags, documents and requests state the same members, and one place reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from inspect import signature
from typing import Any

import pytest
from support.cli import Outcome, rvhctl
from typer.models import OptionInfo

from rvhctl.commands.failover import failover
from rvhctl.commands.faultset import faultset
from rvhctl.commands.jump_hash import jump_hash
from rvhctl.nodes.documents import (
    ASKED_OF_NODES,
    DAMPING,
    FLAGS,
    FLAGS_OF_KEYS,
    FLAGS_OF_NODES,
    OF_DOCUMENTS,
    OF_KEYS,
    OF_NODES,
)

AMS, PAR = {"lat": 52.3, "lon": 4.9}, {"lat": 48.8, "lon": 2.3}
NODES = [
    {"id": "a", **AMS, "latency": 10, "zone": "ams-1", "rack": 1},
    {"id": "b", **AMS, "latency": 12, "zone": "ams-2", "rack": 1},
    {"id": "c", **AMS, "samples": [30, None, 32, 90], "zone": "ams-1", "rack": 2},
    {"id": "d", **AMS, "latency": 95, "zone": "ams-2", "rack": 2},
    {"id": "e", **PAR, "latency": 40, "zone": "par-1", "rack": 1},
    {"id": "f", **PAR, "latency": 300, "zone": "par-1", "rack": 2},
]

MEMBERS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"threshold": 40}, ("--threshold", "40")),
    ({"relative": 1.2}, ("--relative", "1.2")),
    ({"relative": 1.2, "floor": 200}, ("--relative", "1.2", "--floor", "200")),
    ({"threshold": 50, "aggregate": "max"}, ("--threshold", "50", "--aggregate", "max")),
    ({"threshold": 50, "max_loss": "20%"}, ("--threshold", "50", "--max-loss", "20%")),
    (
        {"threshold": 11, "min_survivors": 2, "on_degraded": "all"},
        ("--threshold", "11", "--min-survivors", "2", "--on-degraded", "all"),
    ),
    ({"threshold": 11, "max_ejection": "50%"}, ("--threshold", "11", "--max-ejection", "50%")),
    ({"threshold": 1, "on_down": "all"}, ("--threshold", "1", "--on-down", "all")),
    ({"threshold": 50, "top": 1}, ("--threshold", "50", "--top", "1")),
    ({"threshold": 50, "down": ["a"]}, ("--threshold", "50", "--down", "a")),
]
OF_CELLS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"threshold": 50, "precision": 1, "top": 1}, ("--threshold", "50", "-p", "1", "--top", "1")),
    (
        {"relative": 1.2, "precision": 3, "merge_below": 3},
        ("--relative", "1.2", "-p", "3", "--merge-below", "3"),
    ),
    ({"threshold": 50, "down_cell": ["u17"]}, ("--threshold", "50", "--down-cell", "u17")),
    ({"threshold": 99, "by": "zone"}, ("--threshold", "99", "--by", "zone")),
    ({"threshold": 99, "by": ["rack", "zone"]}, ("--threshold", "99", "--by", "rack,zone")),
    (
        {"by": ["zone"], "relative": 1.5, "merge_below": 3},
        ("--by", "zone", "--relative", "1.5", "--merge-below", "3"),
    ),
    (
        {"by": ["zone"], "threshold": 99, "down_group": ["ams-1"]},
        ("--by", "zone", "--threshold", "99", "--down-group", "ams-1"),
    ),
]
VIEWS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"threshold": 50, "explain": True}, ("--threshold", "50", "--explain")),
    ({"threshold": 20, "plan": True}, ("--threshold", "20", "--plan")),
    ({"threshold": 20, "plan": True, "nearest": 0}, ("--threshold", "20", "--plan", "--nearest", "0")),
    (
        {"threshold": 20, "plan": True, "spill": "capacity"},
        ("--threshold", "20", "--plan", "--spill", "capacity"),
    ),
    ({"threshold": 20, "plan": True, "fill": "35.5%"}, ("--threshold", "20", "--plan", "--fill", "35.5%")),
    ({"threshold": 20, "drill": "nodes"}, ("--threshold", "20", "--drill", "nodes")),
    ({"drill": 2, "by": "zone"}, ("--drill", "2", "--by", "zone")),
]
CASES = [
    *(("failover", *case) for case in MEMBERS),
    *(("faultset", *case) for case in (*MEMBERS, *OF_CELLS)),
]


def document(command: str, members: dict[str, Any], *flags: str) -> Outcome:
    return rvhctl(command, *flags, stdin=json.dumps({"nodes": NODES, **members}).encode())


def request(command: str, members: dict[str, Any], *flags: str) -> dict[str, Any]:
    line = json.dumps({"nodes": NODES, **members}).encode()
    answer: dict[str, Any] = json.loads(rvhctl(command, "--batch", *flags, stdin=line).out)
    return answer


@pytest.mark.parametrize(("command", "members", "flags"), CASES)
def test_a_member_is_the_same_as_flag_document_request_and_default(
    command: str, members: dict[str, Any], flags: tuple[str, ...]
) -> None:
    by_flags = document(command, {}, "-o", "plain", *flags)
    assert (by_flags.code, by_flags.err) == (0, "")
    assert document(command, members, "-o", "plain") == by_flags
    ids = by_flags.out.decode().split()
    assert request(command, members)["survivors"] == ids
    assert request(command, {}, *flags)["survivors"] == ids
    first, *more = members
    if len(more) == 1:
        mixed = {first: members[first]}
        rest = flags[2:]
        if "--floor" not in rest:
            assert document(command, mixed, "-o", "plain", *rest) == by_flags
        assert request(command, mixed, *rest)["survivors"] == ids


@pytest.mark.parametrize(("members", "flags"), VIEWS)
def test_a_view_is_the_same_as_flag_and_document(members: dict[str, Any], flags: tuple[str, ...]) -> None:
    by_flags = document("faultset", {}, *flags)
    assert by_flags.code == 0
    assert document("faultset", members) == by_flags
    view = next(view for view in ("explain", "plan", "drill") if view in members)
    assert request("faultset", members)[view] == request("faultset", {}, *flags)[view]


def test_every_member_is_in_the_tables() -> None:
    tried = {name for members, _ in (*MEMBERS, *OF_CELLS, *VIEWS) for name in members}
    assert tried == ASKED_OF_NODES - {*DAMPING, "demand", "inventory"}  # files to the flags


def test_flags_win_over_a_document() -> None:
    stated = {"relative": 1.5, "threshold": 100, "top": 1, "max_loss": "0%", "down": ["a"]}
    flags = ("--relative", "9", "--threshold", "20", "--top", "9", "--max-loss", "100%", "--down", "b")
    assert document("failover", stated, "-o", "plain", *flags).out == b"a\n"


def test_a_view_among_the_flags_wins_over_the_one_of_the_document() -> None:
    explained = document("faultset", {"threshold": 50}, "--explain")
    assert document("faultset", {"threshold": 50, "plan": True}, "--explain") == explained
    both = document("faultset", {"threshold": 50, "plan": True, "explain": True})
    assert both == (1, b"", "rvhctl: stdin: plan and explain exclude each other\n")


@pytest.mark.parametrize("command", ["failover", "faultset"])
def test_top_does_nothing_beside_explanations(command: str) -> None:
    nothing = "top makes no sense with explain, which shows every node\n"
    stated = {"threshold": 50, "explain": True}
    assert document(command, {**stated, "top": 1}) == (1, b"", f"rvhctl: stdin: {nothing}")
    refused = f"rvhctl: --{nothing.replace('explain', '--explain')}"
    assert document(command, stated, "--top", "1") == (2, b"", refused)
    shown = document(command, stated)
    assert document(command, {"threshold": 50, "top": 1}, "--explain") == shown  # the flag wins
    both = request(command, {**stated, "top": 1})
    assert (both["survivors"], both["explain"]) == (
        request(command, {"threshold": 50, "top": 1})["survivors"],
        json.loads(shown.out),
    )


def test_members_of_the_memory_need_one(tmp_path: Any) -> None:
    memory = ("--memory", str(tmp_path / "m"))
    assert document("failover", {"threshold": 50, "rise": 1, "hysteresis": "5%"}, *memory).code == 0
    refused = "rise makes no sense without --memory"
    assert document("failover", {"threshold": 50, "rise": 1}) == (1, b"", f"rvhctl: stdin: {refused}\n")
    assert request("failover", {"threshold": 50, "rise": 1})["error"]["message"] == refused


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"treshold": 25}, "there is no member 'treshold'; did you mean 'threshold'?"),
        ({"maxLoss": "5%"}, "there is no member 'maxLoss'; did you mean 'max_loss'?"),
        ({"max-ejection": "5%"}, "there is no member 'max-ejection'; did you mean 'max_ejection'?"),
        ({"min_survivor": 2}, "there is no member 'min_survivor'; did you mean 'min_survivors'?"),
        ({"th": 2}, "there is no member 'th'; did you mean 'threshold'?"),
        ({"lats": [2]}, "there is no member 'lats'; did you mean 'latencies'?"),
        ({"relativ": 2}, "there is no member 'relativ'; did you mean 'relative'?"),
        ({"Precision": 2}, "there is no member 'Precision'; did you mean 'precision'?"),
        ({"node": []}, "there is no member 'node'; did you mean 'nodes'?"),
        ({"ids": ["a"]}, "nodes and ids exclude each other"),
        ({"latencies": [1]}, "nodes and latencies exclude each other"),
        ({"on_error": "skip"}, "on_error is no member; give it with --on-error"),
        ({"inventoryColumn": "id=a"}, "inventoryColumn is no member; give it with --inventory-column"),
        ({"relative": 0.5}, "relative must be 1 or more, times the median of a group (got 0.5)"),
        ({"top": 0}, "top must be a whole number of 1 or more (got 0)"),
        ({"top": "3"}, "top must be a whole number of 1 or more (got '3')"),
        ({"top": True}, "top must be a whole number of 1 or more (got true)"),
        ({"down": "a"}, "down must be a list of texts (got 'a')"),
        ({"down": [1.5]}, "down must be a list of texts (got [1.5])"),
        ({"explain": 1}, "explain must be true or false (got 1)"),
        ({"max_loss": 5}, "max_loss must be a percentage such as '20%' (got 5)"),
        ({"floor": 3}, "floor lifts the relative limit; it needs relative"),
    ],
)
@pytest.mark.parametrize("command", ["failover", "faultset"])
def test_what_is_misspelt_contradicts_or_makes_no_sense_is_an_error(
    command: str, members: dict[str, Any], problem: str
) -> None:
    members = {"threshold": 100, **members}
    assert document(command, members) == (1, b"", f"rvhctl: stdin: {problem}\n")
    assert request(command, members)["error"]["message"] == problem


def options_of(*commands: Callable[..., None]) -> set[str]:
    """The names of all options that are declared."""
    return {
        parameter.name.removesuffix("_")
        for command in commands
        for parameter in signature(command).parameters.values()
        for declared in (parameter.default, *getattr(parameter.annotation, "__metadata__", ()))
        if isinstance(declared, OptionInfo)
    }


def test_every_option_is_a_member_or_refused_as_one() -> None:
    """A new one fails here: say in documents whether it is a member, or how it is given."""
    of_nodes, of_keys = options_of(failover, faultset), options_of(jump_hash)
    assert of_nodes - OF_NODES == FLAGS_OF_NODES.keys()
    assert of_keys - OF_KEYS == FLAGS_OF_KEYS.keys()
    assert (of_nodes | of_keys) - OF_DOCUMENTS == FLAGS.keys()


@pytest.mark.parametrize("command", ["failover", "faultset"])
@pytest.mark.parametrize("name", sorted(FLAGS_OF_NODES))
def test_a_member_that_is_an_option_is_refused_with_the_way(command: str, name: str) -> None:
    flag = "--" + name.replace("_", "-")
    members = {"threshold": 100, name: "x"}
    assert document(command, members).err == f"rvhctl: stdin: {name} is no member; give it with {flag}\n"
    message = request(command, members)["error"]["message"]
    assert message.removesuffix(", without --batch") == f"{name} is no member; give it with {flag}"
    if message.endswith(", without --batch"):
        value = {"from": "fping", "fail_on": "down", "unit": "s", "column": "id=x"}.get(name, "x")
        flags = (flag,) if name == "advise" else (flag, value)
        if command == "faultset" or name != "advise":
            refused = rvhctl(command, "--batch", *flags)
            assert (refused.code, f"{flag} makes no sense with --batch" in refused.err) == (2, True)


def test_an_option_of_the_other_command_is_data_of_a_request_but_not_of_a_document() -> None:
    members = {"threshold": 20, "field": "host"}
    assert request("failover", members)["survivors"] == ["a", "b"]
    says = "field is no member; give it with --field of jump-hash"
    assert document("failover", members) == (1, b"", f"rvhctl: stdin: {says}\n")


@pytest.mark.parametrize(
    "text",
    [
        b'{"ids":["a"],"latencies":[1],"threshold":25,"threshold":0}',
        b'{"threshold":0,"nodes":[{"id":"a","latency":1,"threshold":2}], "threshold" :25}',
        b'{"threshold":0,"nodes":[{"id":"a","latency":1,"note":"%b"}],"threshold":25}' % (b"x" * 9999),
        b'{"nodes":[{"id":"a","latency":1,"note":"%b"}],"threshold":25,"threshold":25}' % (b"x" * 9999),
    ],
)
def test_a_member_that_is_there_twice_is_an_error(text: bytes) -> None:
    says = "the member 'threshold' is there twice"
    assert rvhctl("failover", stdin=text) == (1, b"", f"rvhctl: stdin: {says}\n")
    answer = json.loads(rvhctl("failover", "--batch", stdin=text).out)
    assert answer["error"] == {"type": "InputError", "message": f"stdin:1: {says}"}


@pytest.mark.parametrize("last", [b"", b', "note": "%b"' % (b"x" * 9999)])
def test_a_group_whose_demand_is_stated_twice_is_an_error(last: bytes) -> None:
    members = b'"nodes": [{"id": "a", "zone": "b", "latency": 1}], "by": "zone", "threshold": 9, "plan": true'
    text = b'{%b, "demand": {"b": 1, "b": 2}%b}' % (members, last)
    says = "the member 'b' is there twice"
    assert rvhctl("faultset", stdin=text) == (1, b"", f"rvhctl: stdin: {says}\n")
    answer = json.loads(rvhctl("faultset", "--batch", stdin=text).out)
    assert answer["error"] == {"type": "InputError", "message": f"stdin:1: {says}"}


def test_members_of_nodes_are_not_those_of_the_request() -> None:
    text = b'{"id":7,"nodes":[{"id":"a","latency":1,"down":[1],"threshold":2}],"threshold":25,"down":[]}'
    assert rvhctl("failover", "-o", "plain", stdin=text).out == b"a\n"
    assert json.loads(rvhctl("failover", "--batch", stdin=text).out)["survivors"] == ["a"]


def test_a_node_whose_id_is_an_integer_is_down_by_it_or_by_its_text() -> None:
    nodes = [{"id": 1, "latency": 3}, {"id": 2, "latency": 3}]
    for down in ([1], ["1"], [1, "1"]):
        text = json.dumps({"nodes": nodes, "down": down, "threshold": 5}).encode()
        assert rvhctl("failover", "-o", "plain", stdin=text).out == b"2\n"
        assert json.loads(rvhctl("failover", "--batch", stdin=text).out)["survivors"] == [2]


def test_other_members_are_data() -> None:
    data = {"comment": "x", "generated_at": 5, "region": "eu", "version": 2}
    assert document("failover", {"threshold": 20, **data}, "-o", "plain").out == b"a\nb\n"
    assert request("failover", {"threshold": 20, **data})["survivors"] == ["a", "b"]


def test_a_node_by_itself_and_nodes_of_a_list_keep_their_own_members() -> None:
    node = b'{\n"id":"a","latency":5,"treshold":1,"plan":"gold","node":"x"\n}\n'
    assert rvhctl("failover", "--threshold", "9", stdin=node).out == node.replace(b"\n", b"").join(
        [b"[", b"]\n"]
    )
    listed = b'[{"id":"a","latency":5,"treshold":1,"top":0}]\n'
    assert rvhctl("failover", "--threshold", "9", stdin=listed).out == listed


def test_failover_refuses_what_only_groups_have_but_not_what_makes_them() -> None:
    assert document("failover", {"threshold": 20, "precision": 3}, "-o", "plain").out == b"a\nb\n"
    assert document("failover", {"threshold": 20, "by": "zone"}, "-o", "plain").out == b"a\nb\n"
    problem = "merge_below makes no sense without groups, which only faultset has"
    assert document("failover", {"threshold": 20, "merge_below": 2}) == (
        1,
        b"",
        f"rvhctl: stdin: {problem}\n",
    )


def test_two_documents_must_agree_where_no_flag_wins(tmp_path: Any) -> None:
    files = []
    for row, relative in enumerate((1.5, 2)):
        file = tmp_path / f"{row}.json"
        file.write_text(json.dumps({"nodes": [NODES[row]], "relative": relative}))
        files.append(str(file))
    code, _, err = rvhctl("failover", *files)
    assert (code, err) == (
        1,
        f"rvhctl: {files[1]}: two documents state different values of relative; give --relative\n",
    )
    assert rvhctl("failover", "--relative", "3", "-o", "plain", *files).out == b"a\nb\n"
