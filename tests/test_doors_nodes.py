"""Each option of failover and faultset does the same by every door: flag, document, request, batch, Python.

The options are those that are declared, with the values of ``support/doors_nodes.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from support.cli import rvhctl
from support.doors import (
    MIXED_DOORS,
    PLAIN_DOORS,
    Declared,
    Door,
    RefusedError,
    Said,
    as_flags,
    by_document,
    by_flags,
    by_request,
    declared,
    doors_of,
    in_python,
    memory_flags,
    said_by,
    said_in_batch,
)
from support.doors_nodes import EXCLUSIVE, MEMBERS, MORE, NODES, Asked
from support.foreign import WRITTEN
from test_doors import RECORDS

from rvhctl.nodes.documents import ASKED_OF_NODES, DAMPING

COMMANDS = ("failover", "faultset")
WRONG: tuple[Any, ...] = (True, "x", -1, 1.5, [], {}, [{}])
OPTIONS = [option for option in declared(*COMMANDS) if option.name in ASKED_OF_NODES]


def asked_of(option: Declared) -> Asked:
    asked = MEMBERS[option.command].get(option.name)
    assert asked is not None, f"{option} has no values in support/doors_nodes.py"
    return asked


def agree(door: Door, command: str, members: Mapping[str, Any], folder: Path, wanted: Said) -> None:
    said = door(command, members, folder)
    assert (said.survivors, said.rows) != (None, None)
    for one, other in zip(wanted, said, strict=True):
        assert one is None or other is None or one == other, door.__name__


def test_every_member_is_an_option() -> None:
    assert {option.name for option in OPTIONS} == ASKED_OF_NODES


@pytest.mark.parametrize("option", OPTIONS, ids=str)
def test_an_option_does_the_same_by_every_door(option: Declared, tmp_path: Path) -> None:
    command, asked = option.command, asked_of(option)
    assert {str(value) for value in (*asked.values, *asked.same)} >= set(option.choices)
    without = by_flags(command, asked.beside, tmp_path)
    for value in (*asked.values, *asked.same):
        members = {**asked.beside, option.name: value}
        wanted = by_flags(command, members, tmp_path)
        assert (wanted == without) == (value in asked.same), "a door that drops the option would not be seen"
        for door in doors_of(members, *PLAIN_DOORS, *MIXED_DOORS):
            agree(door, command, members, tmp_path, wanted)


@pytest.mark.parametrize("option", OPTIONS, ids=str)
def test_what_is_wrong_with_a_value_begins_with_its_name_once(option: Declared, tmp_path: Path) -> None:
    """Not ``precision: precision must be ...``, where a name stands before what is wrong."""
    twice = re.compile(rf"\b{option.name}: (?:the )?{option.name}\b".replace("_", "[-_]"))
    said = []
    for value in WRONG:
        members = {**asked_of(option).beside, option.name: value}
        for door in doors_of(members, by_document, by_request):
            try:
                door(option.command, members, tmp_path)
            except RefusedError as error:
                said.append(str(error))
    assert said
    assert not [message for message in said if twice.search(message)]


@pytest.mark.parametrize("option", OPTIONS, ids=str)
def test_an_option_does_the_same_in_every_format(option: Declared, tmp_path: Path) -> None:
    """Each has a way of its own to the columns of nodes."""
    asked = asked_of(option)
    members = {**asked.beside, option.name: asked.values[0]}
    wanted = by_flags(option.command, members, tmp_path)
    for format_ in RECORDS:
        flags = [*as_flags(members, tmp_path), *memory_flags(members, tmp_path)]
        run = rvhctl(option.command, "-i", format_, "-o", "json", *flags, stdin=WRITTEN[format_](NODES))
        assert said_by(run, members) == wanted, format_


@pytest.mark.parametrize("option", [option for option in OPTIONS if len(option.flags) > 1], ids=str)
def test_every_spelling_is_the_same_option(option: Declared, tmp_path: Path) -> None:
    asked = asked_of(option)
    members = {**asked.beside, option.name: asked.values[0]}
    wanted = by_flags(option.command, members, tmp_path)
    for flag in option.flags:
        flags = [*as_flags(members, tmp_path, {option.name: flag}), *memory_flags(members, tmp_path)]
        run = rvhctl(option.command, "-o", "json", *flags, stdin=json.dumps(NODES).encode())
        assert said_by(run, members) == wanted


@pytest.mark.parametrize("option", OPTIONS, ids=str)
def test_flags_win_over_a_document_and_a_request_over_flags(option: Declared, tmp_path: Path) -> None:
    command, name, asked = option.command, option.name, asked_of(option)
    values = [*asked.values, *asked.same]
    members, others = ({**asked.beside, name: values[at]} for at in (0, -1))
    wanted = by_flags(command, members, tmp_path)
    text = json.dumps({"nodes": NODES, **others}).encode()
    flags = [*as_flags({name: values[0]}, tmp_path), *memory_flags(members, tmp_path)]
    assert said_by(rvhctl(command, "-o", "json", *flags, stdin=text), members) == wanted
    if members.keys().isdisjoint(DAMPING):
        request = json.dumps({"nodes": NODES, name: values[0]}).encode()
        run = rvhctl(command, "--batch", *as_flags(others, tmp_path), stdin=request)
        said = said_in_batch(run, members)
        assert wanted in (said, said._replace(survivors=None))


@pytest.mark.parametrize("option", OPTIONS, ids=str)
def test_an_option_beside_every_other(option: Declared, tmp_path: Path) -> None:
    command = option.command
    for one, other in combinations(MEMBERS[command], 2):
        if one == option.name:
            together = [MEMBERS[command][name] for name in (one, other)]
            members = {**together[0].beside, **together[1].beside}
            members |= {one: together[0].values[0], other: together[1].values[0]}
            agree_or_refuse(command, members, tmp_path)


@pytest.mark.parametrize("members", MORE)
def test_several_options(members: Mapping[str, Any], tmp_path: Path) -> None:
    agree_or_refuse("faultset", members, tmp_path)


def agree_or_refuse(command: str, members: Mapping[str, Any], folder: Path) -> None:
    """All doors give the same answer; what is exclusive is refused by all that do not take it."""
    rivals = [takers for pair, takers in EXCLUSIVE.items() if members.keys() >= set(pair)]
    wanted = None
    if rivals:
        with pytest.raises(RefusedError):
            by_flags(command, members, folder)
    else:
        wanted = by_flags(command, members, folder)
    for door in doors_of(members, by_document, by_request, in_python):
        if all(door.__name__ in takers for takers in rivals):
            agree(door, command, members, folder, wanted or door(command, members, folder))
        else:
            with pytest.raises(RefusedError):
                door(command, members, folder)
