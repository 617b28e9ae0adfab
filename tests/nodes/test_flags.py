"""Nodes that flags give, and what is said of those that are wrong."""

from __future__ import annotations

import math
from typing import Any

import orjson
import pytest

from rvhctl.errors import InputError, LengthMismatchError, UsageError
from rvhctl.nodes.flags import nodes_given, text_of
from rvhctl.nodes.nodes import Nodes


def fields_of(nodes: Nodes) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in nodes.lines(range(nodes.total))]  # type: ignore[arg-type]


def test_ids_and_latencies_side_by_side() -> None:
    nodes = nodes_given(" a,b ,7,c", "50, 1e1 ,,-0", coordinates=False)
    assert list(nodes.fleet.ids) == ["a", "b", "7", "c"]
    assert list(nodes.fleet.latencies)[:2] == [50.0, 10.0]
    assert math.isnan(nodes.fleet.latencies[2])
    assert str(nodes.fleet.latencies[3]) == "0.0"


def test_places_and_latencies_behind_ids_that_may_have_colons() -> None:
    nodes = nodes_given("eu:1:52.5:-4:10,b:90:180:", None, coordinates=True)
    assert list(nodes.fleet.ids) == ["eu:1", "b"]
    assert (list(nodes.fleet.lats), list(nodes.fleet.lons)) == ([52.5, 90.0], [-4.0, 180.0])
    assert nodes.fleet.latencies[0] == 10.0
    assert math.isnan(nodes.fleet.latencies[1])


def test_places_may_be_unknown_where_they_are_only_read_if_known() -> None:
    nodes = nodes_given("a:::1,b:1:2:3", None, coordinates="known")
    assert list(map(str, nodes.fleet.lats)) == ["nan", "1.0"]
    with pytest.raises(InputError, match=r"node 'b'|lat"):
        nodes_given("a:::1,b:1::3", None, coordinates="known")
    with pytest.raises(InputError, match=r"node 'a'|lat"):
        nodes_given("a:::1", None, coordinates=True)


@pytest.mark.parametrize(
    ("ids", "latencies", "error", "says"),
    [
        ("a", None, UsageError, "--nodes and --latencies go together"),
        (None, "1", UsageError, "--nodes and --latencies go together"),
        ("a,b", "1", LengthMismatchError, "--nodes names 2, --latencies gives 1"),
        ("a", "50ms", UsageError, "--latencies: not a number (got '50ms'); write 50"),
        ("a", "1_0", UsageError, "--latencies: not a number (got '1_0')"),
        ("a", "nan", UsageError, "--latencies: not a number (got 'nan')"),
        ("a", "٣", UsageError, "--latencies: not a number (got '٣')"),
        ("a,b", "1,-5", InputError, "--nodes: node 'b': "),
        ("a,a", "1,2", InputError, "--nodes: "),
    ],
)
def test_what_is_wrong_with_ranks(ids: str | None, latencies: str | None, error: Any, says: str) -> None:
    with pytest.raises(error) as caught:
        nodes_given(ids, latencies, coordinates=False)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("specs", "error", "says"),
    [
        ("a:1:2", UsageError, "--nodes: a node is id:lat:lon:latency (got 'a:1:2')"),
        ("a:1:x:2", UsageError, "--nodes: not a number (got 'x')"),
        ("a:91:2:3", InputError, "--nodes: node 'a': "),
        ("a:1:181:3", InputError, "--nodes: node 'a': "),
        (":1:2:3", InputError, "--nodes: "),
    ],
)
def test_what_is_wrong_with_places(specs: str, error: Any, says: str) -> None:
    with pytest.raises(error) as caught:
        nodes_given(specs, None, coordinates=True)
    assert says in str(caught.value)
    assert "node ''" not in str(caught.value)


def test_an_argument_is_utf8() -> None:
    assert text_of("é", "--nodes") == "é"
    with pytest.raises(UsageError, match="--nodes: an id is text, and this is not UTF-8"):
        text_of("\udcff", "--nodes")
