"""Records kept until all are there, then assigned at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rvhctl.formats.choice import DataFormat
from rvhctl.formats.wording import counted
from rvhctl.keys.records import Records
from rvhctl.keys.sizes import NamedSizes
from rvhctl.placement.bounded.assignment import Assignment
from rvhctl.placement.job import Action

Say = Callable[[str], None]


class GatherAction(Action):
    """Hands all records on to another action when their owners are known."""

    def __init__(
        self,
        action: Action,
        assignments: Sequence[Assignment],
        sizes: NamedSizes | None,
        info: Say,
        warn: Say,
    ) -> None:
        """
        Args:
            action: asks these assignments for owners.
            sizes: of keys by name; None: as the records say, or 1.
            info: takes what was understood.
            warn: takes what could not be kept.
        """
        self.action: Final = action
        self._assignments: Final = assignments
        self._sizes: Final = sizes
        self._info: Final = info
        self._warn: Final = warn
        self._records: Final[list[Records]] = []

    def writes_keys(self, shape: DataFormat) -> bool:
        return self.action.writes_keys(shape)

    def add(self, records: Records) -> None:
        self._records.append(records)

    def finish(self) -> None:
        keys = [key for records in self._records for key in records.keys]
        stated = [size for records in self._records for size in records.sizes]
        sizes = self._sizes.of(keys, self._info) if self._sizes else stated or None
        for assignment in self._assignments:
            assignment.fill(keys, sizes)
            self._tell(assignment)
        first = 0
        for records in self._records:
            end = first + len(records.keys)
            self.action.add(records._replace(sizes=sizes[first:end]) if sizes else records)
            first = end
        self.action.finish()

    def _tell(self, assignment: Assignment) -> None:
        if assignment.max_load is None:
            return
        if assignment.overfull:
            self._warn(
                f"no room within {assignment.max_load:g} x its fair share for "
                f"{counted(assignment.overfull, 'key')}: the fullest {assignment.what} has {assignment.fullest:.4g} x"
            )
        self._info(
            f"the fullest {assignment.what} has {assignment.fullest:.4g} x its fair share; "
            f"{counted(assignment.displaced, 'key')} had to go to another than the first of their order"
        )
