"""The memory as a value and as a document: what it keeps, what it forgets, what it refuses to read."""

from __future__ import annotations

import json
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


def test_a_node_back_after_99_rounds_is_known() -> None:
    memory = after(Memory(), {"a": IN})
    for _ in range(FORGOTTEN - 1):
        memory = after(memory, {})
    places, _ = memory.columns(["a", "new"])
    assert list(places) == [IN, UNKNOWN]


def test_unknown_nodes_are_not_kept() -> None:
    assert after(Memory(), {"a": UNKNOWN}).nodes == {}


def test_older_documents_may_lack_members() -> None:
    text = json.dumps({"format": FORMAT, "version": 1, "nodes": {"a": {"fit": True}}, "more": 1}).encode()
    assert Memory.from_json(text) == Memory(0, {"a": Standing(True, 0, 0)})


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
