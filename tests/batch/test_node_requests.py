"""Requests of a batch under policies: what they state, what the flags add, and what an answer holds."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest
from support.cli import rvhctl

from rvhctl.formats import jsontext

AMS = {"lat": 52.1, "lon": 4.9}
NODES = [
    {"id": "a", **AMS, "latency": 10},
    {"id": 7, **AMS, "samples": [12.5, None, 13], "weight": 2},
    {"id": "c", **AMS, "latency": 90},
]


def answers(command: str, *requests: dict[str, Any], flags: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    out = rvhctl(command, "--batch", *flags, stdin=lines.encode()).out
    return [json.loads(line) for line in out.splitlines()]


def error(command: str, request: dict[str, Any]) -> str:
    (answer,) = answers(command, request)
    assert answer["ok"] is False
    return str(answer["error"]["message"])


def test_a_plan_adds_a_member() -> None:
    (answer,) = answers("faultset", {"nodes": NODES, "relative": 1.5, "plan": True, "precision": 3})
    assert answer == {
        "index": 0,
        "ok": True,
        "survivors": ["a", 7],
        "plan": [
            {
                "cell": "u17",
                "health": "healthy",
                "nodes": 3,
                "survivors": ["a", 7],
                "serve": [{"cell": "u17", "share": 100}],
                "load": 93.4,
            }
        ],
    }


def test_an_explanation_adds_a_member() -> None:
    (answer,) = answers("failover", {"nodes": NODES, "relative": 1.5}, flags=("--explain",))
    assert answer["survivors"] == ["a", 7]
    assert [(row["id"], row["kept"], row["reason"]) for row in answer["explain"]] == [
        ("a", True, None),
        (7, True, None),
        ("c", False, "over_relative"),
    ]


def test_a_request_wins_over_the_flags() -> None:
    flags = ("--relative", "100", "--floor", "1", "--max-loss", "10%", "--plan", "--nearest", "1")
    both = answers(
        "faultset",
        {"nodes": NODES},
        {"nodes": NODES, "relative": 1.5, "max_loss": "50%", "plan": False},
        flags=flags,
    )
    assert [answer["survivors"] for answer in both] == [["a", "c"], ["a", 7]]
    assert ["plan" in answer for answer in both] == [True, False]


def test_a_floor_among_the_flags_is_for_requests_with_a_relative_limit() -> None:
    flags = ("--floor", "100")
    both = answers(
        "failover", {"nodes": NODES, "threshold": 11}, {"nodes": NODES, "relative": 1}, flags=flags
    )
    assert [answer["survivors"] for answer in both] == [["a"], ["a", 7, "c"]]


def test_a_plan_and_a_drill_are_both_answered() -> None:
    asked = {"nodes": NODES, "relative": 1.5, "precision": 3}
    more = [{"plan": True}, {"drill": "both"}, {"plan": True, "drill": "both", "explain": True}]
    plan, drill, both = answers("faultset", *({**asked, **some} for some in more))
    assert both["plan"] == plan["plan"]
    assert both["drill"] == drill["drill"]
    assert "drill" not in plan
    assert "plan" not in drill
    assert list(both)[-3:] == ["plan", "drill", "explain"]


def test_top_cuts_survivors_in_the_plan_too() -> None:
    (answer,) = answers("faultset", {"nodes": NODES, "relative": 9, "plan": True}, flags=("--top", "1"))
    assert answer["survivors"] == answer["plan"][0]["survivors"] == ["a"]


def test_ids_of_the_failed_are_whole_in_a_request_and_lists_in_a_flag() -> None:
    nodes = [{"id": name, **AMS, "latency": 1} for name in ("a,b", "a", "b")]
    (stated,) = answers("faultset", {"nodes": nodes, "threshold": 5, "down": ["a,b"]})
    (flagged,) = answers("faultset", {"nodes": nodes, "threshold": 5}, flags=("--down", "a,b"))
    assert (stated["survivors"], flagged["survivors"]) == (["a", "b"], ["a,b"])


def test_state_is_respected_without_any_new_option() -> None:
    nodes = [{"id": "a", "latency": 1, "state": "drain"}, {"id": "b", "latency": 2}]
    (answer,) = answers("failover", {"nodes": nodes, "threshold": 5})
    assert answer["survivors"] == ["b"]


def test_an_empty_answer_fails_unless_a_view_is_asked_for() -> None:
    nobody = {"nodes": NODES, "threshold": 1}
    plain, explained = answers("faultset", nobody, {**nobody, "explain": True})
    assert plain["error"]["type"] == "NoSurvivorsError"
    assert (explained["ok"], explained["survivors"], len(explained["explain"])) == (True, [], 3)


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"max_loss": 20}, "max_loss must be a percentage such as '20%' (got 20)"),
        ({"max_ejection": "20"}, "max_ejection must be a percentage such as 20% (got '20'); write 20%"),
        *(
            (
                {"min_survivors": value},
                f"min_survivors must be a number of nodes, or a percentage such as 20% (got {value!r})",
            )
            for value in ("half", 0.5, [])
        ),
        ({"min_survivors": 0}, "min_survivors must be at least 1 node, or more than 0% (got 0)"),
        ({"relative": "x"}, "relative must be 1 or more, times the median of a group (got 'x')"),
        ({"on_down": "keep"}, "on_down must be one of skip, all (got 'keep')"),
        ({"explain": "yes"}, "explain must be true or false (got 'yes')"),
        ({"down": "a"}, "down must be a list of texts (got 'a')"),
        ({"down_cell": ["aaa"]}, "a geohash cell has no 'a' (got 'aaa')"),
        ({"plan": True, "nearest": -1}, "nearest must be a whole number of 0 or more (got -1)"),
        ({"threshold": None}, "threshold is missing: state it in the request or with --threshold"),
    ],
)
def test_what_makes_no_sense_is_named(stated: dict[str, Any], message: str) -> None:
    assert error("faultset", {"nodes": NODES, "threshold": 100, **stated}) == message


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"weight": 0}, "the weight must be finite and above 0 (got 0)"),
        ({"samples": [1, "x"]}, "sample 2 must be a number of milliseconds (got 'x')"),
        ({"state": "gone"}, "the state must be up, drain or down (got 'gone')"),
    ],
)
def test_a_bad_node_is_named(stated: dict[str, Any], message: str) -> None:
    bad = {"id": "bad", **AMS, "latency": 1, **stated}
    told = error("faultset", {"nodes": [*NODES, bad], "threshold": 100})
    assert told.startswith(f"node 4 (id 'bad'): {message}")


@pytest.mark.parametrize(
    "flags", [("--memory", "m"), ("--advise",), ("--from", "fping"), ("--fail-on", "down"), ("--rise", "2")]
)
def test_what_outlives_a_request_makes_no_sense_in_a_batch(flags: tuple[str, ...]) -> None:
    assert rvhctl("faultset", "--batch", *flags) == (
        2,
        b"",
        f"rvhctl: {flags[0]} makes no sense with --batch\n",
    )


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"nodes": ["a"]}, "node 1: a node is an object with the members id and latency (got 'a')"),
        (
            {"inventory": [{"id": 1}, 2]},
            "inventory: node 2: a node is an object with the members id and latency (got 2)",
        ),
        ({"inventory": [{"id": 1.5}]}, "inventory: node 1: the id must be a string or an integer (got 1.5)"),
        ({"inventory": "a.csv"}, "inventory must be an array of nodes (got 'a.csv')"),
    ],
)
def test_what_is_wrong_with_an_inventory_is_named(stated: dict[str, Any], message: str) -> None:
    request = {"nodes": [{"id": "a", "latency": 1}], "inventory": [{"id": "a"}], "threshold": 5, **stated}
    assert error("failover", request) == message


def test_a_request_is_read_exactly_only_once() -> None:
    """Ids beyond 64 bits: once for each of them would be quadratic."""
    numbers = [10**25 + row for row in range(4000)]
    request = json.dumps({"nodes": [{"id": number, "latency": 1} for number in numbers]}).encode()
    with patch("rvhctl.formats.jsontext.exact_value", wraps=jsontext.exact_value) as exact_value:
        outcome = rvhctl("failover", "--batch", "--threshold", "5", stdin=request)
    assert json.loads(outcome.out)["survivors"] == numbers
    assert exact_value.call_count == 1


@pytest.mark.parametrize(
    "odd", [{}, {"zone": 7}, {"zone": True}, {"lat": None, "lon": None}, {"state": "up"}], ids=str
)
def test_groups_by_label_are_those_of_a_document(odd: dict[str, object]) -> None:
    nodes: list[dict[str, object]] = [
        {"id": f"n{row}", "zone": f"z{row % 3}", "lat": row % 3, "lon": 1, "latency": row % 7}
        for row in range(20)
    ]
    nodes[4] |= odd
    document = {"nodes": nodes, "by": ["zone"], "threshold": 4, "plan": True}
    stdin = json.dumps(document).encode()
    answer = json.loads(rvhctl("faultset", "--batch", stdin=stdin).out)
    assert answer["plan"] == json.loads(rvhctl("faultset", stdin=stdin).out)
    plain = json.dumps({**document, "plan": False}).encode()
    ids = [node["id"] for node in json.loads(rvhctl("faultset", stdin=plain).out)]
    assert json.loads(rvhctl("faultset", "--batch", stdin=plain).out)["survivors"] == ids
