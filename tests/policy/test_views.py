"""Plans, explanations and advice in every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rvhctl.concurrency.steps import run
from rvhctl.errors import raise_error
from rvhctl.formats.choice import FORMATS, OutputFormat
from rvhctl.formats.csv import write_rows
from rvhctl.formats.shapes import Digits, View, cell_text
from rvhctl.nodes.read import read_nodes
from rvhctl.policy import views as views_module
from rvhctl.policy.decision import decide
from rvhctl.policy.evaluate import advise, evaluate
from rvhctl.policy.plan import FleetPlan
from rvhctl.policy.policy import Policy
from rvhctl.policy.request import Request
from rvhctl.policy.traffic.drill import Drill
from rvhctl.policy.views import advice_view, answer_view, drill_view, explain_view, plan_view, shown_ids

NODES: list[Any] = [
    {"id": "a", "lat": 52.1, "lon": 4.9, "latency": 10},
    {"id": 'q"', "lat": 52.1, "lon": 4.9, "latency": 11},
    {"id": "c", "lat": 52.1, "lon": 4.9, "latency": 90},
    {"id": "d", "lat": 10.0, "lon": 10.0, "latency": None},
]
POLICY = Policy(relative=1.5)


def written(view: View, format_: OutputFormat) -> bytes:
    chosen = FORMATS[format_]
    return b"".join(chosen.load().write_view(view, **chosen.options))


def plan() -> View:
    evaluation = evaluate(NODES, POLICY, precision=3)
    return plan_view(evaluation, FleetPlan(evaluation), evaluation.fleet.ids)


def explanation() -> View:
    evaluation = evaluate(NODES, POLICY, precision=3)
    return explain_view(evaluation, evaluation.fleet.ids)


def test_a_plan_as_json() -> None:
    assert json.loads(written(plan(), "json")) == [
        {
            "cell": "u17",
            "health": "healthy",
            "nodes": 3,
            "survivors": ["a", 'q"'],
            "serve": [{"cell": "u17", "share": 100}],
            "load": 140.0,
        },
        {
            "cell": "s1z",
            "health": "down",
            "nodes": 1,
            "survivors": [],
            "serve": [{"cell": "u17", "share": 100}],
            "load": 0.0,
        },
    ]


def test_a_plan_as_text() -> None:
    assert (
        written(plan(), "plain")
        == b'u17\thealthy\t3\t"a,q"""\tu17=100\t140.0\ns1z\tdown\t1\t\tu17=100\t0.0\n'
    )
    assert written(plan(), "csv").splitlines()[0] == b"cell,health,nodes,survivors,serve,load"
    assert written(plan(), "tsv").splitlines()[1:] == written(plan(), "plain").splitlines()


def test_an_explanation_as_json() -> None:
    rows = json.loads(written(explanation(), "json"))
    assert [list(row) for row in rows] == [["id", "cell", "kept", "reason", "latency", "limit", "margin"]] * 4
    assert [row["reason"] for row in rows] == [None, None, "over_relative", "no_measurement"]
    assert rows[3] == {
        "id": "d",
        "cell": "s1z",
        "kept": False,
        "reason": "no_measurement",
        "latency": None,
        "limit": None,
        "margin": None,
    }


def test_an_explanation_as_text_leaves_null_empty() -> None:
    assert written(explanation(), "plain").splitlines()[::3] == [
        b"a\tu17\ttrue\t\t10.0\t16.5\t6.5",
        b"d\ts1z\tfalse\tno_measurement\t\t\t",
    ]


def test_advice_is_a_document_in_json_and_ndjson_and_rows_elsewhere() -> None:
    view = advice_view(advise(NODES))
    document = json.loads(written(view, "json"))
    assert list(document) == ["precisions", "recommended", "why"]
    assert [list(row) for row in document["precisions"]] == [
        ["precision", "cells", "alone", "border", "empty"]
    ] * 8
    assert written(view, "plain").count(b"\n") == 8
    assert written(view, "csv").count(b"\n") == 9
    assert written(view, "ndjson") == written(view, "json")  # a line: no row has the recommendation


@pytest.mark.parametrize(("nodes", "within"), [(NODES[:2], " within 15.75 ms; "), (NODES[3:], " serves; ")])
def test_a_limit_is_said_where_there_is_one(nodes: list[Any], within: str, tmp_path: Any) -> None:
    (tmp_path / "nodes.json").write_text(json.dumps(nodes))
    given = read_nodes([str(tmp_path / "nodes.json")], "auto", coordinates=False, on_bad=raise_error)
    decision = run(decide(given.fleet, Request(POLICY)))
    assert within in answer_view(given, decision, None).caption


@pytest.mark.parametrize("top", [None, 1])
@pytest.mark.parametrize("policy", [Policy(threshold=50.0), POLICY])
@pytest.mark.parametrize("precision", [None, 3])
def test_a_view_knows_how_many_rows_it_has(
    precision: int | None, policy: Policy, top: int | None, tmp_path: Any
) -> None:
    (tmp_path / "nodes.json").write_text(json.dumps(NODES))
    nodes = read_nodes([str(tmp_path / "nodes.json")], "auto", coordinates=True, on_bad=raise_error)
    decision = run(decide(nodes.fleet, Request(policy, precision=precision)))
    evaluation = evaluate(NODES, policy, precision=precision)
    views = [answer_view(nodes, decision, top), explain_view(evaluation, nodes.fleet.ids)]
    if precision:
        plan = FleetPlan(evaluation)
        views += [
            plan_view(evaluation, plan, nodes.fleet.ids, top),
            drill_view(Drill(plan), nodes.fleet.ids, top),
        ]
    for view in views:
        assert view.count == len(list(view.rows()))


