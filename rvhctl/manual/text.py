"""Pages of the manual as text for a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Final, TypeAlias

from rvhctl.manual.blocks import Block, Code, Heading, Items, Paragraph, Terms, unmarked

Style: TypeAlias = Callable[[str], str]
"""How a heading or a term stands out."""

_WORD: Final = re.compile(r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+")
"""Of a command; in quotes there may be blanks."""


def plain(text: str) -> str:
    return text


def bright(text: str) -> str:
    """Bold, as a colour terminal takes it."""
    return f"\x1b[1m{text}\x1b[0m"


def struck_twice(text: str) -> str:
    """Bold, as pagers take it, each letter over itself."""
    return "".join(f"{letter}\b{letter}" for letter in text)


def first_sentence(text: str) -> str:
    return re.split(r"(?<=[.]) ", text, maxsplit=1)[0]


def laid_out(blocks: Iterable[Block], width: int, style: Style, *, manual: bool = False) -> str:
    """Return the blocks as text of at most ``width`` columns.

    What stands before all headings is not set in; a heading of level 1 is a last word.

    Args:
        manual: set in farther, and sections in capitals, as man does.
    """
    parts: list[str] = []
    indent = 0
    under_heading = False
    for block in blocks:
        gap = "" if not parts else "\n" if under_heading else "\n\n"
        if isinstance(block, Heading):
            indent = 4 if manual else 2
            name = block.text.upper() if manual and block.level == 2 else block.text
            margin = " " * (indent // 2 if block.level == 3 else 0)
            shown = style if block.level > 1 else plain
            lines: Iterable[str] = (margin + shown(line) for line in _wrapped(name, width - len(margin)))
        else:
            lines = _lines(block, indent, width, style)
        parts += [gap, "\n".join(lines)]
        # A heading stands right over its text.
        under_heading = isinstance(block, Heading)
    return "".join(parts) + "\n"


def _lines(block: Block, indent: int, width: int, style: Style) -> Iterator[str]:
    margin = " " * indent
    room = width - indent
    match block:
        case Paragraph(text):
            yield from (margin + line for line in _wrapped(text, room))
        case Items(items):
            for item in items:
                first, *rest = _wrapped(item, room - 2)
                yield from (f"{margin}* {first}", *(f"{margin}  {line}" for line in rest))
        case Code(lines):
            yield from (margin + line for whole in lines for line in _broken(whole, room))
        case Terms(terms):
            yield from (margin + line for line in _columns(terms, room, style))


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(unmarked(text), width, break_on_hyphens=False) or [""]


def _columns(terms: Sequence[tuple[str, str]], width: int, style: Style) -> Iterator[str]:
    """Terms, and beside them what they mean; a term that is too long for its column has a line for itself."""
    named = [(unmarked(term), meaning) for term, meaning in terms]
    most = max(width // 3, 16)
    column = max([len(term) for term, _ in named if len(term) <= most], default=6) + 2
    for term, meaning in named:
        first, *rest = _wrapped(meaning, width - column)
        if len(term) + 2 <= column:
            yield style(term) + " " * (column - len(term)) + first
        else:
            yield from map(style, _wrapped(term, width))
            yield " " * column + first
        yield from (" " * column + line for line in rest)


def _broken(line: str, width: int) -> Iterator[str]:
    """A line that is too long: a command goes on behind a backslash, anything else where the room ends."""
    if len(line) <= width:
        yield line
    elif line.startswith("$ ") or "rvhctl " in line:
        begun = ""
        for word in _WORD.findall(line):
            if begun and len(begun) + len(word) + 3 > width:
                yield f"{begun} \\"
                begun = f"    {word}"
            else:
                begun = f"{begun} {word}" if begun else word
        yield begun
    else:
        yield from (line[at : at + width] for at in range(0, len(line), width))
