"""No ``vec`` crosses the border of the core, in either direction (:mod:`rvhctl.core.columns` says why)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from test_imports import MODULES, imported

COLUMNS = {"Floats", "Ints", "Codes"}
FOR_THE_CORE_ALONE = "values"
"""The ``vec`` of a column, under the one public name that it has."""

CORE = {name: tree for name, tree in MODULES.items() if name.partition(".")[0] == "core"}
OUTSIDE = {name: tree for name, tree in MODULES.items() if name not in CORE}
DEFINITIONS: dict[str, ast.FunctionDef | ast.ClassDef] = {
    f"{module}.{node.name}": node
    for module, tree in CORE.items()
    for node in tree.body
    if isinstance(node, ast.FunctionDef | ast.ClassDef)
}


def names_in(node: ast.AST | None) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)} if node else set()


def annotations(function: ast.FunctionDef) -> set[str]:
    """The names in a signature."""
    given = function.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return names_in(function.returns).union(*(names_in(argument.annotation) for argument in arguments))


MAKE_A_VEC = {"vec", "append", "extend"} | {
    node.name
    for tree in CORE.values()
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef) and "vec" in names_in(node.returns)
}


def is_vec(value: ast.expr | None, parameters: dict[str, set[str]]) -> bool:
    """Whether an expression is a ``vec``, as far as its form tells."""
    match value:
        case ast.Call(func=ast.Name(id=name)):
            return name in MAKE_A_VEC
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in MAKE_A_VEC - {"append", "extend"}
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return is_vec(inner, parameters)
        case ast.Attribute(attr=name):
            return name == FOR_THE_CORE_ALONE
        case ast.Name(id=name):
            return name == "vec" or "vec" in parameters.get(name, ())
    return False


def attributes_with_vec(method: ast.FunctionDef) -> Iterator[str]:
    """The attributes of ``self`` to which a method gives a ``vec``."""
    parameters = {argument.arg: names_in(argument.annotation) for argument in method.args.args}
    for node in ast.walk(method):
        value, annotated = getattr(node, "value", None), "vec" in names_in(getattr(node, "annotation", None))
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            match target:
                case ast.Attribute(value=ast.Name(id="self"), attr=name) if annotated or is_vec(
                    value, parameters
                ):
                    yield name


def public_methods(class_: ast.ClassDef) -> list[ast.FunctionDef]:
    return [
        node
        for node in class_.body
        if isinstance(node, ast.FunctionDef) and (not node.name.startswith("_") or node.name.endswith("__"))
    ]


def members_with_vec(class_: ast.ClassDef) -> Iterator[str]:
    """The public methods and attributes of a class that have to do with a ``vec``."""
    yield from (method.name for method in public_methods(class_) if "vec" in annotations(method))
    for node in class_.body:
        if isinstance(node, ast.FunctionDef):
            yield from (name for name in attributes_with_vec(node) if not name.startswith("_"))


def reached(name: str) -> Iterator[str]:
    """A definition of the core, and the classes of the core that it names: its bases, and those it takes and gives."""
    waiting, seen = [name], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in DEFINITIONS:
            continue
        seen.add(name)
        yield name
        node = DEFINITIONS[name]
        functions = [node] if isinstance(node, ast.FunctionDef) else public_methods(node)
        named = set().union(*map(annotations, functions))
        named |= set().union(*map(names_in, node.bases)) if isinstance(node, ast.ClassDef) else set()
        module = name.rpartition(".")[0]
        here = {f"{module}.{other}" for other in named}
        there = {other.removeprefix("rvhctl.") for other in imported(CORE[module])}
        waiting += here | {other for other in there if other.rpartition(".")[2] in named}


def at_the_border() -> set[str]:
    """The functions and classes of the core that other modules name."""
    found = set()
    for tree in OUTSIDE.values():
        aliases = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rvhctl.core"):
                for alias in node.names:
                    name = f"{node.module}.{alias.name}".removeprefix("rvhctl.")
                    found.add(name)
                    aliases[alias.asname or alias.name] = name
        found |= {
            f"{aliases[node.value.id]}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in aliases
        }
    return found & DEFINITIONS.keys()


def test_the_border_is_found() -> None:
    border = at_the_border()
    assert any(name.endswith(".survivors") for name in border)  # imported by its name
    assert any(name.endswith(".group_limits") for name in border)  # used as limits.group_limits
    assert any(name.endswith(".DetailColumns") for name in border)


@pytest.mark.parametrize("module", sorted(OUTSIDE))
def test_only_the_core_knows_vec(module: str) -> None:
    assert not {name for name in imported(OUTSIDE[module]) if name.partition(".")[0] == "librt"}


@pytest.mark.parametrize("module", sorted(OUTSIDE))
def test_only_the_core_takes_the_vec_out_of_a_column(module: str) -> None:
    called = {id(node.func) for node in ast.walk(OUTSIDE[module]) if isinstance(node, ast.Call)}
    taken = [
        node.lineno
        for node in ast.walk(OUTSIDE[module])
        if isinstance(node, ast.Attribute)
        and node.attr == FOR_THE_CORE_ALONE
        and id(node) not in called
        # Runs in an array of pyarrow have values, too.
        and not (isinstance(node.value, ast.Name) and node.value.id == "array")
    ]
    assert not taken


@pytest.mark.parametrize("name", sorted({other for name in at_the_border() for other in reached(name)}))
def test_no_vec_crosses_the_border(name: str) -> None:
    node = DEFINITIONS[name]
    if isinstance(node, ast.FunctionDef):
        assert "vec" not in annotations(node)
    else:
        allowed = {FOR_THE_CORE_ALONE} if node.name in COLUMNS else set()
        assert set(members_with_vec(node)) <= allowed


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def add(self, a: vec[i64]) -> None: ...", {"add"}),
        ("def all(self) -> tuple[vec[i64], int]: ...", {"all"}),
        ("def _inner(self) -> vec[i64]: ...", set()),
        ("def __init__(self, a: vec[i64]): self.a = a", {"__init__", "a"}),
        ("def __init__(self, a: Ints): self.a = a.values", {"a"}),
        ("def __init__(self): self.a: Final = vec[float]([0.0])[:5]", {"a"}),
        ("def grow(self): self.a = append(self._a, 5)", {"a"}),
        ("def grow(self): self._a = append(self._a, 5); self.a.append(5)", set()),
        ("def __init__(self): self.a = ints(vec[i64]([0]))", set()),
    ],
)
def test_what_has_to_do_with_a_vec(source: str, found: set[str]) -> None:
    (class_,) = ast.parse(f"class Case:\n    {source}\n").body
    assert isinstance(class_, ast.ClassDef)
    assert set(members_with_vec(class_)) == found


def test_names_of_annotations() -> None:
    function: Any = ast.parse("def f(a: list[Ints], *, b: vec[i64] | None = None) -> Codes: ...").body[0]
    assert {"Ints", "vec", "Codes"} <= annotations(function)
