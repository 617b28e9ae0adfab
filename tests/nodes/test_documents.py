"""The members of documents and requests: those of the schema, and what is said of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rvhctl.errors import FaultsetError
from rvhctl.nodes.documents import (
    FLAGS,
    OF_DOCUMENTS,
    OF_KEYS,
    OF_NODES,
    contradiction,
    id_texts,
    labels_in,
    misspelt,
    overridden,
    stated,
    without_limits,
)

SCHEMA = Path(__file__).parents[2] / "docs/schema"


def test_a_request_about_keys_has_the_members_of_its_schema() -> None:
    assert json.loads((SCHEMA / "key-request.json").read_text())["properties"].keys() == OF_KEYS
    assert OF_DOCUMENTS >= OF_KEYS | OF_NODES
    assert misspelt(sorted(OF_DOCUMENTS), OF_DOCUMENTS, FLAGS) == ""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("treshold", "there is no member 'treshold'; did you mean 'threshold'?"),
        ("maxLoss", "there is no member 'maxLoss'; did you mean 'max_loss'?"),
        ("max-load", "there is no member 'max-load'; did you mean 'max_load'?"),
        ("TOP", "there is no member 'TOP'; did you mean 'top'?"),
        ("th", "there is no member 'th'; did you mean 'threshold'?"),
        ("on_error", "on_error is no member; give it with --on-error"),
        ("dryRun", "dryRun is no member; give it with --dry-run of jump-hash"),
        ("tip", ""),
        ("region", ""),
    ],
)
def test_a_name_close_to_a_member_or_an_option_is_told_from_data(name: str, says: str) -> None:
    assert misspelt(["threshold", "other", name], OF_DOCUMENTS, FLAGS) == says


@pytest.mark.parametrize(
    ("value", "labels"),
    [
        (None, ()),
        ("zone", ("zone",)),
        ("region, zone", ("region", "zone")),
        (["a,b", "c"], ("a,b", "c")),
        (("zone", "zone"), ("zone",)),
    ],
)
def test_labels_by_which_nodes_are_grouped(value: Any, labels: tuple[str, ...]) -> None:
    assert labels_in({"by": value}) == labels


@pytest.mark.parametrize(
    "value", ["", "a,,b", [], [""], ["a", 7], 7, {"a": 1}, "lat", ["zone", "latency"], "samples"]
)
def test_what_is_no_label(value: Any) -> None:
    with pytest.raises(FaultsetError, match=r"by must be the name of a label|by takes a label such as zone"):
        labels_in({"by": value})


def test_what_wins_and_what_says_the_same() -> None:
    assert stated({"a": None, "b": 0, "c": False}) == {"b": 0, "c": False}
    assert overridden({"precision": 3, "top": 1, "fill": "7%"}, {"by": "zone"}) == {
        "top": 1,
        "fill": "7%",
        "by": "zone",
    }
    assert overridden({"by": "zone", "demand": {}}, {"precision": 2, "fill": "1%"}) == {
        "precision": 2,
        "fill": "1%",
    }


@pytest.mark.parametrize(
    "pair",
    [("nodes", "ids"), ("nodes", "latencies"), ("key", "keys"), ("buckets", "nodes"), ("to", "to_nodes")],
)
def test_members_that_exclude_each_other(pair: tuple[str, str]) -> None:
    one, other = pair
    assert contradiction({one: 1, other: 2}) == f"{one} and {other} exclude each other"
    assert contradiction({one: 1, other: None}) == contradiction({other: 2}) == contradiction({}) == ""


def test_a_drill_without_limits() -> None:
    assert without_limits({"drill": "both"})
    assert not without_limits({"drill": "both", "threshold": 5})
    assert not without_limits({"drill": "both", "relative": 2})
    assert not without_limits({})
    assert not without_limits({"top": 1})


def test_ids_as_nodes_are_known_by_them() -> None:
    assert id_texts(["a", 7, None, True, 1.5]) == ["a", "7", None, True, 1.5]