@pytest.mark.parametrize("top", [None, 1])
@pytest.mark.parametrize("policy", [Policy(threshold=50.0), POLICY])
def test_a_view_in_small_pieces_has_the_same_rows(
    policy: Policy, top: int | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    rows = [
        {"id": f"n{row}", "lat": 12.0 * (row % 7), "lon": 9.0, "latency": (row * 37) % 90}
        for row in range(40)
    ]
    (tmp_path / "nodes.json").write_text(json.dumps(rows))
    nodes = read_nodes([str(tmp_path / "nodes.json")], "auto", coordinates=True, on_bad=raise_error)

    def views() -> Iterator[View]:
        for precision in (None, 3):
            evaluation = evaluate(rows, policy, precision=precision)
            yield answer_view(nodes, run(decide(nodes.fleet, Request(policy, precision=precision))), top)
            yield explain_view(evaluation, nodes.fleet.ids)
        for spill in ("envoy", "capacity"):
            made = FleetPlan(evaluation, spill=spill)  # type: ignore[arg-type]
            yield plan_view(evaluation, made, nodes.fleet.ids, top)
            yield drill_view(Drill(made), nodes.fleet.ids, top)

    def seen() -> list[list[Any]]:
        def plain(cell: object) -> object:
            return list(cell) if isinstance(cell, Iterable) and not isinstance(cell, str) else repr(cell)

        return [
            [tuple(map(plain, row)) for columns in make() for row in zip(*columns, strict=True)]
            for view in views()
            for make in (view.pieces, view.ordered or view.pieces)
        ]

    whole = seen()
    monkeypatch.setattr(views_module, "PIECE", 3)
    monkeypatch.setattr(views_module, "SOME", 2)
    assert seen() == whole


@pytest.mark.parametrize("make", [plan, explanation])
def test_all_formats_say_the_same(make: Any) -> None:
    rows = json.loads(written(make(), "json"))
    assert [json.loads(line) for line in written(make(), "ndjson").splitlines()] == rows
    for format_, delimiter in (("csv", ","), ("tsv", "\t")):
        text = written(make(), format_).decode()  # type: ignore[arg-type]
        table = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
        assert table == [{name: cell_text(value) for name, value in row.items()} for row in rows]


def test_ids_that_were_integers_go_out_as_integers(tmp_path: Any) -> None:
    path = tmp_path / "nodes.ndjson"
    path.write_text('{"id": 7, "latency": 1}\n{"id": 123456789012345678901234567890, "latency": 2}\n')
    nodes = read_nodes([str(path)], "auto", coordinates=False, on_bad=raise_error)
    ids = shown_ids(nodes)
    assert [id_.text for id_ in ids] == ["7", "123456789012345678901234567890"]
    view = View(("id",), lambda: [[ids]])
    assert written(view, "json") == b'[{"id":7},{"id":123456789012345678901234567890}]\n'
    assert written(view, "plain") == b"7\n123456789012345678901234567890\n"
    assert cell_text([Digits("7"), "x"]) == "7,x"


def test_ids_that_the_scanner_took_for_integers_go_out_as_integers(tmp_path: Any) -> None:
    path = tmp_path / "nodes.ndjson"
    path.write_text('{"id": 7, "latency": 1}\n{"id": "8", "latency": 2}\n')
    nodes = read_nodes([str(path)], "auto", coordinates=False, on_bad=raise_error)
    view = View(("id",), lambda: [[shown_ids(nodes)]])
    assert written(view, "json") == b'[{"id":7},{"id":"8"}]\n'


ids_of_nodes = st.lists(
    st.text("ab\"\\é,\u2028'", min_size=1, max_size=4), min_size=1, max_size=9, unique=True
)


@settings(deadline=None)
@given(ids_of_nodes, st.none() | st.integers(1, 3))
def test_ids_cut_out_of_a_text_are_those_that_python_gives(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], top: int | None
) -> None:
    nodes = [
        {"id": name, "lat": 10.0 * (row % 3), "lon": 0.0, "latency": row} for row, name in enumerate(names)
    ]
    path = tmp_path_factory.mktemp("ids") / "nodes.ndjson"
    path.write_bytes(b"".join(orjson.dumps(node) + b"\n" for node in nodes))
    read = read_nodes([str(path)], "auto", coordinates=True, on_bad=raise_error)
    evaluation = evaluate(nodes, Policy(threshold=1000), precision=1)
    made = FleetPlan(evaluation)
    for format_ in ("json", "csv", "plain", "ndjson"):
        cut = written(plan_view(evaluation, made, shown_ids(read), top), format_)  # type: ignore[arg-type]
        assert cut == written(plan_view(evaluation, made, names, top), format_)  # type: ignore[arg-type]


cells = st.text(st.sampled_from('ab \t,"\r\n'), max_size=3)


@given(st.integers(1, 3).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width))))
def test_rows_written_at_once_are_those_of_a_csv_writer(rows: list[list[str]]) -> None:
    for delimiter in ",\t":
        read = csv.reader(
            io.StringIO(b"".join(write_rows(None, rows, delimiter=delimiter)).decode(), newline=""),
            delimiter=delimiter,
        )
        assert list(read) == rows
