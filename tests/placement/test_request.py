"""``rvhctl jump-hash`` with names, failures, weights, replicas."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from support.cli import rvhctl

from rvhctl.errors import JumpHashError
from rvhctl.placement import placement
from rvhctl.placement.placement import Placement

KEYS = [f"user-{number}" for number in range(200)]
STDIN = "".join(f"{key}\n" for key in KEYS).encode()
NODES = [
    {"id": "a", "latency": 10, "weight": 0.5},
    {"id": "b", "latency": 80},
    {"id": "c", "latency": None},
    {"id": "d", "state": "drain", "latency": 5},
    {"id": "e", "state": "down"},
    {"id": "f", "samples": [20, 30, None]},
]


def jump(*arguments: str, stdin: bytes = STDIN) -> list[str]:
    """The lines of an answer without complaints."""
    outcome = rvhctl("jump-hash", *arguments, stdin=stdin)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return outcome.out.decode().splitlines()


def refused(*arguments: str, stdin: bytes = STDIN) -> tuple[int, str]:
    """Exit code and message of a run that answers nothing."""
    outcome = rvhctl("jump-hash", *arguments, stdin=stdin)
    assert outcome.out == b""
    assert outcome.err.startswith("rvhctl: ")
    assert outcome.err.count("\n") == 1
    return outcome.code, outcome.err[len("rvhctl: ") : -1]


def owners(placement: Placement) -> list[str]:
    return [str(owner) for owner in placement.owners(KEYS)]


class TestNames:
    @pytest.mark.parametrize("output", ["plain", "auto"])
    def test_the_answer_is_the_id(self, output: str) -> None:
        assert jump("--nodes", "a,b,c", "-o", output) == owners(Placement(["a", "b", "c"]))

    def test_json_has_key_bucket_and_node(self) -> None:
        expected = [
            {"key": key, "bucket": bucket, "node": "abc"[bucket]}
            for key, bucket in zip(KEYS, Placement(3).buckets(KEYS), strict=True)
        ]
        assert json.loads("".join(jump("--nodes", "a,b,c", "--json"))) == expected
        assert [json.loads(line) for line in jump("--nodes", "a,b,c", "-o", "ndjson")] == expected
        assert jump("--nodes", "a,b,c", "-o", "csv")[:2] == [
            "key,bucket,node",
            f"user-0,{expected[0]['bucket']},{expected[0]['node']}",
        ]

    def test_a_table(self) -> None:
        text = "\n".join(jump("--nodes", "a,b,c", "--down", "b", "-o", "table", "-k", "foo", stdin=b""))
        assert "node" in text
        assert "1 key in 3 nodes, 2 of them live" in text

    def test_a_comma_makes_names_of_it(self) -> None:
        assert jump("--nodes", "only,", "-k", "k") == ["only"]
        assert jump("--nodes", " a , b ", "-k", "foo") == jump("--nodes", "a,b", "-k", "foo")

    @pytest.mark.parametrize("name", ["nodes.json", "nodes.ndjson", "object.json", "nodes.csv"])
    def test_node_documents(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        if name == "nodes.json":
            path.write_text(json.dumps(NODES, indent=1))
        elif name == "object.json":
            path.write_text(json.dumps({"nodes": NODES, "threshold": 1}))
        elif name == "nodes.ndjson":
            path.write_text("".join(json.dumps(node) + "\n" for node in NODES))
        else:
            path.write_text("id,weight,state\na,0.5,\nb,,up\nc,,\nd,,drain\ne,,down\nf,1,\n")
        expected = Placement(list("abcdef"), weights={"a": 0.5}, down=["d", "e"])
        assert jump("--nodes", str(path)) == owners(expected)
        assert jump("--nodes", f"@{path}") == owners(expected)

    @pytest.mark.parametrize(
        ("text", "names"),
        [(b"a\r\nb\n\nc", "a,b,c"), (b"# the fleet, as of today\n\n  # racks:\na\r\n#b\nc\n#", "a,c")],
    )
    def test_a_plain_list(self, tmp_path: Path, text: bytes, names: str) -> None:
        path = tmp_path / "nodes"
        path.write_bytes(text)
        assert jump("--nodes", str(path)) == jump("--nodes", names)
        assert jump("--nodes", "-", "-k", "foo", stdin=text) == jump("--nodes", names, "-k", "foo")
        down = () if names == "a,b,c" else ("--down", "b")
        assert jump("--nodes", "a,b,c", "--live", f"@{path}") == jump("--nodes", "a,b,c", *down)

    def test_compressed(self, tmp_path: Path) -> None:
        import gzip

        path = tmp_path / "nodes.gz"
        path.write_bytes(gzip.compress(b"a\nb\nc\n"))
        assert jump("--nodes", str(path)) == owners(Placement(["a", "b", "c"]))

    @pytest.mark.parametrize(
        ("arguments", "code", "says"),
        [
            (("--nodes", "a,b", "-b", "3"), 2, "--buckets and --nodes exclude each other"),
            (("--nodes", "a,b,a"), 1, "--nodes: the id 'a' is there twice, as node 1 and as node 3"),
            (("--nodes", "a,,b"), 2, "--nodes: the id is empty"),
            (
                ("--nodes", "nowhere"),
                1,
                "nowhere: no such file or directory; for a single name end with a comma",
            ),
            (("--nodes", ""), 1, "'': no such file or directory"),
            (("--nodes", "@nowhere"), 1, "nowhere: no such file or directory"),
            (("--nodes", "-"), 2, "standard input ('-') can be read only once"),
            (("--down", "b"), 2, "--buckets is missing: give their number, as in -b 8, or --nodes"),
            (("--nodes", "a,b", "--weight", "a=2", "--weight", "a=3"), 2, "--weight: 'a' is weighed twice"),
            (("-b", "3", "--weight", "1=2,01=3"), 2, "--weight: '01' is weighed twice"),
            (("-b", "3", "--live", "x"), 2, "--live makes no sense without --nodes"),
            (("-b", "3", "--threshold", "0"), 2, "--threshold makes no sense without --nodes"),
            (("--nodes", "a,b", "--threshold", "9"), 2, "--threshold needs nodes with latencies"),
            (
                ("--nodes", "alpha,beta", "--down", "alhpa"),
                2,
                "--down: no node has the id 'alhpa'; did you mean 'alpha'?",
            ),
            (
                ("--nodes", "alpha,beta", "--weight", "bta=2"),
                2,
                "--weight: no node has the id 'bta'; did you mean 'beta'?",
            ),
            (("-b", "3", "--down", "3"), 2, "--down: there is no bucket 3; they are 0..2"),
            (("-b", "3", "--down", "x"), 2, "--down takes numbers of buckets without --nodes"),
            (
                ("--nodes", "a,b", "--weight", "a=0"),
                1,
                "--weight: the weight of 'a' must be finite and above 0",
            ),
            (
                ("--nodes", "a,b", "--weight", "a=inf"),
                1,
                "--weight: the weight of 'a' must be finite and above 0",
            ),
            (("--nodes", "a,b", "--weight", "a"), 2, "--weight is ID=NUMBER (got 'a')"),
            (("--nodes", "a,b", "--down", "a,b"), 3, "no live node: all 2 are down"),
            (("-b", "1", "--down", "0"), 3, "no live bucket: all 1 are down"),
            (("-b", "0", "--down", "0"), 1, "buckets is out of range (got 0)"),
            (("-b", "4", "--hash", "xxh46"), 2, "did you mean 'xxh64'"),
            (("-b", "4", "--hash", "crc32", "--seed", "1"), 2, "--seed: the hash crc32 has none"),
            (("-b", "4", "--seed", "-1"), 1, "a seed of xxh64 is 0..18446744073709551615 (got -1)"),
        ],
    )
    def test_refusals(self, arguments: tuple[str, ...], code: int, says: str) -> None:
        assert refused(*arguments)[0] == code
        assert says in refused(*arguments)[1]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (
                '[{"id":"a"},{"id":"b","weight":0}]',
                ": node 2 (id 'b'): the weight must be finite and above 0 (got 0)",
            ),
            (
                '{"id":"a"}\n{"id":"b","state":"gone"}\n',
                ":2:19: the state must be up, drain or down (got 'gone')",
            ),
            ('{"id":"a"}\n{"id":"a"}\n', ":2: the id 'a' was there before; first at "),
            ("[]", ": the list of nodes is empty"),
            ("", ": the list of nodes is empty"),
            ('{"id":"a"}\n{"id":}\n', ":2:7: not JSON: "),
            (
                '{"nodes":[{"id":"a"}],"treshold":5}',
                ": there is no member 'treshold'; did you mean 'threshold'?",
            ),
            ('{"nodes":[{"id":"a"}],"down":["A"]}', ": down: no node has the id 'A'"),
            ('{"nodes":[{"id":"a"}],"down":"a"}', ": down must be a list of texts (got 'a')"),
            ('{"nodes":[{"id":"a"}],"down":[1.5]}', ": down must be a list of texts (got [1.5])"),
            ('{"nodes":[{"id":"a"}],"down":{"a":1}}', ": down must be a list of texts (got {'a': 1})"),
        ],
    )
    def test_bad_documents(self, tmp_path: Path, text: str, says: str) -> None:
        path = tmp_path / "nodes"
        path.write_text(text)
        code, message = refused("--nodes", str(path), "-k", "x")
        assert code == 1
        assert message.startswith(f"{path}{says}")


class TestFailures:
    @pytest.mark.parametrize("flags", [["--down", "b,d"], ["--down", "d", "--down", "b"]])
    def test_down_is_a_set(self, flags: list[str]) -> None:
        assert jump("--nodes", "a,b,c,d", *flags) == owners(Placement(list("abcd"), down=["b", "d"]))

    def test_down_without_names(self) -> None:
        assert jump("-b", "5", "--down", "3,0") == owners(Placement(5, down=[0, 3]))

    def test_an_id_with_a_comma(self, tmp_path: Path) -> None:
        path = tmp_path / "nodes"
        path.write_text('[{"id":"a,b"},{"id":"c"}]')
        assert set(jump("--nodes", str(path), "--down", "a,b")) == {"c"}

    def test_live_is_everybody_else_down(self, tmp_path: Path) -> None:
        expected = owners(Placement(list("abcd"), down=["b", "d"]))
        for text in (
            "c\na\nzzz\n",
            '[{"id":"a","latency":1},{"id":"c","latency":2}]',
            "id,latency\nc,1\na,2\n",
        ):
            path = tmp_path / "live"
            path.write_text(text)
            assert jump("--nodes", "a,b,c,d", "--live", str(path)) == expected
        assert jump("--nodes", "a,b,c,d", "--live", "-", "-k", "k", stdin=b"a\n") == ["a"]

    def test_an_id_that_looks_like_a_comment_is_no_lost_survivor(self, tmp_path: Path) -> None:
        fleet = b'[{"id":"#a","latency":1},{"id":"b","latency":9},{"id":" #c","latency":1}]'
        nodes, live = tmp_path / "nodes.json", tmp_path / "live"
        nodes.write_bytes(fleet)
        live.write_bytes(
            rvhctl("failover", "--threshold", "5", "-o", "plain", stdin=fleet).out + b"# not b\n#b\n"
        )
        assert live.read_bytes().startswith(b"#a\n #c\n")
        expected = owners(Placement(["#a", "b", " #c"], down=["b"]))
        assert jump("--nodes", str(nodes), "--live", str(live)) == expected

    def test_nobody_survived(self, tmp_path: Path) -> None:
        path = tmp_path / "live"
        path.write_text("")
        assert refused("--nodes", "a,b", "--live", str(path)) == (3, "no live node: all 2 are down")

    def test_threshold(self, tmp_path: Path) -> None:
        path = tmp_path / "nodes"
        path.write_text(json.dumps(NODES))
        expected = Placement(list("abcdef"), weights={"a": 0.5}, down=["b", "c", "d", "e"])
        assert jump("--nodes", str(path), "--threshold", "25") == owners(expected)
        assert refused("--nodes", str(path), "--threshold", "-1")[0] == 1

    @pytest.mark.parametrize(
        ("states", "flags", "same_as"),
        [
            ('"down":["a"]', (), ("--down", "a")),
            ('"down":[7]', (), ("--down", "7")),
            ('"down":["a"]', ("--down", "b"), ("--down", "a,b")),
            ('"down":["a"],"threshold":1', ("--threshold", "5"), ("--down", "a,7")),
            ('"region":"eu","threshold":1,"relative":1.5', (), ()),
        ],
    )
    def test_whom_a_document_states_as_down_is_down(
        self, states: str, flags: tuple[str, ...], same_as: tuple[str, ...], tmp_path: Path
    ) -> None:
        nodes = '{"id":"a","latency":1},{"id":"b","latency":2},{"id":7,"latency":9},{"id":"d","latency":2}'
        file = tmp_path / "nodes.json"
        file.write_text(f'{{"nodes":[{nodes}],{states}}}')
        assert jump("--nodes", str(file), *flags) == jump("--nodes", "a,b,7,d", *same_as)
        requests = b"".join(b'{"key":"%d"}\n' % number for number in range(9))
        answers = [
            rvhctl("jump-hash", "--batch", *line, stdin=requests)
            for line in (("--nodes", str(file), *flags), ("--nodes", "a,b,7,d", *same_as))
        ]
        assert answers[0] == answers[1]


class TestWeightsAndReplicas:
    def test_weights(self) -> None:
        expected = owners(Placement(list("abc"), weights={"a": 0.5, "c": 2.0}))
        assert jump("--nodes", "a,b,c", "--weight", "a=0.5,c=2") == expected
        assert jump("--nodes", "a,b,c", "--weight", "a=0.5", "--weight", "c=2") == expected
        assert jump("-b", "3", "--weight", "1=0.5") == owners(Placement(3, weights={1: 0.5}))

    def test_replicas_plain(self) -> None:
        expected = ["\t".join(map(str, names)) for names in Placement(list("abcd")).replicas_many(KEYS, 3)]
        assert jump("--nodes", "a,b,c,d", "--replicas", "3") == expected
        assert jump("-b", "10", "--replicas", "3", "-k", "foo") == ["8\t0\t2"]

    def test_replicas_json_and_csv(self) -> None:
        entries = [{"bucket": 8}, {"bucket": 0}, {"bucket": 2}]
        assert json.loads(jump("-b", "10", "--replicas", "3", "-k", "foo", "-o", "ndjson")[0]) == {
            "key": "foo",
            "bucket": 8,
            "replicas": entries,
        }
        assert json.loads(jump("--nodes", "a,b", "--replicas", "1", "-k", "foo", "--json")[0])[0] == {
            "key": "foo",
            "bucket": 0,
            "node": "a",
            "replicas": [{"bucket": 0, "node": "a"}],
        }
        assert jump("-b", "10", "--replicas", "2", "-k", "foo", "-o", "csv") == [
            "key,bucket,replica_1,replica_2",
            "foo,8,8,0",
        ]

    def test_fewer_live_than_asked_for(self) -> None:
        code, message = refused("--nodes", "a,b,c", "--down", "b", "--replicas", "3")
        assert code == 1
        assert "--replicas 3, but there are 2 live nodes; --allow-fewer takes what there is" in message
        few = jump("--nodes", "a,b,c", "--down", "b", "--replicas", "3", "--allow-fewer")
        assert {tuple(sorted(line.split("\t"))) for line in few} == {("a", "c")}
        assert refused("--nodes", "a,b", "--allow-fewer")[0] == 2


class TestHashes:
    def test_list_hashes(self) -> None:
        listed = [json.loads(line) for line in jump("--list-hashes", "-o", "ndjson", stdin=b"")]
        assert [row["name"] for row in listed][:4] == ["xxh64", "xxh3", "xxh32", "int"]
        assert len(listed) == 12
        assert all(row["recipe"] and row["agrees_with"] for row in listed)
        assert "ClickHouse halfMD5" in "\n".join(jump("--list-hashes", stdin=b""))

    @pytest.mark.parametrize("name", ["xxh3", "fnv1a", "md5-le", "murmur3-128"])
    def test_hash_seed_dialect(self, name: str) -> None:
        seed = 42 if name in ("xxh3", "murmur3-128") else 0
        expected = owners(Placement(1000, hash=name, seed=seed, dialect="guava"))
        flags = ("-b", "1000", "--hash", name, "--seed", str(seed), "--dialect", "guava")
        assert jump(*flags) == expected
        assert [str(row["bucket"]) for row in json.loads("".join(jump(*flags, "--json")))] == expected

    def test_the_dialects_part_on_edge_keys(self) -> None:
        edge = ("-b", "5000", "--hash", "int", "-k", "10508701880529192810", "--dialect")
        assert [jump(*edge, dialect) for dialect in ("paper", "guava", "exact")] == [
            ["4095"],
            ["4096"],
            ["4096"],
        ]


class TestBounds:
    """Work without a bound is refused, with the reason."""

    MOST = "2147483647"

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("--replicas", "65"), "at most 60 of more than 10000000"),
            (("--replicas", MOST), "at most 60 of more than 10000000"),
            (("--replicas", MOST, "--allow-fewer", "--down", "1"), "at most 60 of more than 10000000"),
            (("--replicas", "65", "--explain"), "at most 60 of more than 10000000"),
            (("--weight", "0=1e300"), "64 probes did not settle a key, and 2147483647 buckets are too many"),
            (("--weight", "0=1e300", "--explain"), "64 probes did not settle a key"),
            (("--stats",), "at most 10000000 buckets"),
            (("--to", "2147483646"), "at most 10000000 buckets"),
        ],
    )
    def test_more_buckets_than_can_be_looked_at_one_by_one(
        self, arguments: tuple[str, ...], says: str
    ) -> None:
        code, message = refused("-b", self.MOST, *arguments, "-k", "a")
        assert code == 1
        assert says in message

    def test_as_a_request_and_in_python(self) -> None:
        request = b'{"key":"a","buckets":2147483647,"replicas":65}'
        outcome = rvhctl("jump-hash", "--batch", stdin=request)
        assert b"at most 60 of more than" in outcome.out
        with pytest.raises(JumpHashError, match="at most 60 of more than"):
            Placement(2147483647).replicas("a", 65)
        with pytest.raises(JumpHashError, match="64 probes did not settle a key"):
            Placement(2147483647, weights={0: 1e300}).owner("a")

    def test_what_probes_settle_is_answered(self) -> None:
        assert len(Placement(2147483647).replicas("a", 60)) == 60
        assert Placement(2147483647, weights={0: 2}).owners(map(str, range(100)))

    def test_many_replicas_of_many_keys_come_in_parts(self) -> None:
        """4,096 keys at a time, as of one replica, would take gigabytes."""
        keys = [f"k{n}" for n in range(30)]
        expected = ["\t".join(map(str, order)) for order in Placement(3000).replicas_many(keys, 3000)]
        before = placement.AT_ONCE
        try:
            placement.AT_ONCE = 6000
            got = jump("-b", "3000", "--replicas", "3000", stdin="\n".join(keys).encode())
            assert got == expected
            flags = jump("-b", "3000", "--replicas", "3000", "-o", "json", *[f"-k{key}" for key in keys])
            assert [entry["key"] for entry in json.loads(flags[0])] == keys
        finally:
            placement.AT_ONCE = before


@pytest.mark.parametrize("output", ["json", "ndjson", "csv"])
@pytest.mark.parametrize(
    "also", [("--down", "1"), ("--nodes", "a,b"), ("--replicas", "2"), ("--regex", ".+")]
)
def test_an_answer_takes_little_more_memory_than_its_text(output: str, also: tuple[str, ...]) -> None:
    stdin = b"".join(b"user:%d\n" % n for n in range(5_000))
    fleet = () if "--nodes" in also else ("-b", "10")
    rvhctl("jump-hash", *fleet, *also, "-o", output, stdin=b"a\n")
    tracemalloc.start()
    outcome = rvhctl("jump-hash", *fleet, *also, "-o", output, stdin=stdin)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outcome.code == 0
    assert peak < 3 * len(outcome.out) + 5_000_000


class TestSpread:
    NODES = "id,zone\n" + "".join(f"{name},{zone}\n" for name, zone in zip("abcdef", "xxyxxy", strict=True))

    def test_replicas_lie_in_different_zones(self, tmp_path: Path) -> None:
        (nodes := tmp_path / "nodes.csv").write_text(self.NODES)
        zone = dict(zip("abcdef", "xxyxxy", strict=True))
        ring = Placement([{"id": name, "zone": label} for name, label in zone.items()], spread="zone")
        spread = jump("--nodes", str(nodes), "--replicas", "3", "--spread", "zone")
        assert spread == ["\t".join(map(str, names)) for names in ring.replicas_many(KEYS, 3)]
        assert all({zone[name] for name in line.split("\t")} == {"x", "y"} for line in spread)

    @pytest.mark.parametrize(
        ("arguments", "code", "says"),
        [
            (("--nodes", "nodes.csv", "--spread", "zone"), 2, "--spread makes no sense without --replicas"),
            (
                ("-b", "3", "--replicas", "2", "--spread", "zone"),
                2,
                "--spread makes no sense without --nodes",
            ),
            (("--nodes", "a,b", "--replicas", "2", "--spread", "zone"), 2, "--nodes gives none"),
            (
                ("--nodes", "nodes.csv", "--replicas", "2", "--spread", "rack"),
                1,
                "6 of 6 nodes have no 'rack'",
            ),
            (("--nodes", "nodes.csv", "--replicas", "2", "--spread", ""), 2, "--spread has an empty name"),
        ],
    )
    def test_what_makes_no_sense(
        self,
        arguments: tuple[str, ...],
        code: int,
        says: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("nodes.csv").write_text(self.NODES)
        assert refused(*arguments)[0] == code
        assert says in refused(*arguments)[1]
