"""What a terminal would show, and the cells of a table on it, whichever way it was folded."""

from __future__ import annotations

import re

import pyte


def screen_of(got: str, columns: int) -> pyte.Screen:
    screen = pyte.Screen(columns, got.count("\n") * 2 + 5)
    pyte.Stream(screen).feed(got.replace("\n", "\r\n"))
    return screen


def displayed(screen: pyte.Screen) -> str:
    return "\n".join(line.rstrip() for line in screen.display).rstrip()


def unstyled(got: str) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", got)
    return "\n".join(line.rstrip() for line in text.split("\n")).rstrip()


def lines_of(screen: pyte.Screen) -> list[list[str]]:
    """The character in each column of the screen; that of the right half of a wide one is empty."""
    lines = [
        [screen.buffer[line][column].data for column in range(screen.columns)] for line in range(screen.lines)
    ]
    while lines and not "".join(lines[-1]).strip():
        lines.pop()
    return lines


def said(lines: list[list[str]]) -> dict[str, str]:
    """The cells under each title, one after another and less all blanks; and the caption."""
    texts = ["".join(line).rstrip() for line in lines]
    end = max(number for number, text in enumerate(texts) if not text)
    caption = {"caption": re.sub(r"\s", "", "".join(texts[end:]))}
    rules = [number for number, text in enumerate(texts) if text and set(text) <= set("─ ")]
    if rules:
        return _columns(lines[rules[0] - 1], lines[rules[0] + 1 : end]) | caption
    cells: dict[str, str] = {}
    name = ""
    for text in texts[:end]:
        name, value = re.split(r"\s{2,}|$", text, maxsplit=1) if text[:1].strip() else (name, text)
        cells[name] = cells.get(name, "") + re.sub(r"[\s█]", "", value)
    return {name: text for name, text in cells.items() if name} | caption


def _columns(head: list[str], body: list[list[str]]) -> dict[str, str]:
    blank = [all(line[at] in (" ", "█") for line in (head, *body)) for at in range(len(head))]
    gaps = "".join("-" if is_blank else "x" for is_blank in blank)
    cells = {}
    for span in re.finditer(r"x(-?x)*", gaps):
        title = "".join(head[span.start() : span.end()]).strip()
        cells[title] = re.sub(
            r"[\s█]", "", "".join("".join(line[span.start() : span.end()]) for line in body)
        )
    return cells
