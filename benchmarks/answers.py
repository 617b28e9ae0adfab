"""Do two programs give the same answer? Files are compared as streams, so that memory stays small."""

from __future__ import annotations

import filecmp
import json
from collections.abc import Iterator
from itertools import groupby, zip_longest
from operator import itemgetter
from pathlib import Path

from benchmarks.contest import Canonical

SHOWN_CHARACTERS = 80


def difference(answer: Path, reference: Path, canonical: Canonical | None) -> str | None:
    """Where two answers part, in words; None if they are the same."""
    if canonical is None:
        if filecmp.cmp(answer, reference, shallow=False):
            return None
        canonical = verbatim
    with answer.open("rb") as ours, reference.open("rb") as theirs:
        pairs = zip_longest(canonical(ours), canonical(theirs), fillvalue="nothing")
        for number, (mine, other) in enumerate(pairs, 1):
            if mine != other:
                return f"answer {number} is {shown(mine)} where the reference has {shown(other)}"
    return None


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."


def verbatim(lines: Iterator[bytes]) -> Iterator[object]:
    yield from lines


def nodes(lines: Iterator[bytes]) -> Iterator[tuple[object, ...]]:
    """Node records by value: 5 and 5.0 are one latency, the order of the fields is free."""
    for line in lines:
        node = json.loads(line)
        yield node["id"], float(node["lat"]), float(node["lon"]), float(node["latency"])


def nodes_with_free_ties(lines: Iterator[bytes]) -> Iterator[object]:
    """Node records by value; those of one latency in any order."""
    for _, ties in groupby(nodes(lines), key=itemgetter(3)):
        yield sorted(ties, key=itemgetter(0))


def renumbered_requests(lines: Iterator[bytes]) -> Iterator[object]:
    """Answers to a batch that was cut in two: each half counts its requests from 0."""
    for index, line in enumerate(lines):
        yield {**json.loads(line), "index": index}


def survivor_ids(lines: Iterator[bytes]) -> Iterator[object]:
    """Answers to a batch by the ids that survive, whether given as ids or as records."""
    for line in lines:
        answer = json.loads(line)
        ids = [node["id"] if isinstance(node, dict) else node for node in answer["survivors"]]
        yield answer["index"], answer["ok"], ids
