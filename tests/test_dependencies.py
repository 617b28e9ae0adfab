"""What the project needs from others: bounds with their reasons, and the versions that CI checks with."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]
PINNED = (ROOT / ".ci" / "requirements.txt").read_text(encoding="utf-8")


def needed(texts: list[str]) -> Iterator[Requirement]:
    """What they name, with what the project's own extras among them stand for."""
    for requirement in map(Requirement, texts):
        if requirement.name == "rvhctl":
            for extra in sorted(requirement.extras):
                yield from needed(PROJECT["optional-dependencies"][extra])
        else:
            yield requirement


EXTRAS = PROJECT["optional-dependencies"]
NEEDED = list(needed(PROJECT["dependencies"] + EXTRAS["dev"] + EXTRAS["docs"]))
PINS = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", PINNED).strip())


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("requirement", NEEDED, ids=str)
def test_ci_checks_with_versions_that_the_project_takes(requirement: Requirement) -> None:
    """Where this fails, the first lines of .ci/requirements.txt say how it is written again."""
    pins = [Requirement(pin.split(" \\")[0]) for pin in PINS]
    versions = [
        str(pin.specifier).removeprefix("==")
        for pin in pins
        if canonical(pin.name) == canonical(requirement.name)
    ]
    assert versions
    assert all(requirement.specifier.contains(version) for version in versions)


def test_each_of_them_is_known_by_its_bytes() -> None:
    hashed = re.compile(r"\S+==\S+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")
    assert len(PINS) >= len(NEEDED)
    assert [pin for pin in PINS if not hashed.fullmatch(pin)] == []


def test_an_upper_bound_has_its_reason_above_it() -> None:
    lines = PYPROJECT.splitlines()
    bounded = [
        (above.strip(), line.strip())
        for above, line in pairwise(lines)
        if re.fullmatch(r' *"[\w.\[\]-]+[^";]*(<|==|~=)[^";]*(;.*)?",', line)
    ]
    assert bounded
    assert [line for above, line in bounded if not above.startswith("#")] == []
