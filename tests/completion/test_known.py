"""Nodes of files that are quickly read; of others none, and nobody waits."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rvhctl.completion import known
from rvhctl.errors import InputError

GIVEN: dict[str, Any] = {
    "input_format": "auto",
    **dict.fromkeys(("nodes", "from_", "inventory", "unit", "id_label")),
}


def ids(*files: Path, **given: Any) -> list[str]:
    return list(known.known_ids({**GIVEN, "files": [str(file) for file in files], **given}))


def test_a_bad_record_hides_no_other(tmp_path: Path) -> None:
    file = tmp_path / "nodes.ndjson"
    file.write_text('{"id": "a", "latency": 1}\n{"id": "b", "latency": "fast"}\n{"id": "c", "latency": 2}\n')

    assert ids(file) == ["a", "c"]


def test_targets_of_a_tool(tmp_path: Path) -> None:
    file = tmp_path / "fping.txt"
    file.write_text("10.0.0.1 : 1.2 1.3\n10.0.0.2 : - -\n")

    assert ids(file, from_="fping") == ["10.0.0.1", "10.0.0.2"]


def test_nodes_of_an_inventory(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.csv"
    inventory.write_text("id,lat,lon\na,52.37,4.9\nb,,\n")
    given = {**GIVEN, "inventory": str(inventory), "precision": 2}

    assert list(known.known_ids(given)) == ["a", "b"]
    assert list(known.known_cells(given)) == ["u1"]
    inventory.write_text("id\na\n")
    assert list(known.known_cells(given)) == []


def test_fields_of_the_nodes_that_own_keys(tmp_path: Path) -> None:
    file = tmp_path / "nodes.csv"
    file.write_text("id,lat,lon,zone,rack\na,52,4,eu,r1\n")
    for nodes in (f"{file}", f"@{file}"):
        assert list(known.known_domains({**GIVEN, "nodes": nodes})) == ["zone", "rack"]
    for nodes in (None, "a,b"):
        with pytest.raises((InputError, OSError)):
            known.known_domains({**GIVEN, "nodes": nodes})


def large(file: Path) -> None:
    file.write_text("id,latency\na,1\n")
    os.truncate(file, known.MOST_BYTES + 1)


@pytest.mark.parametrize("make", [large, Path.mkdir, os.mkfifo], ids=["large", "folder", "pipe"])
def test_what_is_not_quickly_read_is_left_alone(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "nodes")

    with pytest.raises(InputError, match="not quickly read"):
        ids(tmp_path / "nodes")
    with pytest.raises(InputError, match="not quickly read"):
        ids(buckets=None, nodes=str(tmp_path / "nodes"))


def test_standard_input_is_never_read() -> None:
    with pytest.raises(OSError, match="No such file"):
        ids(Path("-"))
    with pytest.raises(InputError, match="not quickly read"):
        ids()
