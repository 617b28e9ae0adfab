"""Rows that wait in a file without a name until all keys are there."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any, Final

from rvhctl.errors import RvhctlError


class KeptBatches:
    """Record batches of one schema, which come back in their order."""

    def __init__(self, schema: Any) -> None:
        from pyarrow import ipc

        try:
            self._file: Final = TemporaryFile()  # noqa: SIM115 - it goes with the process
        except OSError as error:
            raise _not_kept(error) from None
        self._ipc: Final = ipc
        self._writer: Final = ipc.new_stream(self._file, schema)

    def add(self, batch: Any) -> None:
        """
        Raises:
            RvhctlError: there is no room.
        """
        try:
            self._writer.write_batch(batch)
        except OSError as error:
            raise _not_kept(error) from None

    def again(self) -> Iterator[Any]:
        """Yield all of them, after the last was added."""
        try:
            self._writer.close()
            self._file.flush()
        except OSError as error:
            raise _not_kept(error) from None
        self._file.seek(0)
        yield from self._ipc.open_stream(self._file)


def _not_kept(error: OSError) -> RvhctlError:
    return RvhctlError(f"cannot keep the rows until all keys are there: {error.strerror or error}")
