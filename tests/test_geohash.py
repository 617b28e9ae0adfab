"""The public geohash functions: what they take, what they refuse, and their documented examples."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rvhctl
from rvhctl import FaultsetError, InvalidNodeError, LengthMismatchError, geohash

DATA = Path(__file__).parent / "data"
ROWS = json.loads((DATA / "valid/geohash.json").read_text())["rows"]
NEIGHBOURS = json.loads((DATA / "valid/geohash_neighbours.json").read_text())["rows"]
INVALID = json.loads((DATA / "invalid/geohash_invalid.json").read_text())["rows"]

latitudes = st.floats(-90.0, 90.0)
longitudes = st.floats(-180.0, 180.0)
precisions = st.integers(1, 12)


def test_documented_examples() -> None:
    result = doctest.testmod(geohash)
    assert result.attempted >= 5
    assert not result.failed


@pytest.mark.parametrize("name", geohash.__all__)
def test_docstrings_say_what_is_raised(name: str) -> None:
    text = getattr(geohash, name).__doc__
    for section in ("Args:", "Returns:", "Raises:", ">>> "):
        assert section in text


def test_golden_cells_one_by_one_and_as_columns() -> None:
    for precision in range(1, 13):
        rows = [row for row in ROWS if row["precision"] == precision]
        assert rows
        lats, lons = [row["lat"] for row in rows], [row["lon"] for row in rows]
        expected = [row["geohash"] for row in rows]
        assert geohash.encode_many(lats, lons, precision) == expected
        assert [geohash.encode(*point, precision) for point in zip(lats, lons, strict=True)] == expected


def test_golden_neighbours() -> None:
    for row in NEIGHBOURS:
        assert geohash.neighbors(row["geohash"]) == row["neighbours"]


@pytest.mark.parametrize("row", INVALID)
def test_coordinates_out_of_range_are_refused(row: dict[str, Any]) -> None:
    lat, lon = float(row["lat"]), float(row["lon"])
    with pytest.raises(InvalidNodeError, match="must lie within"):
        geohash.encode(lat, lon, row["precision"])
    with pytest.raises(InvalidNodeError, match=r"point 2: (lat|lon) must lie within"):
        geohash.encode_many([0.0, lat], [0.0, lon], row["precision"])


@pytest.mark.parametrize("value", [True, False, None, "52", b"52", [1.0], 1j])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(InvalidNodeError, match="lat must be a number of degrees"):
        geohash.encode(value, 0.0)
    with pytest.raises(InvalidNodeError, match="lon must be a number of degrees"):
        geohash.encode(0.0, value)
    with pytest.raises(InvalidNodeError, match="point 1: lon must be a number of degrees"):
        geohash.encode_many([0.0], [value])


@pytest.mark.parametrize("precision", [0, 13, -1, 2**64, 6.0, True, None, "6"])
def test_precisions_out_of_range_are_refused(precision: Any) -> None:
    for call in (
        lambda: geohash.encode(0.0, 0.0, precision),
        lambda: geohash.encode_many([], [], precision),
        lambda: geohash.geohash_cluster([], precision),
    ):
        with pytest.raises(FaultsetError, match="precision must be a whole number from 1 to 12"):
            call()


def test_huge_integers_are_out_of_range() -> None:
    with pytest.raises(InvalidNodeError, match="lat must lie within"):
        geohash.encode(2**70, 0.0)
    with pytest.raises(InvalidNodeError, match="point 1: lon must lie within"):
        geohash.encode_many([0.0], [-(10**400)])


@given(st.lists(st.tuples(latitudes, longitudes), max_size=30), precisions)
def test_encode_many_is_encode_of_each(points: list[tuple[float, float]], precision: int) -> None:
    expected = [geohash.encode(lat, lon, precision) for lat, lon in points]
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    assert geohash.encode_many(lats, lons, precision) == expected
    assert geohash.encode_many(iter(lats), tuple(lons), precision) == expected


def test_encode_many_over_several_blocks() -> None:
    count = geohash.BLOCK + 7
    lats = [k * 180 / count - 90 for k in range(count)]
    assert geohash.encode_many(lats, lats, 7) == [geohash.encode(lat, lat, 7) for lat in lats]
    lats[-1] = 91.0
    with pytest.raises(InvalidNodeError, match=f"point {count}: "):
        geohash.encode_many(lats, [0.0] * count, 7)


def test_encode_many_wants_columns_of_one_length() -> None:
    with pytest.raises(LengthMismatchError, match="2 latitudes, but 1 longitudes"):
        geohash.encode_many([1.0, 2.0], [1.0])


@given(st.integers(-90, 90), st.integers(-180, 180))
def test_integers_are_numbers(lat: int, lon: int) -> None:
    assert geohash.encode(lat, lon) == geohash.encode(float(lat), float(lon))
    assert geohash.encode_many([lat], [lon]) == [geohash.encode(lat, lon)]


@given(latitudes, longitudes, precisions)
def test_decode_is_the_middle_of_the_cell(lat: float, lon: float, precision: int) -> None:
    cell = geohash.encode(lat, lon, precision)
    middle = geohash.decode(cell)
    assert geohash.encode(*middle, precision) == cell
    assert geohash.decode(cell.upper()) == middle
    assert abs(middle[0] - lat) <= 90 / 2 ** (5 * precision // 2)
    assert abs(middle[1] - lon) <= 180 / 2 ** ((5 * precision + 1) // 2)


@pytest.mark.parametrize(
    "cell", ["", "u" * 13, "u1a", "u 1", "é", "u1\n", "\U0001f600", "i", "ß", "\u017f", "\u212a", "\u0130"]
)
def test_what_is_no_cell_is_refused(cell: str) -> None:
    with pytest.raises(FaultsetError, match="geohash cell has"):
        geohash.decode(cell)
    with pytest.raises(FaultsetError, match="geohash cell has"):
        geohash.neighbors(cell)


@pytest.mark.parametrize("cell", [None, 7, b"u17", ["u"]])
def test_a_cell_is_text(cell: Any) -> None:
    with pytest.raises(FaultsetError, match="geohash cell has"):
        geohash.decode(cell)
    with pytest.raises(FaultsetError, match="geohash cell has"):
        geohash.neighbors(cell)


NODES: list[Any] = [
    ("ams-1", 52.37, 4.90, 12.0),
    {"id": "syd-1", "lat": -33.87, "lon": 151.21, "latency": None},
    {"lat": 52.37, "lon": 4.90},
    rvhctl.Node("syd-2", -33.87, 151.21),
]


def test_clusters_hold_the_nodes_as_given() -> None:
    clusters = geohash.geohash_cluster(NODES, 3)
    assert list(clusters.items()) == [("u17", [NODES[0], NODES[2]]), ("r3g", [NODES[1], NODES[3]])]
    assert clusters["u17"][1] is NODES[2]
    assert geohash.geohash_cluster([]) == {}


@given(st.lists(st.tuples(latitudes, longitudes)), precisions)
def test_clusters_are_groups_by_cell(points: list[tuple[float, float]], precision: int) -> None:
    nodes = [(str(k), lat, lon, 1.0) for k, (lat, lon) in enumerate(points)]
    expected: dict[str, list[Any]] = {}
    for node in nodes:
        expected.setdefault(geohash.encode(node[1], node[2], precision), []).append(node)
    assert list(geohash.geohash_cluster(nodes, precision).items()) == list(expected.items())


def test_a_wrong_node_is_named() -> None:
    with pytest.raises(InvalidNodeError, match=r"node 2 \(id 'b'\): lat must lie within"):
        geohash.geohash_cluster([("a", 1.0, 1.0, 1.0), ("b", 91.0, 1.0, 1.0)])


@pytest.mark.parametrize("wrong", [None, 5, "52.1", b"52.1"])
def test_what_is_no_list_is_refused(wrong: Any) -> None:
    with pytest.raises(FaultsetError, match=r"^lats must be a list \(got "):
        geohash.encode_many(wrong, [1.0])
    with pytest.raises(FaultsetError, match=r"^lons must be a list \(got "):
        geohash.encode_many([1.0], wrong)
    with pytest.raises(FaultsetError, match=r"^nodes must be a list \(got "):
        geohash.geohash_cluster(wrong)
