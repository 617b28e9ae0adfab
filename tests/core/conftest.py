"""Lets a module of tests run on the interpreted core twice: as it is, and on the branches of the compiled one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.wrapping import as_compiled


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    from rvhctl.core.words import COMPILED  # not before it is known which core is under test

    if "branches" in metafunc.fixturenames:
        ways = ["own"] if COMPILED else ["own", "compiled"]
        metafunc.parametrize("branches", ways, indirect=True, scope="module")


@pytest.fixture(scope="module")
def branches(request: pytest.FixtureRequest) -> Iterator[None]:
    """For ``pytest.mark.usefixtures``; ``BRANCHING`` are the modules of the core that it is about."""
    with as_compiled(*(request.module.BRANCHING if request.param == "compiled" else ())):
        yield
