"""What ``help(rvhctl)`` and the site say of every public name: in one style, Google's, and with examples that run."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
import sys
from pathlib import Path
from types import FunctionType

import pytest
from support.docstrings import documented

import rvhctl
from rvhctl import geohash

SECTIONS = {"Args", "Attributes", "Returns", "Raises", "Examples", "Source"}
SECTION = re.compile(r"^( *)([A-Z]\w+):\n", re.MULTILINE)
ELSEWHERE = re.compile(r"`\w+`, (awaitable|as)")
"""What says where else arguments are described."""


PUBLIC = dict(documented())


@pytest.mark.parametrize("name", PUBLIC)
def test_a_docstring_is_in_the_one_style(name: str) -> None:
    text = inspect.getdoc(PUBLIC[name]) or ""
    assert text
    assert not re.search(r":\w+:`", text), "roles are for another tool: `name` will do"
    assert {section for _, section in SECTION.findall(f"{text}\n")} <= SECTIONS
    assert not re.search(r"\nReturns:\n[^\n]*: ", text), "what stands before a colon is read as a type"
    before, _, examples = text.partition("Examples:\n")
    assert ">>>" not in before
    assert not re.search(r"^\S", examples, re.MULTILINE), "examples stand last"


@pytest.mark.parametrize("name", [name for name, found in PUBLIC.items() if isinstance(found, FunctionType)])
def test_every_argument_is_described(name: str) -> None:
    text = inspect.getdoc(PUBLIC[name]) or ""
    names = set(inspect.signature(PUBLIC[name]).parameters) - {"self", "cls"}
    section = re.search(r"^Args:\n((?: .*\n|\n)*)", f"{text}\n", re.MULTILINE)
    listed = re.findall(r"^    (\w[\w, ]*):", section[1], re.MULTILINE) if section else []
    described = {argument for each in listed for argument in each.split(", ")}
    assert described <= names
    whole = name.partition(".")[0] == "geohash" or "." not in name
    assert described == names or not whole or ELSEWHERE.search(text), names - described


@pytest.mark.parametrize(
    "module", sorted({found.__module__ for found in PUBLIC.values() if found is not geohash})
)
def test_the_examples_run(module: str) -> None:
    found = sys.modules[module]
    names = {name: getattr(rvhctl, name) for name in rvhctl.__all__}
    result = doctest.testmod(found, extraglobs=names)
    assert result.failed == 0


def test_the_site_has_every_name() -> None:
    tree = ast.parse((Path(__file__).parents[1] / "docs" / "site.py").read_text())
    assigned = {
        ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)
    }
    names = " ".join(ast.literal_eval(assigned["API"]).values()).split()
    assert {name for name in names if "." not in name} == set(rvhctl.__all__)
    assert len(names) == len(set(names))
