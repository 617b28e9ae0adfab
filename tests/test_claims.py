"""Each sentence of the documents that promises names the tests that hold it: ``data/claims.toml``."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
CLAIMS = tomllib.loads((TESTS / "data" / "claims.toml").read_text(encoding="utf-8"))
DOCUMENTS = [
    "README.md",
    "SECURITY.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]
PROMISES = re.compile(
    r"\b(never|always|nothing|nobody|cannot|at most|same bytes|to the bit|exactly|none of)\b", re.IGNORECASE
)


def sentences(text: str) -> list[str]:
    """What promises in a document, without blocks of code and headings, each on one line."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    text = re.sub(r"^#.*$", "\n", text, flags=re.MULTILINE)
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n|\n(?=[*|-] )", text)]
    found = [each for part in paragraphs for each in re.split(r"(?<=[.;!?])\s+(?=[A-Z`*])", part)]
    return [each for each in found if PROMISES.search(each)]


@cache
def names_in(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_promises_has_its_tests(document: str) -> None:
    told = [claim["says"] for claim in CLAIMS.get(document, [])]
    found = sentences((ROOT / document).read_text(encoding="utf-8"))
    assert [each for each in found if not any(part in each for part in told)] == []
    assert [part for part in told if not any(part in each for each in found)] == []


def test_every_document_that_is_named_is_read() -> None:
    assert CLAIMS.keys() <= set(DOCUMENTS)


@pytest.mark.parametrize(
    "claim", [claim for each in CLAIMS.values() for claim in each], ids=lambda claim: claim["says"]
)
def test_the_tests_of_a_promise_are_there(claim: dict[str, str | list[str]]) -> None:
    assert ("tests" in claim) != ("why" in claim)
    for name in claim.get("tests", ()):
        file, _, test = name.partition("::")
        assert test.startswith("test_")
        assert test in names_in(TESTS / file)


def test_a_promise_is_found() -> None:
    text = (
        "# Never\n\nIt is fast. It never\nfails; so it is.\n\n```sh\nnever\n```\n* A list is always whole.\n"
    )
    assert sentences(text) == ["It never fails; so it is.", "* A list is always whole."]
