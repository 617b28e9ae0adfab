"""The schemas of ``docs/schema``, and where in a document they allow what."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER: Final = Path(__file__).parents[2] / "docs" / "schema"


@cache
def schemas() -> dict[str, Any]:
    """All of them, by the names of their files."""
    return {path.name: json.loads(path.read_bytes()) for path in sorted(FOLDER.iterdir())}


@cache
def _registry() -> Registry[Any]:
    named = [(name, Resource(schema, DRAFT202012)) for name, schema in schemas().items()]
    return Registry[Any]().with_resources(named)


@cache
def validator(place: str) -> Draft202012Validator:
    """Of a file, or of a part of it, as in ``owners.json#/$defs/record``."""
    return Draft202012Validator({"$ref": place}, registry=_registry())


def problems(place: str, document: Any) -> list[str]:
    """What is wrong with a document, each with where and what a schema wants."""
    return [
        f"docs/schema/{place.partition('#')[0]}: at {error.json_path}: {error.message}"
        for error in validator(place).iter_errors(document)
    ]


def allows(place: str, document: Any) -> bool:
    return validator(place).is_valid(document)


def references(schema: Any) -> Iterator[str]:
    """Every ``$ref`` in a schema."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"]
        for part in schema.values():
            yield from references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from references(part)


def resolved(name: str, reference: str) -> Any:
    """What a reference in a file leads to."""
    return _registry().resolver(name).lookup(reference).contents


Path_ = tuple[str | int, ...]


def paths(document: Any, at: Path_ = ()) -> Iterator[Path_]:
    """Where the values of a document stand, the whole first."""
    yield at
    members: Any = ()
    if isinstance(document, dict):
        members = document.items()
    elif isinstance(document, list):
        members = enumerate(document[:2])
    for name, value in members:
        yield from paths(value, (*at, name))


def value_at(document: Any, path: Path_) -> Any:
    for name in path:
        document = document[name]
    return document


def changed(document: Any, path: Path_, value: Any) -> Any:
    """The same with another value at one place."""
    if not path:
        return value
    document = copy.deepcopy(document)
    value_at(document, path[:-1])[path[-1]] = value
    return document
