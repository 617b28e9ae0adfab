"""The program twice in one process: on the compiled core, and on the interpreted one, whose branches are counted."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fuzz.target import Target

ROOT: Final = Path(__file__).parents[1]
CORE: Final = ROOT / "rvhctl" / "core"

TWICE: Final = ("rvhctl", "fuzz.target", "fuzz.targets", "support")
"""Modules of which each core has its own."""

WITH_A_CONDITION: Final = ("rvhctl.__main__",)

_answered_last: Core | None = None


class Core:
    """The targets on one core."""

    def __init__(self, targets: dict[str, Target], modules: dict[str, ModuleType]) -> None:
        self.targets: Final = targets
        self._modules: Final = modules

    def answer(self, name: str, data: bytes) -> object:
        """What a target answers."""
        global _answered_last
        if _answered_last is not self:
            # What is imported while it runs is to be of this core, too.
            sys.modules.update(self._modules)
            _answered_last = self
        return self.targets[name].answer(data)


def load(*, compiled: bool, counting: AbstractContextManager[object] | None = None) -> Core:
    """Import everything anew.

    Args:
        compiled: the core, where it is.
        counting: what imports are to be made in.
    """
    for name in [name for name in sys.modules if is_twice(name)]:
        del sys.modules[name]
    for folder in [CORE, *(path for path in CORE.iterdir() if path.is_dir())]:
        # A finder that knows no extension suffix does not see the compiled modules.
        sys.path_importer_cache.pop(str(folder), None)
        if not compiled:
            sys.path_importer_cache[str(folder)] = FileFinder(
                str(folder), (SourceFileLoader, SOURCE_SUFFIXES)
            )
    with counting or nullcontext():
        import rvhctl

        for module in walk_packages(rvhctl.__path__, "rvhctl."):
            if not module.name.endswith(("__main__", "._build", "__mypyc")):
                import_module(module.name)
    from fuzz import targets
    from fuzz.target import TARGETS

    for module in walk_packages(targets.__path__, "fuzz.targets."):
        import_module(module.name)
    return Core(TARGETS, {name: module for name, module in sys.modules.items() if is_twice(name)})


def is_twice(name: str) -> bool:
    return any(name == own or name.startswith(f"{own}.") for own in TWICE)
