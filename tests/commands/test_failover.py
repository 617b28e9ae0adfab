"""``rvhctl failover``: what goes in, what comes out, and what is said."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from support.cli import rvhctl

NODES = (
    b'[{"id": "a", "latency": 12.50, "rack": "007", "big": 12345678901234567890123},{"id":"b","latency":9}]'
)
FLAGS = ("failover", "--nodes", "a,b,c", "--latencies", "50,200,75", "--threshold", "100")
LIMIT = ("failover", "--threshold", "100")


def test_flags_are_answered_with_ids() -> None:
    assert rvhctl(*FLAGS) == (0, b"a\nc\n", "")


def test_the_old_names_of_flags() -> None:
    assert rvhctl("failover", "--nodes", "a,b", "--lats", "50,200", "--th", "100") == (0, b"a\n", "")


def test_async_changes_no_answer() -> None:
    assert rvhctl(*FLAGS, "--async") == rvhctl(*FLAGS)
    assert rvhctl(*LIMIT, "-a", stdin=NODES) == rvhctl(*LIMIT, stdin=NODES)


def test_nodes_from_flags_keep_their_digits() -> None:
    flags = ("failover", "--nodes", "a,b,c", "--lats", " 1.50 ,+3,", "--th", "100")
    assert rvhctl(*flags, "-o", "ndjson").out == b'{"id":"a","latency":1.50}\n{"id":"b","latency":3.0}\n'


def test_records_go_out_as_they_came_in() -> None:
    a = b'{"id": "a", "latency": 12.50, "rack": "007", "big": 12345678901234567890123}'
    b = b'{"id":"b","latency":9}'
    assert rvhctl(*LIMIT, stdin=NODES).out == b"[" + b + b"," + a + b"]\n"
    assert rvhctl(*LIMIT, "-o", "ndjson", stdin=NODES).out == b + b"\n" + a + b"\n"
    assert rvhctl(*LIMIT, stdin=a + b"\n" + b).out == b + b"\n" + a + b"\n"
    assert rvhctl(*LIMIT, "-o", "plain", stdin=NODES).out == b"b\na\n"
    assert rvhctl(*LIMIT, "-o", "csv", stdin=NODES).out == (
        b"id,latency,rack,big\nb,9,,\na,12.50,007,12345678901234567890123\n"
    )


def test_json_is_a_short_name_for_an_output() -> None:
    assert rvhctl(*LIMIT, "--json", stdin=NODES) == rvhctl(*LIMIT, "-o", "json", stdin=NODES)
    assert rvhctl(*LIMIT, "--json", "-o", "json", stdin=NODES).code == 0
    code, out, err = rvhctl(*LIMIT, "--json", "-o", "csv", stdin=NODES)
    assert (code, out) == (2, b"")
    assert "--json and --output csv exclude each other" in err


def test_what_comes_out_goes_in_again() -> None:
    for format_ in ("json", "ndjson", "csv", "tsv"):
        once = rvhctl(*LIMIT, "-o", format_, stdin=NODES)
        assert rvhctl(*LIMIT, stdin=once.out) == once


def test_a_document_states_its_threshold_and_a_flag_wins() -> None:
    document = b'{"nodes":[{"id":"a","latency":1},{"id":"b","latency":3}],"threshold":2}'
    assert rvhctl("failover", "-o", "plain", stdin=document).out == b"a\n"
    assert rvhctl(*LIMIT, "-o", "plain", stdin=document).out == b"a\nb\n"


def test_two_documents_state_different_thresholds(tmp_path: Path) -> None:
    for name, threshold in (("a", 2), ("b", 3)):
        document = {"nodes": [{"id": name, "latency": 1}], "threshold": threshold}
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    files = (str(tmp_path / "a.json"), str(tmp_path / "b.json"))
    assert rvhctl("failover", *files).err == (
        f"rvhctl: {files[1]}: two documents state different values of threshold; give --threshold\n"
    )
    assert rvhctl("failover", "--th", "5", "-o", "plain", *files).out == b"a\nb\n"


def test_files_of_one_format_and_of_several(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,latency,rack\na,3,007\n")
    (tmp_path / "b.csv").write_bytes(b"id,latency\nb,2.0\n")
    (tmp_path / "c.json").write_bytes(b'[{"id":"c","latency":1}]')
    a, b, c = (str(tmp_path / name) for name in ("a.csv", "b.csv", "c.json"))
    assert rvhctl(*LIMIT, a, b).out == b"id,latency,rack\nb,2.0,\na,3,007\n"
    assert rvhctl(*LIMIT, a, b, c).out == (
        b'{"id":"c","latency":1}\n{"id":"b","latency":2.0}\n{"id":"a","latency":3,"rack":"007"}\n'
    )
    assert rvhctl(*LIMIT, "-o", "plain", c, "-", a, stdin=b"id,latency\nx,1.5\n").out == b"c\nx\na\n"


def test_an_id_in_two_files_is_there_twice(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,latency\na,3\n")
    file = str(tmp_path / "a.csv")
    assert rvhctl(*LIMIT, file, file).err == (
        f"rvhctl: {file}:2: the id 'a' was there before; first at {file}:2\n"
    )


def test_top_cuts_the_list() -> None:
    assert rvhctl(*FLAGS, "--top", "1").out == b"a\n"
    assert rvhctl(*FLAGS, "-n", "9").out == b"a\nc\n"
    assert rvhctl(*FLAGS, "-n", "0").code == 1


def test_ties_keep_the_order_of_the_input() -> None:
    assert rvhctl("failover", "--nodes", "c,a,b", "--lats", "5,5,5", "--th", "5").out == b"c\na\nb\n"


@pytest.mark.parametrize("format_", ["table", "json", "ndjson", "csv", "tsv", "plain"])
def test_nobody_survived(format_: str) -> None:
    assert rvhctl("failover", "--threshold", "1", "-o", format_, stdin=NODES) == (
        3,
        b"",
        "rvhctl: no survivors: the best of 2 nodes takes 9 ms, over 1\n",
    )


def test_nobody_has_a_measurement() -> None:
    assert rvhctl("failover", "--nodes", "a,b", "--lats", ",", "--th", "1") == (
        3,
        b"",
        "rvhctl: no survivors: none of 2 nodes has a measurement\n",
    )


def test_numbers_in_messages_are_not_rounded_to_others() -> None:
    code, _, err = rvhctl("failover", "--nodes", "a", "--lats", "100.0000001", "--th", "100")
    assert code == 3
    assert err.endswith("takes 100.0000001 ms, over 100\n")


def test_a_bad_record_ends_the_run_or_is_left_out() -> None:
    nodes = b'{"id":"a","latency":1}\n{"id":"b"}\nx\n{"id":"c","latency":2}\n'
    no_latency = "rvhctl: stdin:2: the latency is missing; write null for no measurement\n"
    assert rvhctl(*LIMIT, stdin=nodes) == (1, b"", no_latency)
    assert rvhctl(*LIMIT, "--on-error", "fail", stdin=nodes) == (1, b"", no_latency)
    code, out, err = rvhctl(*LIMIT, "--on-error", "skip", stdin=nodes)
    assert (code, out) == (1, b'{"id":"a","latency":1}\n{"id":"c","latency":2}\n')
    first, second, count = err.splitlines(keepends=True)
    assert first == no_latency
    assert second.startswith("rvhctl: stdin:3:1: not JSON: ")
    assert count == "rvhctl: 2 left out\n"


def test_what_was_left_out_weighs_more_than_nobody() -> None:
    nodes = b'{"id":"a","latency":900}\n{"id":"b"}\n'
    code, out, err = rvhctl(*LIMIT, "--on-error", "skip", stdin=nodes)
    assert (code, out) == (1, b"")
    assert err.splitlines()[1:] == [
        "rvhctl: no survivors: the best of 1 node takes 900 ms, over 100",
        "rvhctl: 1 left out",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "--threshold is missing: give it in milliseconds, or --relative"),
        (
            ("--th", "-5"),
            1,
            "the threshold must be a number of milliseconds, finite and not negative (got -5)",
        ),
        (
            ("--th", "nan"),
            1,
            "the threshold must be a number of milliseconds, finite and not negative (got nan)",
        ),
        (
            ("--th", "1e999"),
            1,
            "the threshold must be a number of milliseconds, finite and not negative (got inf)",
        ),
        (("--th", "5", "--nodes", "a"), 2, "--nodes and --latencies go together"),
        (("--th", "5", "--lats", "1"), 2, "--nodes and --latencies go together"),
        (("--th", "5", "--nodes", "a,b", "--lats", "1"), 1, "--nodes names 2, --latencies gives 1"),
        (("--th", "5", "--nodes", "a", "--lats", "x"), 2, "--latencies: not a number (got 'x')"),
        (("--th", "5", "--nodes", "a", "--lats", "1_0"), 2, "--latencies: not a number (got '1_0')"),
        (("--th", "5", "--nodes", "a", "--lats", "nan"), 2, "--latencies: not a number (got 'nan')"),
        (
            ("--th", "5", "--nodes", "a", "--lats", "-1"),
            1,
            "--nodes: node 'a': the latency must be finite and not negative (got -1); "
            "leave it empty for no measurement",
        ),
        (("--th", "5", "--nodes", "a,", "--lats", "1,2"), 1, "--nodes: the id is empty"),
        (
            ("--th", "5", "--nodes", "a,a", "--lats", "1,2"),
            1,
            "--nodes: the id 'a' was there before; first at --nodes: node 1",
        ),
        (("--th", "5", "--nodes", "a", "--lats", "1", "f"), 2, "give nodes with flags or in FILEs, not both"),
        (
            ("--th", "5", "--nodes", "a", "--lats", "1", "-i", "csv"),
            2,
            "--input-format makes no sense with --nodes",
        ),
        (("--th", "5", "-j", "2"), 2, "--jobs makes no sense without --batch"),
        (("--th", "5", "--unordered"), 2, "--unordered makes no sense without --batch"),
        (
            ("--th", "5", "-i", "plain"),
            2,
            "nodes cannot be read from plain text; use -i json, ndjson, csv or tsv",
        ),
        (("--th", "5", "-", "-"), 2, "standard input ('-') can be read only once; name a FILE"),
        (("--th", "5", "nofile"), 1, "nofile: no such file or directory"),
        (("--th", "5", ""), 1, "'': no such file or directory"),
        (("--th", "5", "."), 1, ".: is a directory"),
    ],
)
def test_what_cannot_be_answered(arguments: tuple[str, ...], code: int, message: str) -> None:
    assert rvhctl("failover", *arguments, stdin=NODES) == (code, b"", f"rvhctl: {message}\n")


def test_a_missing_file_is_found_before_another_is_read(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("nonsense")
    assert (
        rvhctl(*LIMIT, str(tmp_path / "bad.json"), "nofile").err
        == "rvhctl: nofile: no such file or directory\n"
    )


def test_a_name_with_an_escape_sequence_is_shown_escaped() -> None:
    assert rvhctl(*LIMIT, "\x1b[31mred").err == "rvhctl: \\x1b[31mred: no such file or directory\n"


def test_compressed_input(tmp_path: Path) -> None:
    (tmp_path / "nodes").write_bytes(gzip.compress(NODES))
    assert rvhctl(*LIMIT, str(tmp_path / "nodes")) == rvhctl(*LIMIT, stdin=NODES)


def test_levels_say_more_on_standard_error_alone() -> None:
    nodes = ("failover", "--nodes", "a,b,c", "--lats", "5,200,", "--th", "100")
    kept = "rvhctl: kept 1 of 3 nodes; 1 over 100 ms, 1 without measurement\n"
    assert rvhctl(*nodes, "--level", "info") == (0, b"a\n", kept)
    code, out, err = rvhctl(*nodes, "--level", "debug")
    assert (code, out) == (0, b"a\n")
    assert err.startswith(kept + "rvhctl: 3 nodes on the ")


def test_coordinates_are_not_looked_at() -> None:
    """Not even whether they are any."""
    nodes = b'[{"id":"a","lat":"x","lon":999,"latency":1},{"id":"b","lat":null,"latency":9}]'
    assert rvhctl("failover", "--threshold", "5", "-o", "plain", stdin=nodes) == (0, b"a\n", "")
