"""Statistics of counts, and what a change of nodes would move."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.errors import JumpHashError
from rvhctl.placement.evenness import BucketCount, BucketMoves, least_move, p_value
from rvhctl.placement.placement import Placement

KEYS = [f"key-{number}" for number in range(3000)]


class TestPValue:
    @given(st.floats(0.0, 400.0))
    def test_one_degree_is_the_complementary_error_function(self, statistic: float) -> None:
        assert p_value(statistic, 1) == pytest.approx(
            math.erfc(math.sqrt(statistic / 2)), rel=1e-9, abs=1e-15
        )

    @given(st.floats(0.0, 400.0), st.integers(1, 60))
    def test_even_degrees_are_a_sum_of_poisson(self, statistic: float, half: int) -> None:
        x = statistic / 2
        expected = (
            math.fsum(math.exp(-x + i * math.log(x) - math.lgamma(i + 1)) for i in range(half)) if x else 1
        )
        assert p_value(statistic, 2 * half) == pytest.approx(expected, rel=1e-9, abs=1e-13)

    def test_published_points(self) -> None:
        """Critical values of the NIST/SEMATECH handbook, 1.3.6.7.4."""
        for degrees, critical in ((1, 3.841), (10, 18.307), (100, 124.342)):
            assert p_value(critical, degrees) == pytest.approx(0.05, abs=2e-5)

    def test_ten_million_degrees(self) -> None:
        assert p_value(9_999_999.0, 9_999_999) == pytest.approx(0.5, abs=1e-3)
        assert p_value(2e7, 9_999_999) == 0.0
        assert p_value(1e3, 9_999_999) == 1.0


class TestStats:
    def test_by_the_book(self) -> None:
        placement = Placement(["a", "b", "c", "d"], down=["b"], weights={"c": 0.5})
        counts = Counter(placement.owners(KEYS))
        stats = placement.stats(KEYS)
        live = [counts["a"], counts["c"], counts["d"]]
        expected = [3000 / 2.5, 1500 / 2.5, 3000 / 2.5]
        assert stats.total == 3000
        assert stats.mean == 1000
        assert stats.max_over_mean == max(live) / 1000
        assert stats.stdev == pytest.approx(math.sqrt(sum((n - 1000) ** 2 for n in live) / 3))
        chi = sum((n - e) ** 2 / e for n, e in zip(live, expected, strict=True))
        assert stats.chi_square == pytest.approx(chi)
        assert stats.p_value == pytest.approx(p_value(chi, 2))
        assert list(stats.buckets) == [
            BucketCount(bucket, name, counts[name], counts[name] / 3000) for bucket, name in enumerate("abcd")
        ]

    def test_one_live_bucket_has_no_p_value(self) -> None:
        stats = Placement(3, down=[0, 2]).stats(KEYS)
        assert (stats.chi_square, stats.p_value, stats.max_over_mean) == (0.0, None, 1.0)

    def test_no_keys(self) -> None:
        stats = Placement(3).stats([])
        assert (stats.total, stats.mean, stats.max_over_mean, stats.p_value) == (0, 0.0, None, None)
        assert stats.buckets[2] == BucketCount(2, None, 0, 0.0)
        assert stats.buckets[-1:] == [stats.buckets[2]]
        assert repr(stats.buckets) == "<3 counts>"

    def test_too_many_buckets(self) -> None:
        with pytest.raises(JumpHashError, match="at most 10000000 buckets"):
            Placement(10_000_001).stats([])


class TestMoves:
    def test_by_number(self) -> None:
        here, there = Placement(4), Placement(5)
        moves = here.moves(KEYS, there)
        pairs = list(zip(here.owners(KEYS), there.owners(KEYS), strict=True))
        assert moves.total == 3000
        assert moves.moved == sum(a != b for a, b in pairs)
        assert moves.share == moves.moved / 3000
        assert moves.least == 0.2
        assert list(moves.buckets) == [
            BucketMoves(
                bucket,
                None,
                sum(a != b == bucket for a, b in pairs),
                sum(bucket == a != b for a, b in pairs),
            )
            for bucket in range(5)
        ]

    def test_nodes_are_matched_by_id(self) -> None:
        here, there = Placement(["a", "b", "c"]), Placement(["c", "x", "a"])
        moves = here.moves(KEYS, there)
        pairs = list(zip(here.owners(KEYS), there.owners(KEYS), strict=True))
        assert moves.moved == sum(a != b for a, b in pairs)
        assert [(row.bucket, row.node) for row in moves.buckets] == [(0, "c"), (1, "x"), (2, "a"), (1, "b")]
        for row in moves.buckets:
            assert row.entering == sum(a != b == row.node for a, b in pairs)
            assert row.leaving == sum(row.node == a != b for a, b in pairs)

    def test_the_least_is_reached_by_failure_recovery_and_growth(self) -> None:
        names = [f"n{number}" for number in range(20)]
        all_up, one_down = Placement(names), Placement(names, down=["n7"])
        for here, there in ((all_up, one_down), (one_down, all_up), (all_up, Placement([*names, "new"]))):
            moves = here.moves(KEYS, there)
            assert abs(moves.share - moves.least) < 0.015

    @pytest.mark.parametrize(
        ("here", "there", "least"),
        [
            (Placement(10), Placement(10), 0.0),
            (Placement(10), Placement(11), 1 / 11),
            (Placement(11), Placement(10), 1 / 11),
            (Placement(3), Placement(3, down=[1]), 1 / 3),
            (Placement(2), Placement(2, weights={0: 3.0}), 0.25),
            (Placement(2, weights={0: 1e308, 1: 1e308}), Placement(2), 0.0),
            (Placement(["a", "b"]), Placement(["b", "c"]), 0.5),
            (Placement(["a", "b"]), Placement(["c", "d"]), 1.0),
        ],
    )
    def test_the_least(self, here: Placement, there: Placement, least: float) -> None:
        assert least_move(here.nodes, there.nodes) == pytest.approx(least, abs=1e-15)

    def test_names_and_numbers_cannot_be_compared(self) -> None:
        with pytest.raises(JumpHashError, match="with names cannot be compared"):
            Placement(["a"]).moves([], Placement(1))
        with pytest.raises(JumpHashError, match="at most"):
            Placement(1).moves([], Placement(20_000_000))

    def test_no_keys(self) -> None:
        assert Placement(2).moves([], Placement(3)).share == 0.0
