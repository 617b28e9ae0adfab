"""How large each key is: as the caller says, key by key or by name; 1 unless somebody says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rvhctl.core.numbers import number_of
from rvhctl.errors import InputError, JumpHashError, listed, shorten
from rvhctl.formats import jsontext
from rvhctl.formats.choice import text_sources
from rvhctl.formats.wording import counted
from rvhctl.keys.key import Key, show

if TYPE_CHECKING:
    from rvhctl.streams.source import Source

LARGEST: Final = 1e300
"""So that the sum of as many as there can be is finite."""

WANTED: Final = "a size must be a number from 0 to 1e300"

PART: Final = "::"
"""What stands between a file of tests and a test in it, in the ids of pytest."""


COLUMNS: Final = ("key", "size")
"""Of a table of sizes."""


class NamedSizes(NamedTuple):
    """Sizes of keys by their text."""

    sizes: Mapping[str, float]
    source: str = "sizes"

    def of(self, keys: Sequence[Key], info: Callable[[str], object] = str) -> list[float]:
        """The size of each key; one that is not among the names has the median of those that are, or 1.

        ``info`` is told how many these are.
        """
        get = self.sizes.get
        found = [get(str(show(key))) for key in keys]
        known = sorted([size for size in found if size is not None])
        if len(known) == len(found):
            return [size for size in found if size is not None]
        middle = len(known) // 2
        median = 1.0
        if known:
            median = known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2
        missing = counted(len(found) - len(known), "key")
        info(f"{self.source}: {missing} of {len(found)} not in it; each has the size {median:g}")
        return [median if size is None else size for size in found]


def sizes_of(keys: Sequence[Key], sizes: Iterable[object] | Mapping[Any, object] | None) -> list[float]:
    """The size of each key.

    Args:
        sizes: one for each key, in order; or by key; None: each is 1.

    Raises:
        JumpHashError: a size is no number from 0 to 1e300, or there are more or fewer than keys.
    """
    if sizes is None:
        return [1.0] * len(keys)
    if isinstance(sizes, NamedSizes):
        return sizes.of(keys)
    if isinstance(sizes, Mapping):
        return named_sizes(sizes).of(keys)
    if isinstance(sizes, str | bytes) or not isinstance(sizes, Iterable):
        raise JumpHashError(
            f"sizes must be a list of numbers, or a mapping of keys to numbers (got {shorten(sizes)})"
        )
    found: list[float] = []
    for at, size in enumerate(sizes, 1):
        try:
            found.append(checked_size(size))
        except InputError as error:
            raise JumpHashError(f"size {at}: {error}") from None
    if len(found) != len(keys):
        raise JumpHashError(f"{counted(len(keys), 'key')}, but {counted(len(found), 'size')}")
    return found


def checked_size(size: object) -> float:
    """A size.

    Raises:
        InputError: it is none.
    """
    number = number_of(size)
    if number is None or not 0 <= number <= LARGEST:
        raise InputError(WANTED, value=size)
    return number + 0.0


def size_in(text: str) -> float:
    """The size that a cell states.

    Raises:
        InputError: it states none.
    """
    # float() alone would take underscores, and the digits of other scripts.
    if not text.isascii() or "_" in text:
        return checked_size(text)
    try:
        number = float(text)
    except ValueError:
        raise InputError(WANTED, value=text) from None
    return checked_size(number)


def named_sizes(sizes: Mapping[Any, object], source: str = "sizes") -> NamedSizes:
    """Sizes by key. Those of tests (``tests/test_a.py::test_b``) add up to the size of their file, too.

    Raises:
        JumpHashError: one is none.
    """
    found: dict[str, float] = {}
    parts: dict[str, list[float]] = {}
    for key, size in sizes.items():
        name = str(show(key)) if isinstance(key, str | bytes | int | tuple) else str(key)
        try:
            found[name] = checked_size(size)
        except InputError as error:
            raise JumpHashError(f"the size of {shorten(name)}: {error}") from None
        whole, part, _ = name.partition(PART)
        if part:
            parts.setdefault(whole, []).append(found[name])
    # The sum of floats is rounded once, so that their order does not matter.
    return NamedSizes({**{name: fsum(sizes) for name, sizes in parts.items()}, **found}, source)


def read_sizes(path: str) -> NamedSizes:
    """The sizes in a file: a JSON object of key to number, or a table with the columns ``key`` and ``size``.

    Raises:
        InputError: it cannot be read, or is none.
    """
    for source in text_sources([path]):
        try:
            return named_sizes(_sizes_in(source), source.name)
        except JumpHashError as error:
            raise InputError(str(error), source=source.name) from None
    raise AssertionError("there is one source")


def _sizes_in(source: Source) -> dict[Any, object]:
    """The size of each key.

    Raises:
        InputError: there are none.
    """
    if source.read_table is not None:
        return _sizes_in_table(source.read_table(source, COLUMNS), source.name)
    document = jsontext.parse(source.read_all(), source.name)
    if not isinstance(document, dict):
        problem = "sizes are a JSON object of key to number"
        raise InputError(problem, source=source.name, value=type(document).__name__)
    return document


def _sizes_in_table(table: Any, source: str) -> dict[Any, object]:
    names = table.schema.names
    for name in COLUMNS:
        if names.count(name) != 1:
            problem = f"sizes are a table with the columns {listed(COLUMNS)}"
            raise InputError(problem, source=source, hint=f"there is {listed(names)}" if names else "")
    found: dict[Any, object] = {}
    row = 0
    for batch in table.batches:
        try:
            keys, sizes = (batch.column(name).to_pylist() for name in COLUMNS)
        except UnicodeDecodeError:
            raise InputError("the column key is not UTF-8", source=source) from None
        for key, size in zip(keys, sizes, strict=True):
            row += 1
            if isinstance(key, bool) or not isinstance(key, str | bytes | int):
                raise InputError(
                    "a key must be text, bytes or an integer", source=source, place=f"row {row}", value=key
                )
            if key in found:
                raise InputError(
                    f"the key {shorten(key)} was there before", source=source, place=f"row {row}"
                )
            found[key] = size
    return found
