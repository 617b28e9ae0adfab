"""The doors of the program: the options that are declared, and a question of nodes asked by each way there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from support.cli import Outcome, rvhctl
from support.doors_nodes import MEMORY, NODES

from rvhctl import Drill, Evaluation, Failed, FaultsetError, FleetPlan, Memory, Policy, drill, evaluate
from rvhctl.app import one_command
from rvhctl.nodes.documents import DAMPING, POLICY, ROUTING

VIEWS: Final = ("explain", "plan", "drill")


class Declared(NamedTuple):
    """An option as a command declares it."""

    command: str
    name: str
    """That of a member."""
    flags: tuple[str, ...]
    choices: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.command} {self.flags[0]}"


def declared(*commands: str) -> list[Declared]:
    """All options, in the order of help; those of help itself and of the version are no questions."""
    return [
        Declared(
            command,
            str(option.name).removesuffix("_"),
            tuple(option.opts),
            tuple(getattr(option.type, "choices", ())),
        )
        for command in commands
        for option in one_command(command).params
        if option.param_type_name == "option" and option.name not in ("h", "help", "version")
    ]


class RefusedError(Exception):
    """A door does not answer; its message."""


class Said(NamedTuple):
    """What a door says; None for what it does not."""

    survivors: list[Any] | None
    rows: list[dict[str, Any]] | None


def as_flags(members: Mapping[str, Any], folder: Path, spelt: Mapping[str, str] | None = None) -> list[str]:
    """The members as a user types them; what a flag takes from a file is written into the folder.

    Args:
        spelt: the flags of some of them, where it is not the usual one.
    """
    flags = []
    for name, value in members.items():
        flag = (spelt or {}).get(name, f"--{name.replace('_', '-')}")
        if value is True:
            flags.append(flag)
            continue
        if name in ("inventory", "demand"):
            file = folder / f"{name}.json"
            file.write_text(json.dumps(value))
            value = file
        flags += [flag, ",".join(value) if isinstance(value, list) else str(value)]
    return flags


def memory_flags(members: Mapping[str, Any], folder: Path) -> list[str]:
    """The flag of a memory after some rounds, where the members need one."""
    if members.keys().isdisjoint(DAMPING):
        return []
    file = folder / "memory"
    file.write_bytes(MEMORY)
    return ["--memory", str(file)]


def said_by(run: Outcome, members: Mapping[str, Any]) -> Said:
    """The answer of a run that writes one JSON document."""
    if run.code not in (0, 3):
        raise RefusedError(one_line(run))
    found = json.loads(run.out or b"[]")
    return Said(None, found) if viewed(members) else Said([node["id"] for node in found], None)


def one_line(run: Outcome) -> str:
    """What a run says that answers nothing."""
    assert run.out == b""
    assert run.err.startswith("rvhctl: "), run.err
    assert run.err.count("\n") == 1, run.err
    return run.err


def viewed(members: Mapping[str, Any]) -> str | None:
    return next((view for view in VIEWS if members.get(view)), None)


def by_flags(command: str, members: Mapping[str, Any], folder: Path, *more: str) -> Said:
    flags = [*as_flags(members, folder), *memory_flags(members, folder), *more]
    return said_by(rvhctl(command, "-o", "json", *flags, stdin=json.dumps(NODES).encode()), members)


def by_flags_async(command: str, members: Mapping[str, Any], folder: Path) -> Said:
    return by_flags(command, members, folder, "-a")


def by_document(command: str, members: Mapping[str, Any], folder: Path, *more: str) -> Said:
    text = json.dumps({"nodes": NODES, **members}).encode()
    return said_by(rvhctl(command, *memory_flags(members, folder), *more, stdin=text), members)


def by_document_and_flags(command: str, members: Mapping[str, Any], folder: Path) -> Said:
    """The last member as a flag, beside a document with the others."""
    *stated, last = members
    text = json.dumps({"nodes": NODES, **{name: members[name] for name in stated}}).encode()
    flags = [*as_flags({last: members[last]}, folder), *memory_flags(members, folder)]
    return said_by(rvhctl(command, "-o", "json", *flags, stdin=text), members)


def said_in_batch(run: Outcome, members: Mapping[str, Any]) -> Said:
    if not run.out:
        raise RefusedError(one_line(run))
    answer = json.loads(run.out)
    if not answer["ok"]:
        if answer["error"]["type"] != "NoSurvivorsError":
            raise RefusedError(answer["error"]["message"])
        return Said([], None)
    assert run.code == 0
    view = viewed(members)
    return Said(answer["survivors"], answer[view] if view else None)


def by_request(command: str, members: Mapping[str, Any], folder: Path) -> Said:
    text = json.dumps({"nodes": NODES, **members}).encode()
    return said_in_batch(rvhctl(command, "--batch", stdin=text), members)


def by_defaults_of_a_batch(command: str, members: Mapping[str, Any], folder: Path) -> Said:
    text = json.dumps({"nodes": NODES}).encode()
    return said_in_batch(rvhctl(command, "--batch", *as_flags(members, folder), stdin=text), members)


def by_request_and_defaults(command: str, members: Mapping[str, Any], folder: Path) -> Said:
    """The last member in the request, the others as flags."""
    *stated, last = members
    flags = as_flags({name: members[name] for name in stated}, folder)
    text = json.dumps({"nodes": NODES, last: members[last]}).encode()
    return said_in_batch(rvhctl(command, "--batch", *flags, stdin=text), members)


def in_python(command: str, members: Mapping[str, Any], folder: Path) -> Said:
    try:
        return _in_python(command, members)
    except FaultsetError as error:
        raise RefusedError(str(error)) from None


def _in_python(command: str, members: Mapping[str, Any]) -> Said:
    limits = {name: members[name] for name in POLICY if name in members}
    policy = Policy(**limits) if limits else None
    asked: dict[str, Any] = {
        "by": members.get("by") if command == "faultset" else None,
        "memory": Memory.from_json(MEMORY) if not members.keys().isdisjoint(DAMPING) else None,
        "failed": Failed(
            ids=members.get("down", ()),
            cells=members.get("down_cell", ()),
            groups=members.get("down_group", ()),
        ),
        "inventory": members.get("inventory"),
    }
    if command == "faultset":
        asked["precision"] = members.get("precision", None if asked["by"] else 5)
    routing = {name: members[name] for name in ROUTING if name in members}
    top = members.get("top")
    if "drill" in members:
        found = drill(NODES, policy, members["drill"], **asked, **routing)
        return Said(None, _drill_rows(found, top))
    evaluation = evaluate(NODES, policy or Policy(threshold=0), **asked)
    survivors = [node for group in evaluation for node in group.answer[:top]]
    if members.get("plan"):
        return Said(survivors, _plan_rows(FleetPlan(evaluation, **routing), top))
    return Said(survivors, _explain_rows(evaluation) if members.get("explain") else None)


def _explain_rows(evaluation: Evaluation) -> list[dict[str, Any]]:
    kind = evaluation.groups.kind or "cell"
    rows = []
    for node, found in zip(evaluation.fleet.ids, evaluation.explanations(), strict=True):
        group, *rest = found._asdict().items()
        rows.append({"id": node, kind: group[1], **dict(rest)})
    return rows


def _plan_rows(plan: FleetPlan, top: int | None) -> list[dict[str, Any]]:
    kind = plan.evaluation.groups.kind
    return [
        {
            kind: group.group,
            "health": group.health,
            "nodes": group.nodes,
            "survivors": group.survivors[:top],
            "serve": [{kind: share.group, "share": share.share} for share in group.serve],
            "load": group.load,
            **_joined(plan.evaluation, [group.group]),
        }
        for group in plan
    ]


def _drill_rows(found: Drill, top: int | None) -> list[dict[str, Any]]:
    rows = []
    for failure in found[:top]:
        names = [] if failure.kind == "node" else failure.failure
        rows.append(
            {
                **failure._asdict(),
                **_joined(found.plan.evaluation, [names] if isinstance(names, str) else names),
            }
        )
    return rows


def _joined(evaluation: Evaluation, names: list[str]) -> dict[str, list[str]]:
    if evaluation.policy.merge_below is None:
        return {}
    return {"joined": [part for part, owner in evaluation.groups.joined if owner in names]}


Door = Callable[[str, Mapping[str, Any], Path], Said]
PLAIN_DOORS: Final[tuple[Door, ...]] = (by_document, by_request, by_defaults_of_a_batch, in_python)
MIXED_DOORS: Final[tuple[Door, ...]] = (by_flags_async, by_document_and_flags, by_request_and_defaults)
"""Two doors at a time, or one in another way."""


def doors_of(members: Mapping[str, Any], *doors: Door) -> list[Door]:
    """Those of the doors that know the members: requests have no memory."""
    if members.keys().isdisjoint(DAMPING):
        return list(doors)
    return [door for door in doors if "batch" not in door.__name__ and "request" not in door.__name__]
