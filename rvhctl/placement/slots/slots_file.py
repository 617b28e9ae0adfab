"""The file of slots, read and written whole under a lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from math import inf
from typing import Final

import orjson

from rvhctl.core.numbers import number_of
from rvhctl.errors import InputError, JumpHashError, UsageError, quoted
from rvhctl.formats import jsontext
from rvhctl.placement.buckets import Buckets
from rvhctl.placement.slots.slots import Slots, check_known, stated_slots
from rvhctl.streams.state_file import locked, read_state, write_state

WHAT: Final = "slots file"
MEMBERS: Final = frozenset({"slots", "max_weight"})


class SlotsFile:
    """The slots of a file, and what nodes make of them."""

    def __init__(self, path: str, slots: Slots, frozen: bool) -> None:
        self.path: Final = path
        self.slots = slots
        self._frozen: Final = frozen

    def settle(self, nodes: Buckets) -> Slots:
        """The slots when these are the nodes, which the file has from now on.

        Raises:
            JumpHashError: it may not change, but has to.
        """
        slots = self.slots.following(nodes)
        if self._frozen and slots != self.slots:
            hint = "; run once without --frozen"
            try:
                check_known(self.slots, nodes.ids, self.path)
            except JumpHashError as error:
                raise JumpHashError(f"{error}{hint}") from None
            raise JumpHashError(
                f"{self.path}: the largest weight is {slots.max_weight:g}, in the file {self.slots.max_weight:g}{hint}"
            )
        self.slots = slots
        return slots


@contextmanager
def slots_file(
    path: str, *, frozen: bool = False, dry_run: bool = False, renames: Iterable[str] = ()
) -> Iterator[SlotsFile]:
    """The slots of a file, which is written when the nodes have been settled.

    Args:
        frozen: refuse a change.
        dry_run: keep it as it is.
        renames: of nodes, each ``old=new``.

    Raises:
        InputError: the file cannot be read or written, is no file of slots, or is in use.
        JumpHashError: nobody has the old name.
    """
    with nullcontext() if frozen or dry_run else locked(path, WHAT):
        before = read_slots(path)
        if frozen and before is None:
            raise InputError("there is no slots file", source=path, hint="run once without --frozen")
        file = SlotsFile(path, before or Slots(), frozen)
        file.slots = file.slots.renamed(map(_renamed, renames))
        yield file
        if not (frozen or dry_run) and file.slots != before:
            write_state(path, [slots_text(file.slots)], WHAT)


def _renamed(rename: str) -> tuple[str, str]:
    """The old name and the new one.

    Raises:
        UsageError: one is missing.
    """
    old, equals, new = rename.partition("=")
    if not (old and equals and new):
        raise UsageError(f"--rename is OLD=NEW (got {quoted(rename)})")
    return old, new


def slots_text(slots: Slots) -> bytes:
    """A line a slot, so that a difference shows which."""
    document = {"max_weight": slots.max_weight, "slots": slots.names}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_slots(path: str) -> Slots | None:
    """The slots in a file; None if there is no such file.

    Raises:
        InputError: the file cannot be read, or is none of slots.
    """
    text = read_state(path, WHAT)
    if text is None:
        return None
    document = jsontext.parse_own(text, path, WHAT)
    if not isinstance(document, dict) or document.keys() != MEMBERS:
        raise InputError("not a slots file of rvhctl", source=path, hint="it has slots and max_weight")
    weight = number_of(document["max_weight"])
    if weight is None or not 0 < weight < inf:
        raise InputError("max_weight must be a number above 0", source=path, value=document["max_weight"])
    try:
        return stated_slots(document["slots"])._replace(max_weight=weight)
    except JumpHashError as error:
        raise InputError(str(error), source=path) from None
