"""Which measurement is whose."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.nodes.inventory.matching import HOST, NOBODY, WHOLE, WITH_PORT, Matches, keys_of, match


def pairs_of(found: Matches) -> list[tuple[int, int]]:
    return list(zip(found.own, found.rows, strict=True))


def owners(measured: list[str], expected: list[str]) -> dict[str, str | None]:
    """The measurement of each node of the inventory."""
    found = match(measured, expected)
    assert not found.ambiguous
    assert sorted(found.rows) == list(range(len(expected)))
    used = set(found.own) - {NOBODY}
    assert used.isdisjoint(found.outside)
    assert used | set(found.outside) == set(range(len(measured)))
    return {expected[row]: None if own == NOBODY else measured[own] for own, row in pairs_of(found)}


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ("10.0.0.1", "10.0.0.1:80"),
        ("10.0.0.1", "http://10.0.0.1/"),
        ("10.0.0.1:80", "10.0.0.1"),
        ("http://10.0.0.1:8080/health", "10.0.0.1"),
        ("http://10.0.0.1:8080/health", "10.0.0.1:8080"),
        ("http://10.0.0.1/health", "10.0.0.1:80"),
        ("https://10.0.0.1", "10.0.0.1:443"),
        ("http://user:secret@10.0.0.1:80/?q#f", "10.0.0.1:80"),
        ("tcp://db.example.:5432", "DB.example"),
        ("AMS-1", "ams-1"),
        ("ams-1.example.", "ams-1.example"),
        ("http://AMS-1/health", "http://ams-1./health"),
        ("2001:db8::1", "[2001:db8::1]:80"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("http://[2001:db8::1]:80/", "2001:db8:0:0::1"),
        ("[fe80::1]:80", "fe80::1"),
        ("10.0.0.1:080", "10.0.0.1:80"),
    ],
)
def test_ids_that_name_one_host_are_one_node(measured: str, expected: str) -> None:
    assert owners([measured], [expected]) == {expected: measured}
    assert owners([expected], [measured]) == {measured: expected}
    (pair,) = match([measured], [expected]).by_host
    assert pair == (0, 0)


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ("10.0.0.1:80", "10.0.0.1:81"),
        ("http://10.0.0.1/", "10.0.0.1:8080"),
        ("https://10.0.0.1/", "http://10.0.0.1/"),
        ("http://10.0.0.1/a", "http://10.0.0.1/b"),
        ("10.0.0.1", "10.0.0.10"),
        ("api/ams-1", "api/ams-2"),
        ("api/ams-1", "api"),
        ("ams 1", "ams"),
        ("1:2:3", "1"),
        ("2001:db8::1", "2001:db8::2"),
        ("[nonsense]:80", "nonsense"),
        (".", ".:1"),
    ],
)
def test_others_are_not(measured: str, expected: str) -> None:
    assert owners([measured], [expected]) == {expected: None}
    assert owners([expected], [measured]) == {measured: None}


def test_a_host_is_measured_for_all_of_its_nodes() -> None:
    expected = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.1:9100", "http://10.0.0.1/x"]
    found = match(["10.0.0.3", "10.0.0.1"], expected)
    assert pairs_of(found) == [(1, 0), (1, 2), (1, 3), (NOBODY, 1)]
    assert found.outside == [0]


def test_an_equal_id_wins_and_takes_the_measurement_away() -> None:
    """The prober of the URL may be dead: that of the host does not stand in for it."""
    expected = ["http://127.0.0.1:18081", "127.0.0.1"]
    assert owners(["127.0.0.1"], expected) == {"http://127.0.0.1:18081": None, "127.0.0.1": "127.0.0.1"}


@pytest.mark.parametrize("order", [*permutations(["10.0.0.1", "10.0.0.1:80", "http://10.0.0.1:80/health"])])
def test_the_nearest_wins_whatever_the_order(order: tuple[str, ...]) -> None:
    assert owners([*order], ["http://10.0.0.1:80/health"]) == {
        "http://10.0.0.1:80/health": "http://10.0.0.1:80/health"
    }
    assert owners([name for name in order if name != "10.0.0.1:80"], ["10.0.0.1:80"]) == {
        "10.0.0.1:80": "http://10.0.0.1:80/health"
    }
    assert owners([*order], ["10.0.0.1:80", "10.0.0.1:81"]) == {
        "10.0.0.1:80": "10.0.0.1:80",
        "10.0.0.1:81": "10.0.0.1",
    }


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (["10.0.0.1:80", "10.0.0.1:81"], "10.0.0.1"),
        (["http://h/a", "http://h/b"], "h:80"),
        (["A", "a."], "a"),
        (["10.0.0.1:80", "http://10.0.0.1:8080/"], "10.0.0.1"),
    ],
)
def test_two_with_equal_right_are_ambiguous(measured: list[str], expected: str) -> None:
    found = match(measured, [expected])
    assert found.ambiguous == [(0, 0, 1)]
    assert pairs_of(found) == [(NOBODY, 0)]
    assert found.outside == []


def test_what_is_no_address_is_compared_by_nothing() -> None:
    assert keys_of("api/ams-1") == {}
    assert keys_of("http://h:8080/x") == {HOST: "h", WITH_PORT: ("h", 8080), WHOLE: ("h", 8080, "/x")}


NAMES = st.sampled_from(
    ["a", "b", "a:1", "a:2", "b:1", "http://a/", "http://a/x", "http://a:1/x", "A", "c/d"]
)


@given(st.lists(NAMES, unique=True), st.lists(NAMES, unique=True))
def test_every_node_has_the_nearest_measurement_that_is_free_for_it(
    measured: list[str], expected: list[str]
) -> None:
    """Brute force: level by level, with no dict."""
    taken: dict[str, str] = {name: name for name in expected if name in measured}
    free = [name for name in measured if name not in taken]
    ambiguous = set()
    for level in (WHOLE, WITH_PORT, HOST):
        used = set()
        for name in expected:
            if name in taken or name in ambiguous:
                continue
            own = keys_of(name)
            near = [
                other
                for other in free
                if level in own
                and own[level] == keys_of(other).get(level)
                and level in (max(own), max(keys_of(other)))
            ]
            if len(near) == 1:
                taken[name] = near[0]
            elif near:
                ambiguous.add(name)
            used.update(near[:2])
        free = [name for name in free if name not in used]
    found = match(measured, expected)
    assert {expected[row] for row, _, _ in found.ambiguous} == ambiguous
    assert {expected[row]: measured[own] for own, row in pairs_of(found) if own != NOBODY} == taken


def test_an_address_beside_an_id_is_compared_last() -> None:
    """fping -A names a host and its address, which may be all that the inventory knows; and the other way round."""
    measured = ["localhost", "web", "10.0.0.3", "db"]
    theirs = {0: "127.0.0.1", 1: "10.0.0.2", 3: "10.0.0.9"}
    expected = ["127.0.0.1:80", "web:443", "api", "10.0.0.2"]
    ours = {2: "10.0.0.3"}

    found = match(measured, expected, lambda row: theirs.get(row, ""), lambda row: ours.get(row, ""))
    pairs = {expected[row]: measured[own] for own, row in pairs_of(found) if own != NOBODY}
    assert pairs == {"127.0.0.1:80": "localhost", "web:443": "web", "api": "10.0.0.3"}
    assert [measured[row] for row in found.outside] == ["db"]

    twice = match(["a", "b"], ["10.0.0.1"], lambda row: "10.0.0.1")
    assert twice.ambiguous == [(0, 0, 1)]
