"""Nodes from one source and from several: what is wrong is named by its place, and documents may ask for something."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rvhctl.errors import InputError, UsageError, raise_error
from rvhctl.nodes.nodes import Nodes
from rvhctl.nodes.read import read_from, read_nodes, require_table

A, B = {"id": "a", "latency": 5}, {"id": "b", "latency": None}


def read(folder: Path, *texts: tuple[str, str], on_bad: Any = raise_error, **wanted: Any) -> Nodes:
    for name, text in texts:
        (folder / name).write_text(text)
    files = [str(folder / name) for name, _ in texts]
    return read_nodes(files, "auto", coordinates=wanted.pop("coordinates", False), on_bad=on_bad, **wanted)


def lines(*nodes: dict[str, Any]) -> str:
    return "".join(json.dumps(node) + "\n" for node in nodes)


@pytest.mark.parametrize("array", [False, True])
@pytest.mark.parametrize(
    ("bad", "column", "says"),
    [
        ({"id": "b", "latency": "5"}, ":24", "latency"),
        ({"id": "b"}, "", "latency"),
        ({"latency": 5}, "", "id"),
        ({"id": "b", "latency": -1}, ":24", "latency"),
        ([], "", "object"),
    ],
)
def test_a_wrong_node_is_named_by_its_place(
    bad: Any, column: str, says: str, array: bool, tmp_path: Path
) -> None:
    text = json.dumps([A, bad]) if array else lines(A, bad)
    with pytest.raises(InputError) as caught:
        read(tmp_path, ("nodes.json", text))
    message = str(caught.value)
    named = " (id 'b')" if isinstance(bad, dict) and "id" in bad else ""
    assert message.startswith(
        f"{tmp_path}/nodes.json: node 2{named}: " if array else f"{tmp_path}/nodes.json:2{column}: "
    )
    assert says in message


def test_bad_nodes_may_be_left_out(tmp_path: Path) -> None:
    said: list[InputError] = []
    array = '[{"id":"y"},{"id":"c","latency":1}]'
    nodes = read(tmp_path, ("a.ndjson", lines(A, {"id": "x"}, B)), ("b.json", array), on_bad=said.append)
    assert list(nodes.fleet.ids) == ["a", "b", "c"]
    assert [str(error).removeprefix(f"{tmp_path}/").split(": ")[0] for error in said] == [
        "a.ndjson:2",
        "b.json",
    ]


@pytest.mark.parametrize("array", [False, True])
def test_an_id_that_was_there_before_is_named_with_both_places(array: bool, tmp_path: Path) -> None:
    text = json.dumps([B, A]) if array else lines(B, A)
    with pytest.raises(InputError) as caught:
        read(tmp_path, ("a.ndjson", lines({"id": "c", "latency": 1}, A)), ("b.json", text))
    where = "b.json: node 2" if array else "b.json:2"
    assert str(caught.value).startswith(f"{tmp_path}/{where}")
    assert f"first at {tmp_path}/a.ndjson:2" in str(caught.value)


def test_what_nodes_have_as_a_whole(tmp_path: Path) -> None:
    nodes = read(tmp_path, ("nodes.ndjson", lines(A, B, {"id": 7, "latency": 3.5})))
    assert (nodes.total, nodes.unmeasured, nodes.best) == (3, 1, 3.5)
    assert (nodes.mentions(["latency"]), nodes.mentions(["state"]), nodes.say_measured) == (True, False, True)
    assert (list(nodes.integer_ids), nodes.doubts, nodes.lone) == ([2], 0, False)
    assert nodes.texts([2, 0]) == [json.dumps({"id": 7, "latency": 3.5}).encode(), json.dumps(A).encode()]
    assert b"".join(nodes.join_records([1, 0], b"|")) == f"{json.dumps(B)}|{json.dumps(A)}|".encode()
    assert b"".join(nodes.join_ids([2, 0])) == b"7\na\n"
    assert nodes.source == str(tmp_path / "nodes.ndjson")
    nobody = read(tmp_path, ("nobody.ndjson", lines(B)))
    assert (nobody.best, nobody.unmeasured) == (None, 1)


def test_tables_of_one_layout_stay_rows_and_others_become_objects(tmp_path: Path) -> None:
    table = read(tmp_path, ("a.csv", "id,latency\na,5\n"))
    assert (table.shape, table.texts([0]), table.mentions(["latency"]), table.mentions(["x"])) == (
        "csv",
        [b"a,5"],
        True,
        False,
    )
    in_json = table.in_json()
    assert (in_json.texts([0]), in_json.delimiter) == ([b'{"id":"a","latency":5}'], ",")
    assert in_json.in_json() is in_json
    both = read(tmp_path, ("a.csv", "id,latency\na,5\n"), ("b.csv", "latency,id\n6,b\n"))
    assert [json.loads(text) for text in both.texts([0, 1])] == [A, {"latency": 6, "id": "b"}]
    assert both.delimiter == ","
    mixed = read(tmp_path, ("a.csv", "id,latency\na,5\n"), ("b.tsv", "id\tlatency\nb\t6\n"))
    assert ([json.loads(text) for text in mixed.texts([0, 1])], mixed.delimiter) == (
        [A, {"id": "b", "latency": 6}],
        "",
    )
    other = read(tmp_path, ("a.csv", "id,latency\na,5\n"), ("b.ndjson", lines(B)))
    assert ([json.loads(text) for text in other.texts([0, 1])], other.delimiter) == ([A, B], "")


def test_documents_state_what_is_asked_and_flags_win(tmp_path: Path) -> None:
    one = json.dumps({"threshold": 9, "top": 2, "note": 1, "nodes": [A]})
    nodes = read(tmp_path, ("one.json", one))
    assert (nodes.stated({}), nodes.stated_in) == ({"threshold": 9, "top": 2}, str(tmp_path / "one.json"))
    assert nodes.stated({"threshold": 1}) == {"threshold": 1, "top": 2}
    two = json.dumps({"threshold": 8, "top": 2, "nodes": [B]})
    nodes = read(tmp_path, ("one.json", one), ("two.json", two))
    with pytest.raises(InputError, match=r"two\.json: .* different values of threshold; give --threshold"):
        nodes.stated({})
    assert nodes.stated({"threshold": 7}) == {"threshold": 7, "top": 2}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"nodes": 5}, "the document must be an array of nodes"),
        ({"threshold": "5ms", "nodes": []}, "threshold must be a number of milliseconds"),
        ({"precision": 1.5, "nodes": []}, "precision must be a whole number from 1 to 12 (got 1.5)"),
        ({"treshold": 5, "nodes": []}, "did you mean 'threshold'?"),
        ({"nodes": [], "ids": []}, "nodes and ids exclude each other"),
        ({"by": 7, "nodes": []}, "by must be the name of a label"),
        ({"maxLoss": "5%", "nodes": []}, "did you mean 'max_loss'?"),
        ({"memory": "x", "nodes": []}, "memory is no member; give it with --memory"),
        ({"inventory": [A]}, "the document must be an array of nodes"),
        ({"drill": "both"}, "the document must be an array of nodes"),
        ({"inventory": [A], "drill": "both", "relative": 2}, "the document must be an array of nodes"),
    ],
)
def test_what_is_wrong_with_a_document(document: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, ("document.json", json.dumps(document, indent=1)))
    assert says in str(caught.value)


def test_a_document_may_drill_its_inventory_alone(tmp_path: Path) -> None:
    alone = json.dumps({"inventory": [{"id": "a", "zone": "z"}], "drill": "both"}, indent=1)
    nodes = read(tmp_path, ("alone.json", alone))
    assert (nodes.lone, nodes.total, nodes.stated({})["drill"]) == (True, 0, "both")
    assert not read(tmp_path, ("alone.json", alone), ("nodes.json", json.dumps([A]))).lone
    of_nodes = json.dumps({"nodes": [{"id": "a"}], "drill": "both"}, indent=1)
    nodes = read(tmp_path, ("nodes.json", of_nodes))
    assert (nodes.lone, list(nodes.fleet.ids)) == (False, ["a"])


def test_ids_and_latencies_of_a_document_stand_side_by_side(tmp_path: Path) -> None:
    nodes = read(tmp_path, ("d.json", json.dumps({"ids": ["a", 7], "latencies": [1, None]}, indent=1)))
    assert list(nodes.fleet.ids) == ["a", "7"]
    assert (nodes.best, nodes.unmeasured) == (1.0, 1)


def test_columns_are_of_tables(tmp_path: Path) -> None:
    text = "name,ms\na,5\n"
    nodes = read(tmp_path, ("a.csv", text), columns={"id": "name", "latency": "ms"})
    assert (list(nodes.fleet.ids), nodes.best) == (["a"], 5.0)
    with pytest.raises(UsageError, match="--column makes no sense: the input is no CSV"):
        read(tmp_path, ("a.ndjson", lines(A)), columns={"id": "name"})
    with pytest.raises(InputError, match="--column latency=COLUMN says which it is"):
        read(tmp_path, ("b.csv", "id,when\na,5\n"), columns={})
    require_table({"latency": "ms"}, ["ndjson", "csv"])
    require_table({}, ["ndjson"])


def test_labels_that_nodes_lack_are_said_once(tmp_path: Path) -> None:
    said: list[InputError] = []
    nodes = [{"id": f"n{row}", "latency": 1, **({"zone": "z"} if row == 1 else {})} for row in range(4)]
    read(tmp_path, ("nodes.json", json.dumps(nodes)), coordinates=True, by=("zone",), on_bad=said.append)
    assert [error.records for error in said] == [3]
    assert str(said[0]).startswith(f"{tmp_path}/nodes.json: node 1")


def test_plain_text_has_no_nodes() -> None:
    with pytest.raises(UsageError, match="nodes cannot be read from plain text"):
        read_nodes([], "plain", coordinates=False, on_bad=raise_error)
    assert (read_from([]), read_from(["a", "-"])) == ("stdin", "a, stdin")
