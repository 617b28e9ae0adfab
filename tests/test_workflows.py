"""The workflows parse, ask for no more than they need, and run only code that cannot change under them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
ALLOWED = (
    {"contents": "read"},
    {"id-token": "write"},
    {"id-token": "write", "attestations": "write"},
)
USES_LINE = re.compile(r"^\s*(?:- )?uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def load(path: Path) -> dict[Any, Any]:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(workflow, dict)
    return workflow


def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_there_are_workflows() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit(path: Path) -> None:
    uses = [step["uses"] for step in steps(load(path)) if "uses" in step]

    assert uses
    assert [action for action in uses if not PINNED.match(action)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_pin_names_its_version(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]

    assert [line for line in lines if not USES_LINE.match(line)] == []


def test_an_action_has_one_version_everywhere() -> None:
    versions: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for step in steps(load(path)):
            action, _, commit = step.get("uses", "").partition("@")
            versions.setdefault(action, set()).add(commit)

    assert {action: commits for action, commits in versions.items() if len(commits) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_is_allowed_that_is_not_asked_for(path: Path) -> None:
    workflow = load(path)

    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] in ALLOWED
        assert job["timeout-minutes"] <= 60


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_checkout_keeps_no_credentials(path: Path) -> None:
    checkouts = [step for step in steps(load(path)) if step.get("uses", "").startswith("actions/checkout@")]

    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_nothing_is_published_that_is_not_attested() -> None:
    jobs = load(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    made = [
        step["with"]["name"] for step in steps({"jobs": jobs}) if "upload-artifact" in step.get("uses", "")
    ]
    taken = {
        name: [step["with"].get("pattern") for step in jobs[name]["steps"] if "download" in step["uses"]]
        for name in ("attest", "publish")
    }

    assert (jobs["attest"]["needs"], jobs["publish"]["needs"]) == (["compiled", "pure"], ["attest"])
    assert made == ["dist-${{ matrix.os }}", "dist-pure", "sbom"]
    assert taken == {"attest": ["dist-*", None], "publish": ["dist-*"]}
