"""``rvhctl jump-hash`` in batches: names, failures, weights, replicas, views."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.cli import rvhctl

from commands.test_jump_hash_nodes import refused
from rvhctl.api.placement import Placement

KEYS = [f"user-{number}" for number in range(200)]


class TestBatch:
    def answers(self, *flags: str, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        stdin = b"".join(json.dumps(request).encode() + b"\n" for request in requests)
        outcome = rvhctl("jump-hash", "--batch", *flags, stdin=stdin)
        return [json.loads(line) for line in outcome.out.splitlines()]

    def test_everything_in_a_request(self) -> None:
        nodes: list[Any] = ["a", {"id": "b", "state": "down"}, {"id": "c", "weight": 0.5}]
        placement = Placement(nodes)
        one, many, counted, moved, explained = self.answers(
            requests=[
                {"key": "foo", "nodes": nodes, "replicas": 2},
                {
                    "keys": ["foo", 42],
                    "buckets": 10,
                    "down": [8],
                    "hash": "xxh3",
                    "seed": 5,
                    "dialect": "exact",
                },
                {"keys": KEYS, "nodes": ["a", "b"], "weights": {"a": 2}, "stats": True},
                {"keys": KEYS, "nodes": ["a", "b"], "down": ["b"], "to_nodes": ["a", "b", "c"]},
                {"key": "foo", "buckets": 10, "explain": True},
            ]
        )
        names = placement.replicas("foo", 2)
        assert one["node"] == names[0]
        assert [entry["node"] for entry in one["replicas"]] == names
        assert many["buckets"] == Placement(10, down=[8], hash="xxh3", seed=5, dialect="exact").buckets(
            ["foo", 42]
        )
        stats = Placement(["a", "b"], weights={"a": 2.0}).stats(KEYS)
        assert counted["stats"]["p_value"] == stats.p_value
        assert counted["nodes"] == Placement(["a", "b"], weights={"a": 2.0}).owners(KEYS)
        moves = Placement(["a", "b"], down=["b"]).moves(KEYS, Placement(["a", "b", "c"], down=["b"]))
        assert moved["moves"]["moved"] == moves.moved
        assert explained["explain"]["h0"] == 3728699739546630719

    def test_flags_are_defaults(self) -> None:
        answers = self.answers(
            *("--nodes", "a,b,c", "--down", "b", "--replicas", "2"),
            requests=[{"key": "k"}, {"key": "k", "down": ["a"]}, {"key": "k", "buckets": 5, "replicas": 1}],
        )
        placement = Placement(list("abc"), down=["b"])
        assert [entry["node"] for entry in answers[0]["replicas"]] == placement.replicas("k", 2)
        assert [entry["node"] for entry in answers[1]["replicas"]] == (
            placement.with_down(["a"]).replicas("k", 2)
        )
        assert answers[2]["replicas"] == [{"bucket": Placement(5).bucket("k")}]

    @pytest.mark.parametrize(
        ("request_", "type_", "says"),
        [
            ({"key": "k", "nodes": ["a", "a"]}, "JumpHashError", "twice"),
            ({"key": "k", "nodes": ["a"], "down": ["a"]}, "NoLiveNodeError", "all 1 are down"),
            ({"key": "k", "nodes": ["a"], "down": ["b"]}, "UnknownNodeError", "no node has the id 'b'"),
            ({"key": "k", "nodes": ["a"], "down": "b"}, "JumpHashError", "down must be an array"),
            ({"key": "k", "nodes": ["a"], "weights": {"a": "x"}}, "JumpHashError", "must be a number"),
            ({"key": "k", "nodes": [{"id": "a", "weight": 0}]}, "InvalidNodeError", "above 0"),
            ({"key": "k", "nodes": ["a"], "replicas": 2}, "JumpHashError", "2 replicas, but 1 live node"),
            ({"key": "k", "nodes": ["a"], "buckets": 2}, "JumpHashError", "exclude each other"),
            ({"key": "k", "down": [1]}, "JumpHashError", "buckets is missing"),
            ({"nodes": ["a"]}, "JumpHashError", "a request needs key or keys"),
            ({"key": "k", "buckets": 3, "hash": "xxh65"}, "JumpHashError", "did you mean"),
            ({"key": "k", "buckets": 3, "dialect": 5}, "JumpHashError", "dialect must be of type str"),
            ({"key": "k", "buckets": 3, "seed": "x"}, "JumpHashError", "seed"),
            ({"key": "k", "buckets": 3, "hash": 5}, "JumpHashError", "hash must be of type str"),
            ({"key": "k", "nodes": 5.5}, "JumpHashError", "nodes must be"),
            ({"key": "k", "buckets": 3, "to": 0}, "JumpHashError", "out of range"),
        ],
    )
    def test_a_bad_request_is_an_answer(self, request_: dict[str, Any], type_: str, says: str) -> None:
        (answer,) = self.answers(requests=[request_])
        assert answer["ok"] is False
        assert answer["error"]["type"] == type_
        assert says in answer["error"]["message"]

    def test_on_several_processes(self) -> None:
        requests = [{"key": key} for key in KEYS] * 20
        alone = self.answers("--nodes", "a,b,c", "--down", "a", requests=requests)
        shared = self.answers("--nodes", "a,b,c", "--down", "a", "-j", "2", requests=requests)
        assert alone == shared

    @pytest.mark.parametrize(
        "flags", [("--field", "a"), ("--only", "1"), ("--split-to", "{bucket}"), ("--moves",)]
    )
    def test_flags_that_make_no_sense(self, flags: tuple[str, ...]) -> None:
        assert refused("--batch", "-b", "4", *flags)[0] == 2
