"""Counts of nothing, one and all, in sentences that say what is meant."""

from __future__ import annotations

import json

import pytest
from support.cli import rvhctl

from rvhctl.formats.wording import counted, first_shown, share_of


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [(0, "node", "0 nodes"), (1, "node", "1 node"), (2, "hash", "2 hashes"), (1, "hash", "1 hash")],
)
def test_a_noun_agrees_with_its_count(count: int, noun: str, text: str) -> None:
    assert counted(count, noun) == text


def test_a_verb_agrees_too() -> None:
    assert share_of(1, 2, "node", "serve") == "1 of 2 nodes serves"
    assert share_of(0, 1, "key", "move") == "0 of 1 key moves"
    assert share_of(0, 2, "key", "move") == "0 of 2 keys move"


@pytest.mark.parametrize(
    ("top", "text"), [(None, ""), (3, ""), (1, "; the first shown"), (2, "; the first 2 shown")]
)
def test_what_is_left_out_is_said(top: int | None, text: str) -> None:
    assert first_shown(top, 3) == text


@pytest.mark.parametrize(
    ("latencies", "flags", "text"),
    [
        ([1, 2], ["--th", "5"], "kept 2 of 2 nodes; none dropped"),
        ([1, 9, 9], ["--th", "5"], "kept 1 of 3 nodes; 2 over 5 ms"),
        ([1, None], ["--th", "5"], "kept 1 of 2 nodes; 1 without measurement"),
        ([1], ["--relative", "2"], "kept 1 of 1 node; none dropped; the fleet is healthy"),
        (
            [1, 1, 9],
            ["--relative", "2"],
            "kept 2 of 3 nodes; 1 over the relative limit; the fleet is healthy",
        ),
    ],
)
def test_who_was_dropped(latencies: list[float | None], flags: list[str], text: str) -> None:
    nodes = [{"id": str(row), "latency": latency} for row, latency in enumerate(latencies)]
    code, _, err = rvhctl("failover", *flags, "--level", "info", stdin=json.dumps(nodes).encode())
    assert (code, err) == (0, f"rvhctl: {text}\n")
