"""Pages of the manual in the language of man pages."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator

from rvhctl import __version__
from rvhctl.manual.blocks import MARKUP, Block, Code, Heading, Items, Paragraph, Terms
from rvhctl.manual.topics import TOPICS, page_name


def section_of(name: str | None) -> int:
    """Return 7 for a topic, and 1, the section of programs, for a command or (None) the program."""
    return 7 if name in TOPICS else 1


def man_page(name: str | None, blocks: Iterable[Block]) -> str:
    """Return the source of a man page; its date is SOURCE_DATE_EPOCH, or today."""
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    date = time.strftime("%Y-%m-%d", time.gmtime(seconds))
    head = f'.TH {_text(page_name(name).upper())} {section_of(name)} {date} "rvhctl {__version__}" "rvhctl manual"'
    lines = [head]
    for block in blocks:
        # A heading begins a paragraph by itself.
        if isinstance(block, Paragraph | Code) and not lines[-1].startswith((".SH", ".SS")):
            lines.append(".PP")
        lines += _lines(block)
    return "\n".join(lines) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f".{'SS' if level > 2 else 'SH'} {_text(text if level > 2 else text.upper())}"
        case Paragraph(text):
            yield _marked(text)
        case Items(items):
            for item in items:
                yield from (r".IP \(bu 2", _marked(item))
        case Code(lines):
            yield from (".RS 4", ".EX", *map(_text, lines), ".EE", ".RE")
        case Terms(terms):
            for term, meaning in terms:
                yield from (".TP", rf"\fB{_marked(term, inside='B')}\fR", _marked(meaning))


def _marked(text: str, inside: str = "R") -> str:
    """A line of text; what Markdown marks is bold."""
    pieces = []
    end = 0
    for found in MARKUP.finditer(text):
        words = next(filter(None, found.groups()))
        pieces += [_escaped(text[end : found.start()]), rf"\fB{_escaped(words)}\f{inside}"]
        end = found.end()
    return _guarded("".join([*pieces, _escaped(text[end:])]))


def _text(line: str) -> str:
    return _guarded(_escaped(line))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\e").replace("-", r"\-")


def _guarded(line: str) -> str:
    """A line that begins with a dot or a quote would be a request."""
    return re.sub(r"^(?=[.'])", r"\\&", line)
