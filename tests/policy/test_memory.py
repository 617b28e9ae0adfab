"""The memory as a value and as a document: what it keeps, what it forgets, what it refuses to read."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.columns import Codes, Ints
from rvhctl.core.policy.damping import IN, OUT, UNKNOWN
from rvhctl.errors import InputError
from rvhctl.policy.memory import FORGOTTEN, FORMAT, VERSION, Memory, Standing

standings = st.builds(Standing, st.booleans(), st.integers(0, 99), st.just(0))
memories = st.builds(Memory, st.integers(0, 10**9), st.dictionaries(st.text(), standings, max_size=6))


def after(memory: Memory, places: dict[str, int]) -> Memory:
    return memory.after(list(places), Codes(places.values()), Ints([0] * len(places)))


@given(memories)
def test_the_document_says_it_all(memory: Memory) -> None:
    text = memory.to_json()
    assert Memory.from_json(text) == memory
    document = json.loads(text)
    assert (document["format"], document["version"]) == (FORMAT, VERSION)
    assert text.count(b"\n") == (len(memory.nodes) + 2 if memory.nodes else 1)


def test_a_node_is_forgotten_after_100_rounds_of_absence() -> None:
    memory = after(Memory(), {"a": IN, "b": OUT})
    for _ in range(FORGOTTEN - 1):
        memory = after(memory, {"b": OUT})
    assert set(memory.nodes) == {"a", "b"}
    memory = after(memory, {"b": OUT})
    assert set(memory.nodes) == {"b"}
    assert pickle.loads(pickle.dumps(memory)) == memory


def test_a_node_back_after_99_rounds_is_known() -> None:
    memory = after(Memory(), {"a": IN})
    for _ in range(FORGOTTEN - 1):
        memory = after(memory, {})
    places, _ = memory.columns(["a", "new"])
    assert list(places) == [IN, UNKNOWN]


def test_unknown_nodes_are_not_kept() -> None:
    assert after(Memory(), {"a": UNKNOWN}).nodes == {}


def test_a_memory_that_lists_nobody_or_the_future_goes_on() -> None:
    memory = after(after(Memory(), {"a": UNKNOWN}), {"a": IN})
    assert memory == Memory(2, {"a": Standing(True, 0, 2)})
    memory = after(after(Memory(0, {"b": Standing(True, 0, 99)}), {"a": IN}), {"a": OUT})
    assert memory == Memory(2, {"b": Standing(True, 0, 99), "a": Standing(False, 0, 2)})


def test_older_documents_may_lack_members() -> None:
    text = json.dumps({"format": FORMAT, "version": 1, "nodes": {"a": {"fit": True}}, "more": 1}).encode()
    assert Memory.from_json(text) == Memory(0, {"a": Standing(True, 0, 0)})


def test_nodes_of_other_forms_are_read_and_the_last_of_two_counts() -> None:
    lines = [b'"a":{"fit":true,"streak":1,"seen":2}', b'"b":{"fit":true,"streak":0,"seen":2}']
    head = b'{"format":"rvhctl-memory","version":1,"round":2,"nodes":{\n'
    usual = Memory(2, {"a": Standing(True, 1, 2), "b": Standing(True, 0, 2)})
    for text in (
        head + b",\n".join(lines) + b"\n}}\n",
        head + b", ".join(lines) + b"}}",
        head + b",\n".join(lines).replace(b'a"', b'\\u0061"') + b"\n}}\n",
    ):
        assert Memory.from_json(text) == usual
        assert Memory.from_json(text).columns(["b", "a"]) == ([IN, IN], [0, 1])
        assert Memory.from_json(text).to_json() == usual.to_json()
    twice = Memory.from_json(head + b",\n".join([*lines, lines[0].replace(b"true", b"false")]) + b"\n}}\n")
    assert twice.columns(["b", "a"]) == ([IN, OUT], [0, 1])
    assert twice == Memory(2, {"a": Standing(False, 1, 2), "b": Standing(True, 0, 2)})


@given(
    memories, st.lists(st.tuples(st.permutations(["a", "b", "", 'c"', "é\n"]), st.integers(0, 5)), max_size=4)
)
def test_rounds_are_those_of_a_dict(memory: Memory, rounds: list[tuple[list[str], int]]) -> None:
    nodes = dict(memory.nodes)
    for now, (ids, count) in enumerate(rounds, memory.round + 1):
        here = ids[:count]
        assert memory.absent(here) == [one for one, known in nodes.items() if known.fit and one not in here]
        places = dict.fromkeys(here, IN) | dict.fromkeys(here[1:2], OUT) | dict.fromkeys(here[2:3], UNKNOWN)
        nodes = {one: known for one, known in nodes.items() if now - known.seen < FORGOTTEN}
        nodes |= {one: Standing(place == IN, 0, now) for one, place in places.items() if place != UNKNOWN}
        memory = after(memory, places)
        memory = Memory.from_json(memory.to_json()) if now % 2 else memory
        assert list(memory.nodes.items()) == list(nodes.items())


def document(**members: Any) -> bytes:
    return json.dumps({"format": FORMAT, "version": VERSION, "round": 3, "nodes": {}, **members}).encode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "not JSON"),
        (b'{"format":"rvhctl-mem', "not JSON"),
        (b"[]", "not a memory of rvhctl"),
        (b'{"nodes": []}', "not a memory of rvhctl"),
        (document(format="terraform"), "not a memory of rvhctl"),
        (document(version=VERSION + 1), "from a newer rvhctl"),
        (document(version=0), "broken memory"),
        (document(version="1"), "broken memory"),
        (document(version=True), "broken memory"),
        (document(round=-1), "broken memory"),
        (document(round=1.5), "broken memory"),
        (document(nodes=[]), "broken memory"),
        (document(nodes={"a": {}}), "node 'a'"),
        (document(nodes={"a": {"fit": 1}}), "node 'a'"),
        (document(nodes={"a": {"fit": True, "streak": -1}}), "node 'a'"),
        (document(nodes={"a": {"fit": True, "streak": 2**60}}), "node 'a'"),
        (document(nodes={"a": {"fit": True, "seen": 4}}), "node 'a'"),
    ],
)
def test_refused(text: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Memory.from_json(text, "fleet.memory")
    assert str(caught.value).startswith("fleet.memory:")
    assert "\n" not in str(caught.value)
