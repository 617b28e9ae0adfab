"""Data as text of HTML: whatever it holds, it is never markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import islice

from rvhctl.streams.terminal import visible

NAMED = 8
"""Names in the text of one mark of a map."""


def text(value: str) -> str:
    """Return data for an element or an attribute in double quotes; control characters become visible."""
    return escape(visible(value).encode("utf-8", "backslashreplace").decode())


def element(name: str, content: str, **attributes: str | float | None) -> str:
    """Return an element around what is markup already; attributes are data.

    An attribute that is None is left out; an underscore in its name is a hyphen, and one at its end is none.
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value) if isinstance(value, str) else f"{value:g}"}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{said}>{content}</{name}>"


def point(x: float, y: float) -> str:
    """Return coordinates as path data."""
    return f"{x:.1f} {y:.1f}"


def named(names: Iterable[str], count: int) -> str:
    """Return the first of some names, and how many more there are."""
    more = f", +{count - NAMED}" if count > NAMED else ""
    return ", ".join(islice(names, NAMED)) + more
