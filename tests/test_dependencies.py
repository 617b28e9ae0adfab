"""What the project needs from others: bounds with their reasons, and the versions that CI checks with."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]


def needed(texts: list[str]) -> Iterator[Requirement]:
    """What they name, with what the project's own extras among them stand for."""
    for requirement in map(Requirement, texts):
        if requirement.name == "rvhctl":
            for extra in sorted(requirement.extras):
                yield from needed(PROJECT["optional-dependencies"][extra])
        else:
            yield requirement


def pins(name: str) -> list[str]:
    """Those of a file, each with its hashes."""
    text = (ROOT / ".ci" / name).read_text(encoding="utf-8")
    return re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", text).strip())


EXTRAS = PROJECT["optional-dependencies"]
NEEDED = {
    "requirements.txt": EXTRAS["dev"] + EXTRAS["docs"],
    "build.txt": tomllib.loads(PYPROJECT)["dependency-groups"]["build"],
}
"""What each file of pins is for, beside what the program needs."""


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(
    ("name", "requirement"),
    [(name, each) for name, texts in NEEDED.items() for each in needed(PROJECT["dependencies"] + texts)],
    ids=str,
)
def test_ci_works_with_versions_that_the_project_takes(name: str, requirement: Requirement) -> None:
    """Where this fails, the first lines of the file say how it is written again."""
    pinned = [Requirement(pin.split(" \\")[0]) for pin in pins(name)]
    versions = [
        str(pin.specifier).removeprefix("==")
        for pin in pinned
        if canonical(pin.name) == canonical(requirement.name)
    ]
    assert versions
    assert all(requirement.specifier.contains(version) for version in versions)


@pytest.mark.parametrize("name", NEEDED)
def test_each_of_them_is_known_by_its_bytes(name: str) -> None:
    hashed = re.compile(r"\S+==\S+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")
    assert len(pins(name)) >= len(NEEDED[name])
    assert [pin for pin in pins(name) if not hashed.fullmatch(pin)] == []


def test_the_core_is_compiled_by_one_compiler() -> None:
    """Another mypy compiles other code: that of the build hook is that of both groups of pins."""
    hook = (ROOT / "rvhctl" / "core" / "_build.py").read_text(encoding="utf-8")
    named = {
        f"mypy{each.specifier}"
        for texts in NEEDED.values()
        for each in needed(texts)
        if each.name.startswith("mypy")
    }
    assert [f"mypy=={version}" for version in re.findall(r'"mypy\[mypyc\]==([\d.]+)"', hook)] == list(named)


def test_an_upper_bound_has_its_reason_above_it() -> None:
    lines = PYPROJECT.splitlines()
    bounded = [
        (above.strip(), line.strip())
        for above, line in pairwise(lines)
        if re.fullmatch(r' *"[\w.\[\]-]+[^";]*(<|==|~=)[^";]*(;.*)?",', line)
    ]
    assert bounded
    assert [line for above, line in bounded if not above.startswith("#")] == []


VULNERABLE = {"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}


@pytest.mark.parametrize(
    ("packages", "code", "says"),
    [
        (
            [VULNERABLE, {"name": "b", "version": "1", "vulns": []}],
            1,
            r"^a 1: CVE-1, fixed in .*\n.*: 2 of 2 .* 1 adv",
        ),
        (
            [{"name": "b", "version": "1", "vulns": []}, {"name": "c", "skip_reason": "x"}],
            0,
            "1 of 2 .* 0 adv",
        ),
        ([{"name": "c", "skip_reason": "not found"}], 0, "no advisories in reach"),
    ],
)
def test_what_is_known_against_a_package_fails_ci(
    packages: list[object], code: int, says: str, tmp_path: Path
) -> None:
    assert_audited(f"print({json.dumps({'dependencies': packages})!r})", code, says, tmp_path)


CONNECTION = "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed"


@pytest.mark.parametrize(
    ("said", "code", "says"),
    [
        (
            f"{CONNECTION}\nERROR:pip_audit._cli:Tip: your network may be blocking this service. Try",
            0,
            "Tip: .*, so nothing is looked up",
        ),
        ("Traceback\nrequests.exceptions.ProxyError: HTTPSConnectionPool(...)", 0, "nothing is looked up"),
        ("Traceback\nrequests.exceptions.ReadTimeout: HTTPSConnectionPool(...)", 0, "nothing is looked up"),
        ("Traceback\npip_audit._service.interface.ServiceError", 0, "nothing is looked up"),
        ("Traceback\npip_audit._service.interface.ServiceError: a malformed version", 1, "malformed"),
        ("/usr/bin/python: No module named pip_audit", 1, "No module named pip_audit"),
        ("usage: pip-audit [-h]\npip-audit: error: unrecognized arguments: -x", 1, "unrecognized"),
        ("", 1, "no answer, and code 1"),
    ],
)
def test_only_where_nothing_is_in_reach_an_audit_that_fails_does_not_matter(
    said: str, code: int, says: str, tmp_path: Path
) -> None:
    assert_audited(f"exit({said!r})", code, says, tmp_path)


def assert_audited(tool: str, code: int, says: str, folder: Path) -> None:
    """Run the audit with that text in place of pip-audit."""
    (folder / "pip_audit.py").write_text(tool, encoding="utf-8")
    command = [sys.executable, ROOT / ".ci" / "audit.py"]
    run = subprocess.run(command, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (code, "")
    assert re.search(says, run.stdout)
