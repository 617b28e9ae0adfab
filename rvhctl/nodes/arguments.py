"""Checks of what Python callers hand in; a wrong argument is named, with what is wanted instead."""

from __future__ import annotations

from typing import TypeVar

from rvhctl.core.numbers import whole_of
from rvhctl.errors import RvhctlError, shorten

Kind = TypeVar("Kind")


def instance_of(kind: type[Kind], value: object, name: str, refusal: type[RvhctlError]) -> Kind:
    """The argument, if it is of that type.

    Raises:
        RvhctlError: of the type ``refusal``: it is of another.
    """
    if isinstance(value, kind):
        return value
    raise refusal(f"{name} must be of type {kind.__name__} (got {shorten(value)})")


def index_in(count: int, value: object, name: str, refusal: type[RvhctlError]) -> int:
    """The argument, if it is an index of ``count`` things.

    Raises:
        RvhctlError: of the type ``refusal``: no integer, or out of range.
    """
    index = whole_of(value)
    if index is not None and 0 <= index < count:
        return index
    raise refusal(f"{name} must be an integer from 0 to {count - 1} (got {shorten(value)})")
