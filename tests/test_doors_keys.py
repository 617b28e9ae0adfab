"""Each option of jump-hash does the same by every door: flag, request, batch, Python.

The options are those that are declared, with the values of ``support/doors_keys.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest
from support.cli import rvhctl
from support.doors import Declared, RefusedError, declared
from support.doors_keys import AGAIN, EXCLUSIVE, KEYS, OF_KEYS, together
from support.doors_nodes import Asked
from support.foreign import WRITTEN
from support.key_doors import (
    MIXED_DOORS,
    PLAIN_DOORS,
    Door,
    Said,
    as_flags,
    batch_flags,
    by_flags,
    keys_of,
    said_by,
    said_in_batch,
)
from test_doors import NAMES

from rvhctl.nodes.documents import OF_KEYS as MEMBERS

MEMBER_OF = {"weight": "weights"}
"""Options whose members have another name."""
OPTIONS = [
    option._replace(name=MEMBER_OF.get(option.name, option.name))
    for option in declared("jump-hash")
    if MEMBER_OF.get(option.name, option.name) in MEMBERS - {"id", "key"}
]


def asked_of(option: Declared) -> list[Asked]:
    assert option.name in OF_KEYS, f"{option} has no values in support/doors_keys.py"
    return [table[option.name] for table in (OF_KEYS, AGAIN) if option.name in table]


def answered(members: Mapping[str, object], folder: Path) -> Said | None:
    try:
        return by_flags(members, folder)
    except RefusedError:
        return None


def agree(door: Door, members: Mapping[str, object], folder: Path, wanted: Said) -> None:
    said = door(members, folder)
    assert None in (wanted.owners, said.owners) or wanted.owners == said.owners, door.__name__
    assert {view: said.views[view] for view in wanted.views} == wanted.views, door.__name__


def test_every_member_is_an_option() -> None:
    assert {option.name for option in OPTIONS} == MEMBERS - {"id", "key", "keys"}


@pytest.mark.parametrize("option", OPTIONS, ids=str)
def test_an_option_does_the_same_by_every_door(option: Declared, tmp_path: Path) -> None:
    several = asked_of(option)
    assert {str(value) for asked in several for value in (*asked.values, *asked.same)} >= set(option.choices)
    for asked in several:
        without = answered(asked.beside, tmp_path)
        for value in (*asked.values, *asked.same):
            members = {**asked.beside, option.name: value}
            wanted = by_flags(members, tmp_path)
            assert (wanted == without) == (value in asked.same), "who drops the option would not be seen"
            for door in (*PLAIN_DOORS, *MIXED_DOORS):
                agree(door, members, tmp_path, wanted)


@pytest.mark.parametrize("option", OPTIONS, ids=str)
def test_an_option_does_the_same_in_every_format(option: Declared, tmp_path: Path) -> None:
    """Each has a way of its own to the hashes of keys; they are all text here."""
    asked = OF_KEYS[option.name]
    keys = [key for key in KEYS if isinstance(key, str)]
    members = {**asked.beside, option.name: asked.values[0], "keys": keys}
    wanted = by_flags(members, tmp_path)
    for format_ in NAMES:
        data = WRITTEN[format_]([{"key": key, "n": 1} for key in keys])
        flags = as_flags(members, tmp_path)
        run = rvhctl("jump-hash", "-i", format_, "-o", "json", *flags, stdin=data)
        assert said_by(run, members) == wanted, format_


@pytest.mark.parametrize("option", [option for option in OPTIONS if len(option.flags) > 1], ids=str)
def test_every_spelling_is_the_same_option(option: Declared, tmp_path: Path) -> None:
    asked = OF_KEYS[option.name]
    members = {**asked.beside, option.name: asked.values[0]}
    wanted = by_flags(members, tmp_path)
    for flag in option.flags:
        flags = as_flags(members, tmp_path, {option.name: flag})
        run = rvhctl("jump-hash", "-i", "json", "-o", "json", *flags, stdin=json.dumps(KEYS).encode())
        assert said_by(run, members) == wanted


@pytest.mark.parametrize("option", OPTIONS, ids=str)
def test_a_request_wins_over_flags(option: Declared, tmp_path: Path) -> None:
    asked, name = OF_KEYS[option.name], option.name
    values = [*asked.values, *asked.same]
    members, others = ({**asked.beside, name: values[at]} for at in (0, -1))
    request = json.dumps({"keys": keys_of(members), name: values[0]}).encode()
    run = rvhctl("jump-hash", "--batch", *batch_flags(others, tmp_path), stdin=request)
    agree(lambda *_: said_in_batch(run, members), members, tmp_path, by_flags(members, tmp_path))


@pytest.mark.parametrize("option", OPTIONS, ids=str)
def test_an_option_beside_every_other(option: Declared, tmp_path: Path) -> None:
    for one, other in combinations(OF_KEYS, 2):
        if one != option.name:
            continue
        members = together(one, other)
        rivals = [takers for pair, takers in EXCLUSIVE.items() if members.keys() >= set(pair)]
        wanted = answered(members, tmp_path)
        assert (wanted is None) == any("by_flags" not in takers for takers in rivals), other
        for door in PLAIN_DOORS:
            if not all(door.__name__ in takers for takers in rivals):
                with pytest.raises(RefusedError):
                    door(members, tmp_path)
            elif wanted is not None:
                agree(door, members, tmp_path, wanted)
            else:
                door(members, tmp_path)
