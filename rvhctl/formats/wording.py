"""Numbers, counts and hints for people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from rvhctl.errors import quoted

LARGE: Final = 1e15
"""From here on an exponent reads better than all the digits."""

NAMED: Final = 5
"""Names that a warning has; of more it gives the number."""

MOST_NAMES: Final = 20_000
"""Among more names the nearest is not looked for: it would take longer than a person waits."""


def counted(count: int, noun: str) -> str:
    """``0 nodes``, ``1 node``, ``2 hashes``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith(('s', 'sh')) else 's'}"


def few(names: Sequence[object]) -> str:
    """The first of some names, and how many more there are."""
    return and_more(list(map(quoted, names[:NAMED])), len(names))


def and_more(first: Sequence[str], count: int) -> str:
    """``a, b and 3 more``: the first of so many."""
    more = f" and {count - len(first)} more" if count > len(first) else ""
    return ", ".join(first) + more


def share_of(part: int, whole: int, noun: str, verb: str) -> str:
    """``1 of 2 nodes serves``, ``0 of 2 nodes serve``, ``0 of 1 node serves``."""
    return f"{part} of {counted(whole, noun)} {verb}{'s' * (1 in (part, whole))}"


def first_shown(top: int | None, count: int, of: str = "") -> str:
    """What a caption adds where only the first ``top`` of ``count`` are shown; empty where all are."""
    if top is None or top >= count:
        return ""
    return f"; the first{'' if top == 1 else f' {top}'}{of} shown"


def shown(value: float) -> str:
    """A number in short, but never another one: 100, 0.25, 100.0000001."""
    value = float(value)  # an int has no is_integer before Python 3.12
    if value.is_integer() and abs(value) < LARGE:
        return str(int(value))
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def aligned(values: Iterable[float]) -> list[str]:
    """Numbers with the same count of decimals, at most three; a missing one (NaN) is a dash."""
    texts = [f"{value:.3f}" if value == value else "-" for value in values]
    ends = {text[-4:] for text in texts if text != "-"}
    spare = min((len(end) - len(end.rstrip("0")) for end in ends), default=0)
    return [text if text == "-" or not spare else text[:-spare].rstrip(".") for text in texts]


def did_you_mean(name: object, names: Collection[str]) -> str:
    """Return what a message adds about an unknown name; empty where none is similar."""
    near = nearest(name, names)
    return f"; did you mean {quoted(near)}?" if near else ""


def nearest(name: object, names: Collection[str], cutoff: float = 0.6) -> str:
    """Return the most similar of the names; empty where none is similar enough."""
    if not isinstance(name, str) or len(names) > MOST_NAMES:
        return ""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, names, 1, cutoff)), "")
