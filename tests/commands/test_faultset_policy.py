"""``rvhctl faultset`` under policies: health and exit codes, plans, joins, what-ifs, advice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import naive_policy
from support.cli import rvhctl

from rvhctl.policy.evaluate import evaluate
from rvhctl.policy.evaluation import Failed
from rvhctl.policy.plan import FleetPlan
from rvhctl.policy.policy import Policy

FLEET = b"""id,lat,lon,latency
a1,52.1,4.9,10
a2,52.1,4.9,11
a3,52.1,4.9,90
b1,52.1,6.0,10
c1,30,30,
c2,30,30,500
"""
AT_50 = ("faultset", "--threshold", "50", "-p", "3", "-o", "plain")
CELLS = "cells: 1 down, 2 healthy"
ALONE = (
    "1 of 6 nodes is alone in its cell at -p 3 and cannot be judged by others; "
    "-p 2 holds several in a cell and leaves none alone"
)
NOBODY = "no survivors: of 6 nodes 1 without measurement, 2 over the threshold, 3 dropped by a safeguard"


@pytest.mark.parametrize(
    ("flags", "code", "kept", "said"),
    [
        ((), 0, "a1 a2 b1", ""),
        (("--fail-on", "never"), 0, "a1 a2 b1", ""),
        (("--fail-on", "down"), 3, "a1 a2 b1", CELLS),
        (("--fail-on", "degraded"), 3, "a1 a2 b1", CELLS),
        (("--fail-on", "degraded", "--down", "c1,c2", "--on-down", "all"), 3, "a1 a2 b1", CELLS),
        (("--min-survivors", "3"), 0, "a1 a2 b1", ""),
        (("--min-survivors", "3", "--on-degraded", "all"), 0, "a1 a2 a3 b1", ""),
        (("--min-survivors", "3", "--on-degraded", "skip"), 3, "", NOBODY),
        (("--min-survivors", "3", "--on-degraded", "skip", "--fail-on", "never"), 0, "", ""),
        (("--on-down", "all"), 0, "a1 a2 b1 c2", ""),
        (("--max-ejection", "0%"), 0, "a1 a2 a3 b1 c2", ""),
        (("--max-ejection", "0%", "--on-down", "skip"), 0, "a1 a2 a3 b1", ""),
        (("--top", "2", "--max-ejection", "0%"), 0, "a1 a2 b1 c2", ""),
        (("--top", "1", "--on-down", "all"), 0, "a1 b1 c2", ""),
    ],
)  # fmt: skip
def test_health_safeguards_and_exit_codes(flags: tuple[str, ...], code: int, kept: str, said: str) -> None:
    judged = any(flag in ("--min-survivors", "--max-ejection") for flag in flags)
    message = "".join(f"rvhctl: {text}\n" for text in (ALONE if judged else "", said) if text)
    lines = "".join(f"{name}\n" for name in kept.split())
    assert rvhctl(*AT_50, *flags, stdin=FLEET) == (code, lines.encode(), message)


def test_an_empty_answer_is_printed_where_health_is_asked_for() -> None:
    flags = ("faultset", "--threshold", "1", "-o", "json")
    assert rvhctl(*flags, "--fail-on", "down", stdin=FLEET)[:2] == (3, b"[]\n")
    assert rvhctl(*flags, stdin=FLEET)[:2] == (3, b"")


def test_a_view_is_printed_though_nobody_is_left() -> None:
    code, out, err = rvhctl("faultset", "--th", "1", "-p", "3", "--plan", "-o", "plain", stdin=FLEET)
    assert code == 3
    assert out == b"u17\tdown\t3\t\t\t\nu1k\tdown\t1\t\t\t\nstm\tdown\t2\t\t\t\n"
    assert err == (
        f"rvhctl: {ALONE}\nrvhctl: no survivors: of 6 nodes 1 without measurement, 5 over the threshold\n"
    )


def test_small_cells_say_where_they_went() -> None:
    flags = ("faultset", "--threshold", "50", "-p", "3", "--merge-below", "2")
    rows = json.loads(rvhctl(*flags, "--plan", "-o", "json", stdin=FLEET).out)
    assert [(row["cell"], row["nodes"], row["joined"]) for row in rows] == [
        ("u17", 4, ["u1k"]),
        ("stm", 2, []),
    ]
    told = rvhctl(*flags, "-l", "info", stdin=FLEET).err
    assert "rvhctl: the cell u1k joined u17\n" in told
    assert rvhctl(*flags, "-o", "plain", stdin=FLEET) == (0, b"a1\nb1\na2\n", "")


def test_a_what_if() -> None:
    code, out, _ = rvhctl(*AT_50, "--down", "a1,a2", "--down-cell", "u1k", "--plan", stdin=FLEET)
    assert (code, out) == (3, b"u17\tdown\t3\t\t\t\nu1k\tdown\t1\t\t\t\nstm\tdown\t2\t\t\t\n")


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--down", "a1,b11"), "--down: no node has the id 'b11'; did you mean 'b1'?"),
        (("--down-cell", "u1k,u1z"), "--down-cell: no node stands in the cell 'u1z'; did you mean 'u17'?"),
        (("--down-cell", "zz"), "--down-cell: no node stands in the cell 'zz'"),
    ],
)
def test_a_what_if_that_fits_nobody_is_a_mistake(flags: tuple[str, ...], says: str) -> None:
    assert rvhctl(*AT_50, *flags, stdin=FLEET) == (2, b"", f"rvhctl: {says}\n")


def test_in_a_document_a_what_if_that_fits_nobody_is_bad_data() -> None:
    document = {"nodes": [{"id": "EHAM", "latency": 1}], "threshold": 5, "down": ["EHAMM"]}
    says = "no node has the id 'EHAMM'; did you mean 'EHAM'?"
    stdin = json.dumps(document).encode()
    assert rvhctl("failover", stdin=stdin) == (1, b"", f"rvhctl: stdin: down: {says}\n")
    assert rvhctl("failover", "--down", "EHAM", stdin=stdin).code == 3
    stdin = json.dumps(document | {"down": [99]}).encode()
    assert rvhctl("failover", stdin=stdin).err == "rvhctl: stdin: down: no node has the id '99'\n"


def test_in_a_batch_a_what_if_that_fits_nobody_is_an_error() -> None:
    nodes = [{"id": "EHAM", "lat": 52.0, "lon": 4.0, "latency": 1}]
    request = {"nodes": nodes, "threshold": 5}
    for command in ("failover", "faultset"):
        stdin = json.dumps(request | {"down": ["EHAMM"]}).encode()
        code, out, _ = rvhctl(command, "--batch", stdin=stdin)
        assert (code, json.loads(out)["error"]) == (
            1,
            {"type": "UnknownNodeError", "message": "no node has the id 'EHAMM'; did you mean 'EHAM'?"},
        )


@pytest.mark.parametrize(
    "flags",
    [
        ("--relative", "1.5"),
        *(
            ("--th", "50", *more)
            for more in (("--min-survivors", "2"), ("--max-ejection", "20%"), ("--plan",))
        ),
    ],
)
def test_nodes_alone_in_their_cells_are_warned_of(flags: tuple[str, ...]) -> None:
    far = b"id,lat,lon,latency\na,52.1,4.9,10\nb,52.2,4.9,9000\nc,52.3,4.9,11\nd,30,30,12\n"
    err = rvhctl("faultset", *flags, stdin=far).err
    assert err.startswith(
        "rvhctl: 4 of 4 nodes are alone in their cell at -p 5 and cannot be judged by others; "
        "-p 3 holds several in a cell and leaves 1 alone\n"
    )
    assert "alone" not in rvhctl("faultset", *flags, "-l", "error", stdin=far).err
    assert "alone" not in rvhctl("faultset", "--threshold", "50", "-l", "info", stdin=far).err


def test_no_precision_holds_several() -> None:
    err = rvhctl("faultset", "--relative", "2", "--nodes", "a:0:0:1,b:50:100:9").err
    assert err == (
        "rvhctl: 2 of 2 nodes are alone in their cell at -p 5 and cannot be judged by others; "
        "no coarser -p holds several\n"
    )


def test_a_table_is_as_wide_as_the_terminal_and_loses_nothing() -> None:
    flags = ("faultset", "--relative", "1.5", "-p", "3", "-o", "table")
    for columns in ("80", "200"):
        for view in ((), ("--plan",), ("--explain",)):
            text = rvhctl(*flags, *view, stdin=FLEET, COLUMNS=columns).out.decode()
            assert all(len(line) <= int(columns) for line in text.splitlines())
            assert all(name in text for name in ("a1", "a2", "b1"))
    advice = rvhctl("faultset", "--advise", "-o", "table", stdin=FLEET).out.decode()
    assert max(map(len, advice.splitlines())) <= 80
    why = json.loads(rvhctl("faultset", "--advise", "-o", "json", stdin=FLEET).out)["why"]
    assert " ".join(advice.split()).endswith(why)


def test_advice_needs_no_limit_and_counts_empty_cells_with_one() -> None:
    def empty(*flags: str) -> list[int]:
        document = json.loads(rvhctl("faultset", "--advise", "-o", "json", *flags, stdin=FLEET).out)
        return [look["empty"] for look in document["precisions"]]

    assert empty() == [0] * 8
    assert empty("--threshold", "50")[2] == 1
    assert empty("--relative", "1")[0] == 0


def test_rows_of_csv_become_records_that_can_be_read_again() -> None:
    rows = b'id,lat,lon,latency,samples,state,weight\na,1,1,,"[12.5, null, 13]",up,2.50\nb,1,1,9,,,\n'
    flags = ("faultset", "--relative", "2", "-o", "ndjson")
    out = rvhctl(*flags, stdin=rows).out
    assert out == (
        b'{"id":"b","lat":1,"lon":1,"latency":9,"samples":null,"state":null,"weight":null}\n'
        b'{"id":"a","lat":1,"lon":1,"samples":[12.5, null, 13],"state":"up","weight":2.50}\n'
    )
    assert rvhctl(*flags, stdin=out).out == out


latencies = st.none() | st.sampled_from([0.0, 0.5, 1.0, 1.1, 2.0, 9.0])
nodes_given = st.lists(
    st.fixed_dictionaries(
        {
            "lat": st.sampled_from([0.1, 0.2, 9.0, -40.0]),
            "lon": st.sampled_from([0.1, 0.2, 170.0, -179.9]),
            "latency": latencies,
        },
        optional={
            "samples": st.lists(latencies, max_size=4),
            "state": st.sampled_from(["up", "drain", "down"]),
            "weight": st.sampled_from([0.5, 1, 3]),
        },
    ),
    min_size=1,
    max_size=12,
)
policies = st.fixed_dictionaries(
    {"relative": st.sampled_from([1.0, 1.5])},
    optional={
        "threshold": st.sampled_from([0.9, 5.0]),
        "floor": st.sampled_from([1.05, 20.0]),
        "aggregate": st.sampled_from(["median", "mean", "min", "max", "p95", "p99"]),
        "max_loss": st.sampled_from(["0%", "33.4%"]),
        "min_survivors": st.sampled_from(["2", "50%"]),
        "max_ejection": st.sampled_from(["0%", "40%"]),
        "on_degraded": st.sampled_from(["skip", "keep", "all"]),
        "on_down": st.sampled_from(["skip", "all"]),
        "merge_below": st.integers(2, 4),
    },
)


@settings(deadline=None)
@given(nodes_given, policies, st.integers(1, 4), st.integers(0, 3), st.booleans())
def test_the_program_the_package_and_the_reference_agree(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, Any]],
    policy: dict[str, Any],
    precision: int,
    nearest: int,
    down: bool,
) -> None:
    nodes = [{"id": f"n{number}", **row} for number, row in enumerate(rows)]
    path: Path = tmp_path_factory.mktemp("fleet") / "nodes.json"
    path.write_text(json.dumps(nodes))
    flags = [part for name, value in policy.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    failed = ["--down", "n0"] if down else []
    base = ("faultset", str(path), "-p", str(precision), "-o", "json", "--fail-on", "never", *flags, *failed)
    options = dict(policy)
    if options.get("min_survivors") == "2":
        options["min_survivors"] = 2

    stated = [{**node, "state": "down"} if down and node["id"] == "n0" else node for node in nodes]
    expected = naive_policy.evaluate(stated, precision=precision, **options)
    shares = naive_policy.plan(expected, stated, naive_policy.centres_of(expected, precision), nearest)
    evaluation = evaluate(
        nodes, Policy(**options), precision=precision, failed=Failed(("n0",)) if down else None
    )

    kept = [node["id"] for node in json.loads(rvhctl(*base).out)]
    assert kept == [nodes[row]["id"] for group in expected for row in group["answer"]]
    assert kept == evaluation.answer

    plan = json.loads(rvhctl(*base, "--plan", "--nearest", str(nearest)).out)
    assert [(row["cell"], row["health"], row["nodes"]) for row in plan] == [
        (group["cell"], group["health"], len(group["nodes"])) for group in expected
    ]
    assert [[(part["cell"], part["share"]) for part in row["serve"]] for row in plan] == shares
    assert [list(map(tuple, cell.serve)) for cell in FleetPlan(evaluation, nearest)] == shares

    explained = json.loads(rvhctl(*base, "--explain").out)
    reasons = {row: reason for group in expected for row, reason in group["reason"].items()}
    assert [row["reason"] for row in explained] == [reasons[row] for row in range(len(nodes))]
    assert [row["id"] for row in explained if row["kept"]] == sorted(kept, key=lambda name: int(name[1:]))


SPREAD = b"id,lat,lon,latency\na,52.1,4.9,10\nb,52.2,4.9,9000\nc,52.3,4.9,11\n"
AUTO = ("faultset", "--relative", "1.5", "-p", "auto")


def test_the_precision_that_suits() -> None:
    advised = json.loads(rvhctl("faultset", "--advise", "-o", "json", stdin=SPREAD).out)
    code, out, err = rvhctl(*AUTO, "-o", "plain", "-l", "info", stdin=SPREAD)
    assert (code, out) == (0, b"a\nc\n")
    assert f"rvhctl: -p auto takes {advised['recommended']}: {advised['why']}\n" in err
    assert rvhctl(*AUTO, "-o", "plain", stdin=SPREAD) == (0, b"a\nc\n", "")
    plain = rvhctl("faultset", "--th", "9", "-p", "auto", "--nodes", "x:1:1:5")
    assert (plain.code, plain.err) == (0, "")


def test_the_precision_that_suits_in_documents_requests_and_python() -> None:
    nodes = [
        {"id": name, "lat": lat, "lon": 4.9, "latency": latency}
        for name, lat, latency in (("a", 52.1, 10), ("b", 52.2, 9000), ("c", 52.3, 11))
    ]
    document = {"nodes": nodes, "relative": 1.5, "precision": "auto"}
    stdin = json.dumps(document).encode()
    assert rvhctl("faultset", "-o", "plain", stdin=stdin) == (0, b"a\nc\n", "")
    assert rvhctl("faultset", "-o", "plain", "-p", "7", stdin=stdin).out == b"a\nb\nc\n"
    answer = {"index": 0, "ok": True, "survivors": ["a", "c"]}
    assert json.loads(rvhctl("faultset", "--batch", stdin=stdin).out) == answer
    del document["precision"]
    stdin = json.dumps(document).encode()
    assert json.loads(rvhctl("faultset", "--batch", "-p", "auto", stdin=stdin).out) == answer
    evaluation = evaluate(nodes, Policy(relative=1.5), precision="auto")
    assert evaluation.answer == ["a", "c"]


def test_a_precision_that_is_none() -> None:
    code, out, err = rvhctl("faultset", "--relative", "1.5", "-p", "many", stdin=SPREAD)
    assert (code, out) == (2, b"")
    assert "'many' is neither a whole number nor auto" in err
