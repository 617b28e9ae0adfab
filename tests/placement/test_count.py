"""``rvhctl jump-hash``: what would move, how even keys lie, why a key is where it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import rvhctl

from placement.test_request import jump, refused
from rvhctl.placement.placement import Placement

KEYS = [f"user-{number}" for number in range(200)]
STDIN = "".join(f"{key}\n" for key in KEYS).encode()
FOUR = Placement(4)
BUCKETS = FOUR.buckets(KEYS)


class TestMoves:
    def test_the_summary(self) -> None:
        expected = Placement(4).moves(KEYS, Placement(5))
        document = json.loads("".join(jump("-b", "4", "--to", "5", "--json", stdin=STDIN)))
        assert {name: document[name] for name in ("total", "moved", "share", "least")} == {
            "total": 200,
            "moved": expected.moved,
            "share": expected.share,
            "least": 0.2,
        }
        assert document["buckets"] == [
            {"bucket": row.bucket, "in": row.entering, "out": row.leaving} for row in expected.buckets
        ]
        assert list(document) == ["total", "moved", "share", "least", "buckets"]
        assert jump("-b", "4", "--to", "5", stdin=STDIN)[:2] == ["total\t200", f"moved\t{expected.moved}"]
        assert jump("-b", "4", "--to", "5", "-o", "csv", stdin=STDIN)[0] == "bucket,in,out"
        table = "\n".join(jump("-b", "4", "--to", "5", "-o", "table", stdin=STDIN))
        assert f"{expected.moved} of 200 keys move" in table

    def test_each_key(self) -> None:
        pairs = zip(KEYS, BUCKETS, Placement(5).buckets(KEYS), strict=True)
        moving = [(key, a, b) for key, a, b in pairs if a != b]
        assert jump("-b", "4", "--to", "5", "--moves", stdin=STDIN) == [
            f"{k}\t{a}\t{b}" for k, a, b in moving
        ]
        lines = jump("-b", "4", "--to", "5", "--moves", "-o", "ndjson", stdin=STDIN)
        assert [json.loads(line) for line in lines] == [{"key": k, "from": a, "to": b} for k, a, b in moving]

    def test_nodes_by_id(self, tmp_path: Path) -> None:
        there = tmp_path / "there"
        there.write_text('{"id":"c"}\n{"id":"a"}\n{"id":"new","weight":2}\n')
        expected = Placement(list("abc")).moves(KEYS, Placement(["c", "a", "new"], weights={"new": 2.0}))
        document = json.loads(
            "".join(jump("--nodes", "a,b,c", "--to-nodes", str(there), "--json", stdin=STDIN))
        )
        assert document["moved"] == expected.moved
        assert [row["node"] for row in document["buckets"]] == ["c", "a", "new", "b"]
        moves = jump("--nodes", "a,b,c", "--to-nodes", str(there), "--moves", "-o", "ndjson", stdin=STDIN)
        assert all(json.loads(line)["from_node"] != json.loads(line)["to_node"] for line in moves)

    @pytest.mark.parametrize(
        ("flags", "here", "there"),
        [
            (["--down", "b", "--to-down", "b,c"], ["b"], ["b", "c"]),
            (["--down", "b", "--to-down", ""], ["b"], []),
            (["--to-down", "d"], [], ["d"]),
            (["--down", "b", "--to-nodes", "a,b,c,d"], ["b"], ["b"]),
        ],
    )
    def test_failures(self, flags: list[str], here: list[str], there: list[str]) -> None:
        expected = Placement(list("abcd"), down=here).moves(KEYS, Placement(list("abcd"), down=there))
        document = json.loads("".join(jump("--nodes", "a,b,c,d", *flags, "--json", stdin=STDIN)))
        assert document["moved"] == expected.moved
        assert document["least"] == expected.least

    def test_whoever_is_not_live_here_is_not_live_there(self, tmp_path: Path) -> None:
        live = tmp_path / "live"
        live.write_text("a\nc\n")
        document = json.loads(
            "".join(
                jump("--nodes", "a,b,c", "--live", str(live), "--to-nodes", "a,b,c,d", "--json", stdin=STDIN)
            )
        )
        expected = Placement(list("abc"), down=["b"]).moves(KEYS, Placement(list("abcd"), down=["b"]))
        assert document["moved"] == expected.moved

    @pytest.mark.parametrize(
        "arguments",
        [
            ("-b", "4", "--to-nodes", "a,b"),
            ("--nodes", "a,b", "--to", "3"),
            ("-b", "4", "--moves"),
            ("-b", "4", "--to", "5", "--stats"),
            ("-b", "4", "--to-down", "4"),
        ],
    )
    def test_usage(self, arguments: tuple[str, ...]) -> None:
        assert refused(*arguments)[0] == 2

    def test_too_many_buckets(self) -> None:
        assert refused("-b", "4", "--to", "10000001")[0] == 1
        assert refused("-b", "10000001", "--stats")[0] == 1


class TestStats:
    def test_json(self) -> None:
        document = json.loads(
            "".join(jump("--nodes", "a,b,c", "--down", "b", "--stats", "--json", stdin=STDIN))
        )
        stats = Placement(list("abc"), down=["b"]).stats(KEYS)
        assert list(document) == [
            "total",
            "mean",
            "max_over_mean",
            "stdev",
            "chi_square",
            "p_value",
            "buckets",
        ]
        assert document["chi_square"] == stats.chi_square
        assert document["p_value"] == stats.p_value
        assert document["buckets"][1] == {"bucket": 1, "node": "b", "count": 0, "share": 0.0}

    def test_other_formats(self) -> None:
        assert jump("-b", "4", "--stats", stdin=STDIN)[0] == "total\t200"
        rows = jump("-b", "4", "--stats", "-o", "csv", stdin=STDIN)
        assert rows[0] == "bucket,count,share"
        assert rows[1] == f"0,{BUCKETS.count(0)},{BUCKETS.count(0) / 200}"

    @pytest.mark.parametrize("buckets", [1, 4, 51, 10_000])
    @pytest.mark.parametrize("columns", ["40", "80", "200"])
    def test_a_histogram_fits(self, buckets: int, columns: str) -> None:
        outcome = rvhctl(
            "jump-hash", "-b", str(buckets), "--stats", "-o", "table", stdin=STDIN, COLUMNS=columns
        )
        lines = outcome.out.decode().splitlines()
        assert outcome.code == 0
        assert max(map(len, lines)) <= int(columns)
        assert len(lines) <= 60
        assert "█" in outcome.out.decode()
        assert [line.split(" ")[0] for line in lines[-3:]] == ["200", "stdev", "chi-square"]

    @pytest.mark.parametrize(
        ("buckets", "names"),
        [
            ("3", ["0", "1", "2"]),
            ("50", list(map(str, range(50)))),
            ("100", [f"{k}..{k + 1}" for k in range(0, 100, 2)]),
        ],
    )
    def test_a_bar_is_of_one_bucket_or_of_several_in_a_row(self, buckets: str, names: list[str]) -> None:
        text = rvhctl("jump-hash", "-b", buckets, "--stats", "-o", "table", stdin=STDIN).out.decode()
        bars = [line.split() for line in text.splitlines()]
        first = [words[0] for words in bars if len(words) > 1 and words[0].replace("..", "").isdigit()]
        assert first[: len(names)] == names

    def test_non_utf8_keys_are_counted_too(self) -> None:
        document = json.loads("".join(jump("-b", "4", "--stats", "--json", stdin=b"\xff\n\xfe\n")))
        assert document["total"] == 2


class TestExplain:
    def test_json(self) -> None:
        (document,) = json.loads(
            "".join(jump("-b", "10", "--down", "8", "--explain", "--json", "-k", "foo", stdin=b""))
        )
        assert document == {
            "key": "foo",
            "h0": 3728699739546630719,
            "bucket": 0,
            "replicas": [{"bucket": 0}],
            "probes": [
                {"probe": 0, "hash": 3728699739546630719, "bucket": 8, "verdict": "down"},
                {"probe": 1, "hash": document["probes"][1]["hash"], "bucket": 0, "verdict": "taken"},
            ],
            "scored": [],
        }

    def test_plain_and_beyond_the_probes(self) -> None:
        down = ",".join(str(bucket) for bucket in range(1000) if bucket not in (400, 401))
        lines = jump("-b", "1000", "--down", down, "--explain", "--replicas", "2", "-k", "foo", stdin=b"")
        assert len(lines) == 66
        assert lines[64:] == [
            "foo\tscore\t8964922294157258360\t400\ttaken",
            "foo\tscore\t861582165041749424\t401\ttaken",
        ]
