"""What there is to read beside the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rvhctl.manual.blocks import Block, Heading, Paragraph, read_markdown

TOPICS: Final = {
    "formats": "what is read and written, and how it is chosen",
    "exit-codes": "how a run ends, and what a script can do about it",
    "sources": "where nodes come from: files, flags, Prometheus, fping, mtr, HAProxy",
    "batch": "many requests in one run",
    "hashes": "how a key becomes a bucket, and who agrees",
    "schema": "a JSON Schema of every document that goes in or comes out",
}
"""What each topic is about; its page is ``topics/NAME.md`` beside this module."""


def page_name(name: str | None) -> str:
    """Return the name of a page among all man pages; None is the program itself."""
    return "-".join(filter(None, ["rvhctl", name]))


def topic_page(topic: str) -> list[Block]:
    """Return the page of a topic, its title in the form that pages of the manual have."""
    text = (Path(__file__).parent / "topics" / f"{topic}.md").read_text(encoding="utf-8")
    _, *blocks = read_markdown(text)
    return [Heading(2, "Name"), Paragraph(f"{page_name(topic)} - {TOPICS[topic]}"), *blocks]
