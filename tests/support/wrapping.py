"""The branches of the compiled core, interpreted: some need integers that wrap at 64 bits, as compiled ones do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest


@contextmanager
def as_compiled(*modules: ModuleType) -> Iterator[None]:
    """Lets these interpreted modules take the branches that they take where they are compiled."""
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            patch.setattr(module, "COMPILED", True)
        yield


class I64(int):
    """A signed integer of 64 bits; what is computed with one is one."""

    def __new__(cls, value: int) -> I64:
        return super().__new__(cls, (value + 2**63) % 2**64 - 2**63)


def _wrapping(name: str) -> Callable[..., Any]:
    plain = getattr(int, name)
    return lambda *operands: I64(plain(*operands))


for _name in ("add", "sub", "mul", "and", "or", "xor", "lshift", "rshift"):
    for _side in ("", "r"):
        setattr(I64, f"__{_side}{_name}__", _wrapping(f"__{_side}{_name}__"))
for _name in ("neg", "invert"):
    setattr(I64, f"__{_name}__", _wrapping(f"__{_name}__"))


def signed(bits: int) -> int:
    """An integer of 0..2^64-1 as the signed one of the same bits, which does not wrap."""
    return int(I64(bits))
