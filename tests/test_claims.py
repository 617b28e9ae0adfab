"""Each sentence that promises names the tests that hold it, in ``data/claims.toml``.

Sentences of the documents, of the manual's topics, of the docstrings of all public names, and of the helps of all
commands, of which the man pages are made.
"""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from support.docstrings import documented

from rvhctl.app import COMMANDS, one_command

TESTS = Path(__file__).parent
ROOT = TESTS.parent
CLAIMS = tomllib.loads((TESTS / "data" / "claims.toml").read_text(encoding="utf-8"))
DOCUMENTS = [
    path.relative_to(ROOT).as_posix()
    for path in (
        ROOT / "README.md",
        ROOT / "SECURITY.md",
        *sorted((ROOT / "docs").glob("*.md")),
        *sorted((ROOT / "rvhctl/manual/topics").glob("*.md")),
    )
]
SOURCES = [*DOCUMENTS, "docstrings", "help"]
PROMISES = re.compile(
    r"\b(never|always|nothing|nobody|cannot|at most|exactly|none of|no others?|for ever|whatever|any order|as a whole|"
    r"not at all|no (?:method|round|file is (?:changed|read))|answer is the same|same (?:bytes|answer|bucket|chunks)|"
    r"to the (?:last )?(?:bit|byte)|(?:as|what) (?:it|they) (?:is|are|were|came)(?: in)?(?=[.,;:]|$))(?!\w)",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """What promises in a text, each sentence on one line: paragraphs, items of lists, rows, arguments."""
    paragraphs = [
        " ".join(part.split()) for part in re.split(r"\n\s*\n|\n(?=[*|-] )|\n(?= {4}\w[\w, ]*: )", text)
    ]
    found = [each for part in paragraphs for each in re.split(r"(?<=[.;!?])\s+(?=[A-Z`*])", part)]
    return [each for each in found if PROMISES.search(each)]


def prose(document: str) -> str:
    """A document without its blocks of code and headings."""
    text = re.sub(r"```.*?```", "", document, flags=re.DOTALL)
    return re.sub(r"^#.*$", "\n", text, flags=re.MULTILINE)


def texts(source: str) -> Iterator[str]:
    if source == "docstrings":
        for _, found in documented():
            yield (inspect.getdoc(found) or "").partition("Examples:\n")[0]
    elif source == "help":
        for command in map(one_command, COMMANDS):
            yield command.help or ""
            yield from (getattr(parameter, "help", None) or "" for parameter in command.params)
    else:
        yield prose((ROOT / source).read_text(encoding="utf-8"))


@cache
def names_in(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@pytest.mark.parametrize("source", SOURCES)
def test_what_promises_has_its_tests(source: str) -> None:
    told = [claim["says"] for claim in CLAIMS.get(source, [])]
    found = {each for text in texts(source) for each in sentences(text)}
    assert [each for each in found if not any(part in each for part in told)] == []
    assert [part for part in told if not any(part in each for each in found)] == []


def test_every_source_that_is_named_is_read() -> None:
    assert CLAIMS.keys() <= set(SOURCES)


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
        "Args:\n    one: nothing more.\n    two, three: goes out as it came\n"
    )
    assert sentences(prose(text)) == [
        "It never fails; so it is.",
        "* A list is always whole.",
        "one: nothing more.",
        "two, three: goes out as it came",
    ]
