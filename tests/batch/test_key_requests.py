"""``rvhctl jump-hash`` in batches: names, failures, weights, replicas, views."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from placement.test_request import refused
from support.cli import rvhctl

from rvhctl.nodes.documents import FLAGS_OF_KEYS
from rvhctl.placement.placement import Placement

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
            ({"key": ["a"], "nodes": ["a"]}, "JumpHashError", "at least two"),
            ({"key": ["", ""], "buckets": 3}, "JumpHashError", "each of its fields is"),
            ({"key": ["a", 1.5], "buckets": 3}, "JumpHashError", "a string or an integer"),
            ({"key": [1, 2], "buckets": 3, "hash": "int"}, "JumpHashError", "--hash int takes"),
            (
                {"key": 1, "buckets": 3, "hash": "int", "as_text": True},
                "JumpHashError",
                "as_text makes no sense",
            ),
            ({"key": 1, "buckets": 3, "as_text": 1}, "JumpHashError", "as_text must be true or false"),
            ({"key": "k", "nodes": ["a"], "down": ["a"]}, "NoLiveNodeError", "all 1 are down"),
            ({"key": "k", "nodes": ["a"], "down": ["b"]}, "UnknownNodeError", "no node has the id 'b'"),
            ({"key": "k", "nodes": ["a"], "down": "b"}, "JumpHashError", "down must be an array"),
            ({"key": "k", "nodes": ["a"], "weights": {"a": "x"}}, "JumpHashError", "must be a number"),
            ({"key": "k", "nodes": [{"id": "a", "weight": 0}]}, "InvalidNodeError", "above 0"),
            ({"key": "k", "nodes": ["a"], "replicas": 2}, "JumpHashError", "2 replicas, but 1 live node"),
            ({"key": "k", "nodes": ["a"], "buckets": 2}, "JumpHashError", "exclude each other"),
            ({"key": "k", "down": [1]}, "JumpHashError", "buckets is missing"),
            ({"key": "a", "keys": ["b"]}, "JumpHashError", "key and keys exclude each other"),
            ({"key": "a", "keys": ["b"], "buckets": 3}, "JumpHashError", "key and keys exclude each other"),
            ({"key": "a", "bucket": 3}, "JumpHashError", "'bucket'; did you mean 'buckets'?"),
            ({"key": "a", "buckets": 3, "replica": 2}, "JumpHashError", "did you mean 'replicas'?"),
            ({"key": "a", "buckets": 3, "allowFewer": True}, "JumpHashError", "did you mean 'allow_fewer'?"),
            ({"key": "a", "buckets": 3, "to": 4, "to_nodes": ["a"]}, "JumpHashError", "exclude each other"),
            ({"key": "a", "buckets": 3, "stats": 1}, "JumpHashError", "stats must be true or false"),
            ({"key": "a", "buckets": 3, "live": ["a"]}, "JumpHashError", "live makes no sense without nodes"),
            ({"key": "a", "nodes": ["a"], "threshold": 3}, "JumpHashError", "needs nodes with latencies"),
            ({"key": "a", "nodes": ["a"], "spread": "zone"}, "JumpHashError", "state replicas, too"),
            (
                {"key": "a", "buckets": 3, "replicas": 2, "spread": "z"},
                "JumpHashError",
                "spread makes no sense",
            ),
            (
                {"key": "a", "nodes": ["a"], "replicas": 1, "spread": 7},
                "JumpHashError",
                "the name of a label",
            ),
            (
                {"key": "a", "nodes": ["a"], "replicas": 1, "spread": "zone"},
                "JumpHashError",
                "spread needs nodes with 'zone', and 'a' is only a name",
            ),
            (
                {"key": "a", "nodes": [{"id": "a", "Zone": "x"}], "replicas": 1, "spread": "zone"},
                "InvalidNodeError",
                "node 'a': there is no zone",
            ),
            ({"key": "a", "nodes": ["a"], "live": "a"}, "JumpHashError", "live must be an array of ids"),
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

    @pytest.mark.parametrize(
        ("request_", "member"),
        [
            (b'{"key":"a","key":"b","buckets":3}', "key"),
            (b'{"key":"a","buckets":3,"buckets":4}', "buckets"),
            (b'{"key":"a","nodes":["a"],"down":["a"],"down":[]}', "down"),
        ],
    )
    def test_a_member_that_is_there_twice_is_an_error(self, request_: bytes, member: str) -> None:
        answer = json.loads(rvhctl("jump-hash", "--batch", stdin=request_).out)
        says = f"stdin:1: the member '{member}' is there twice"
        assert answer["error"] == {"type": "InputError", "message": says}

    def test_integers_are_ids_where_nodes_have_names(self) -> None:
        nodes = {"key": "a", "nodes": [{"id": 1}, {"id": 2}, {"id": 3}]}
        requests = [nodes | {"down": down} for down in ([1, 2], ["1", "2"])] + [nodes | {"live": [3]}]
        assert [answer["node"] for answer in self.answers(requests=requests)] == ["3", "3", "3"]

    @pytest.mark.parametrize(
        ("flags", "member"),
        [
            (("--replicas", "2"), {"replicas": 2}),
            (("--replicas", "20", "--allow-fewer"), {"replicas": 20, "allow_fewer": True}),
            (("--down", "8,1"), {"down": [8, 1]}),
            (("--weight", "3=0.5"), {"weights": {"3": 0.5}}),
            (("--max-weight", "4"), {"max_weight": 4}),
            (("--max-load", "1"), {"max_load": 1}),
            (("--hash", "crc32"), {"hash": "crc32"}),
            (("--hash", "int"), {"hash": "int"}),
            (("--seed", "7"), {"seed": 7}),
            (("--dialect", "exact"), {"dialect": "exact"}),
            (("--to", "11"), {"to": 11}),
            (("--to-down", "3"), {"to_down": [3]}),
            (("--stats",), {"stats": True}),
            (("--explain",), {"explain": True}),
            (("--as-text",), {"as_text": True}),
        ],
    )
    def test_a_flag_is_the_default_of_a_member(self, flags: tuple[str, ...], member: dict[str, Any]) -> None:
        plain: dict[str, Any] = {"keys": ["1", "22", "333"]}
        full = plain | {"buckets": 10}
        by_request = self.answers(requests=[full | member])
        assert by_request[0]["ok"] is True, by_request
        assert self.answers("-b", "10", requests=[plain | member]) == by_request
        assert self.answers(*flags, requests=[full]) == by_request
        assert self.answers("-b", "10", *flags, requests=[plain, plain]) == [
            by_request[0],
            by_request[0] | {"index": 1},
        ]

    def test_keys_of_several_fields_and_integers_as_text(self) -> None:
        keys: list[Any] = [["eu", 42], ["eu", "42"], 42, "42"]
        exact, as_text, single, explained, above = self.answers(
            "-b",
            "1000",
            requests=[
                {"keys": keys},
                {"keys": keys, "as_text": True},
                {"key": keys[0]},
                {"key": keys[0], "explain": True},
                {"key": 10**30, "as_text": True},
            ],
        )
        ring = Placement(1000)
        assert exact["buckets"] == ring.buckets([("eu", 42), ("eu", "42"), 42, "42"])
        assert as_text["buckets"] == ring.buckets([("eu", "42"), ("eu", "42"), "42", "42"])
        assert single["bucket"] == explained["bucket"] == ring.bucket(("eu", 42))
        assert above["bucket"] == ring.bucket(str(10**30))

    @pytest.mark.parametrize(
        ("flags", "member"),
        [
            (("--threshold", "20"), {"threshold": 20}),
            (("--down", "a"), {"down": ["a"]}),
            (("--weight", "b=0.5"), {"weights": {"b": 0.5}}),
            (("--to-nodes", "a,b"), {"to_nodes": ["a", "b"]}),
            (("--live", "live.txt"), {"live": ["a", "c"]}),
            (("--replicas", "2", "--spread", "zone"), {"replicas": 2, "spread": "zone"}),
        ],
    )
    def test_a_flag_about_nodes_is_the_default_of_a_member(
        self, flags: tuple[str, ...], member: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        zones = {"zone": "x"}, {"zone": "x"}, {"zone": 7}
        nodes = [{"id": "a", "latency": 5}, {"id": "b", "latency": 25}, {"id": "c", "latency": 10}]
        nodes = [node | zone for node, zone in zip(nodes, zones, strict=True)]
        (tmp_path / "live.txt").write_text("a\nc\n")
        (tmp_path / "nodes.json").write_text(json.dumps(nodes))
        plain: dict[str, Any] = {"keys": KEYS}
        full = plain | {"nodes": nodes}
        by_request = self.answers(requests=[full | member])
        assert by_request[0]["ok"] is True, by_request
        named = ("--nodes", "nodes.json")
        assert self.answers(*named, requests=[plain | member]) == by_request
        assert self.answers(*flags, requests=[full]) == by_request
        assert self.answers(*named, *flags, requests=[plain]) == by_request

    def test_what_flags_say_of_their_own_nodes_is_not_about_other_ones(self) -> None:
        flags = ("--nodes", "a,b,c", "--down", "b", "--weight", "c=0.5")
        other, numbered = self.answers(
            *flags, requests=[{"keys": KEYS, "nodes": ["b", "x"]}, {"keys": KEYS, "buckets": 5}]
        )
        assert other["nodes"] == ["x"] * len(KEYS)
        assert numbered["buckets"] == Placement(5).buckets(KEYS)
        assert refused("--batch", "--nodes", "a,b", "--down", "z")[0] == 2
        # Neither numbers nor the nodes of a request have slots of a file.
        for more in ((), ("-b", "4")):
            needs = "--slots makes no sense without --nodes"
            assert refused("--batch", "--slots", "no/such/file", *more) == (2, needs)

    def test_a_state_stays_where_a_request_says_who_is_down(self) -> None:
        nodes = [{"id": "a"}, {"id": "b", "state": "drain"}, {"id": "c"}]
        (answer,) = self.answers(requests=[{"keys": KEYS, "nodes": nodes, "down": ["a"]}])
        assert set(answer["nodes"]) == {"c"}

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


@pytest.mark.parametrize("name", sorted(FLAGS_OF_KEYS))
def test_a_member_that_is_an_option_is_refused(name: str) -> None:
    request = {"key": "a", "buckets": 5, name: "x"}
    message = json.loads(rvhctl("jump-hash", "--batch", stdin=json.dumps(request).encode()).out)["error"][
        "message"
    ]
    if name in ("size", "weight"):
        assert message == f"there is no member '{name}'; did you mean '{name}s'?"
    else:
        flag = "--" + name.replace("_", "-")
        assert message.removesuffix(", without --batch") == f"{name} is no member; give it with {flag}"
