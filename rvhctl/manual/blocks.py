"""What a page of the manual consists of, and the little Markdown that its topics are written in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias


class Heading(NamedTuple):
    """1 is the page's title, 2 a section, 3 a part of it."""

    level: int
    text: str


class Paragraph(NamedTuple):
    text: str


class Items(NamedTuple):
    """A list with bullets."""

    items: tuple[str, ...]


class Code(NamedTuple):
    """Lines as they are typed or printed; a command begins with ``$ ``, or is ``rvhctl``."""

    lines: tuple[str, ...]


class Terms(NamedTuple):
    """Terms, each with what it means; in Markdown a table of two columns."""

    terms: tuple[tuple[str, str], ...]


Block: TypeAlias = Heading | Paragraph | Items | Code | Terms

MARKUP: Final = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>.+?)\*\*|\[(?P<link>[^\]]+)\]\([^)]*\)")
"""What Markdown marks in a line."""

_FENCE: Final = "```"


def read_markdown(text: str) -> list[Block]:
    """Return the blocks of a page; two of them are parted by an empty line or a fence."""
    blocks: list[Block] = []
    # Every second piece stood between two fences, behind the name of its language.
    for number, piece in enumerate(text.split(_FENCE)):
        if number % 2:
            blocks.append(Code(tuple(piece.strip("\n").split("\n")[1:])))
        else:
            blocks.extend(_block(part) for part in re.split(r"\n{2,}", piece.strip("\n")) if part)
    return blocks


def unmarked(text: str) -> str:
    """Return a text without the signs of Markdown; of a link its words."""
    return MARKUP.sub(lambda found: next(filter(None, found.groups())), text)


def to_markdown(blocks: Iterable[Block]) -> str:
    """Return the blocks as Markdown, the terms as a table."""
    return "\n\n".join("\n".join(_markdown(block)) for block in blocks) + "\n"


def _block(part: str) -> Block:
    lines = part.split("\n")
    marks, _, rest = part.partition(" ")
    if set(marks) == {"#"}:
        return Heading(len(marks), rest)
    if part.startswith("* "):
        return Items(
            tuple(" ".join(item.split()) for item in re.split(r"^\* ", part, flags=re.MULTILINE)[1:])
        )
    if part.startswith("|"):
        rows = [tuple(cell.strip() for cell in line.strip("| ").split(" | ")) for line in lines]
        return Terms(tuple((term, meaning) for term, meaning in rows[2:]))
    return Paragraph(" ".join(part.split()))


def _markdown(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * level} {text}"
        case Paragraph(text):
            yield text
        case Items(items):
            yield from (f"* {item}" for item in items)
        case Code(lines):
            yield from (f"{_FENCE}sh", *lines, _FENCE)
        case Terms(terms):
            yield from ("| | |", "|---|---|")
            for term, meaning in terms:
                yield f"| `{term}` | {meaning} |"
