"""Do two programs give the same answer? Files are compared as streams, so that memory stays small."""

from __future__ import annotations

import csv
import filecmp
import json
import re
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


def owners(lines: Iterator[bytes]) -> Iterator[object]:
    """Keys and their buckets: JSON records a line, or all in an array without records inside."""
    for line in lines:
        array = line.startswith(b"[")
        for record in (found[0] for found in re.finditer(rb"{[^{}]*}", line)) if array else (line,):
            answer = json.loads(record)
            yield answer["key"], answer["bucket"]


def csv_owners(lines: Iterator[bytes]) -> Iterator[object]:
    """The first and the last column of CSV."""
    for row in csv.reader(line.decode() for line in lines):
        yield row[0], row[-1]


def csv_records(lines: Iterator[bytes]) -> Iterator[object]:
    """CSV but for the last column, the bucket: another hash gives others."""
    for row in csv.reader(line.decode() for line in lines):
        yield row[:-1]


def object_records(lines: Iterator[bytes]) -> Iterator[object]:
    """The same of objects, a line each."""
    for line in lines:
        yield {name: value for name, value in json.loads(line).items() if name != "bucket"}


def csv_nodes(lines: Iterator[bytes]) -> Iterator[object]:
    """Nodes by value: id, lat, lon, latency."""
    for node_id, *numbers in csv.reader(line.decode() for line in lines):
        yield [node_id, *numbers] if node_id == "id" else [node_id, *map(float, numbers)]


def ids_in_any_order(lines: Iterator[bytes]) -> Iterator[object]:
    """The ids of the nodes that serve, whether each is given or every node is explained."""
    nodes = map(json.loads, lines)
    yield from sorted(node["id"] for node in nodes if node.get("kept", True))


def ranked_ids(lines: Iterator[bytes]) -> Iterator[object]:
    """The ids of nodes, as records or in a table whose rows begin with a rank."""
    for line in lines:
        if line.startswith(b"{"):
            yield json.loads(line)["id"]
        elif line.startswith(b" ") and line.split(None, 1)[0].isdigit():
            yield line.split(None, 2)[1].decode()


def looks(lines: Iterator[bytes]) -> Iterator[object]:
    """What is said of each precision, in a document or a line each: its cells, and the nodes alone in theirs."""
    for line in lines:
        said = json.loads(line)
        for look in said.get("precisions", [said]):
            yield look["precision"], look["cells"], look["alone"]
