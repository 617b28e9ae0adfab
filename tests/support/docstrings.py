"""The public names of the package, as `help` and the site show them."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import Any

import rvhctl
from rvhctl import arrow, dask, geohash


def documented() -> Iterator[tuple[str, Any]]:
    """Every public function and class, and the public methods of each."""
    of_modules = [
        (f"{module.__name__[7:]}.{name}", getattr(module, name))
        for module in (arrow, dask, geohash)
        for name in module.__all__
    ]
    for name, found in [*((name, getattr(rvhctl, name)) for name in rvhctl.__all__), *of_modules]:
        yield name, found
        if isinstance(found, type):
            for method, value in vars(found).items():
                function = getattr(value, "__func__", getattr(value, "fget", value))
                if not method.startswith("_") and isinstance(function, FunctionType):
                    yield f"{name}.{method}", function
