"""Texts and lists on lines of a terminal that are no wider than it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, chop_cells

MOST_LINES: Final = 3
"""Lines of a list."""


def few_lines(parts: Sequence[str], width: int) -> list[str]:
    """Lines of whole parts as far as the width holds one, and how many more there are."""
    lines: list[list[str]] = []
    for place, part in enumerate(parts, 1):
        text = part if place == len(parts) else f"{part},"
        if lines and _fits([*lines[-1], text], width):
            lines[-1].append(text)
        elif len(lines) < MOST_LINES:
            lines += [[piece] for piece in chop_cells(text, width)]
        else:
            more = len(parts) - place + 1
            while (
                lines[-1]
                and not _fits([*lines[-1], f"+{more}"], width)
                and lines[-1][-1] == f"{parts[-more - 1]},"
            ):
                lines[-1].pop()
                more += 1
            last = [*lines[-1], f"+{more}"]
            lines[-1:] = [last] if _fits(last, width) else [lines[-1], last[-1:]]
            break
    return [" ".join(line) for line in lines]


def _fits(words: Sequence[str], width: int) -> bool:
    return length(" ".join(words)) <= width


def folded(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns, broken between words where that is possible."""
    if length(text) <= width:
        return [text]
    lines = _folded_words(text, width) if text.isascii() and text.isprintable() else []
    if lines:
        return lines
    left = 0
    for word in re.findall(r"\s*\S+\s*", text):
        needed = length(word.rstrip())
        if needed <= left:
            lines[-1] += word
        else:
            lines += [word] if needed <= width else chop_cells(word, width)
        left = width - length(lines[-1])
    return [line.rstrip() for line in lines]


def _folded_words(text: str, width: int) -> list[str]:
    """The same of printable ASCII, without a look at each word; nothing where one of them is wider."""
    lines: list[str] = []
    start, size = 0, len(text)
    while size - start > width:
        # The first word that does not end within the width begins the next line.
        end = text.rfind(" ", start, start + width + 1)
        if end < 0 or not (line := text[start:end].rstrip()):
            return []
        lines.append(line)
        start = end + 1
        while start < size and text[start] == " ":
            start += 1
    if start < size:
        lines.append(text[start:].rstrip())
    return lines


def length(text: str) -> int:
    """Columns that the text takes on a terminal."""
    return len(text) if text.isascii() else cell_len(text)
