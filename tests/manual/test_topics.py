"""The topics: each has its page, within what the manual can show."""

from __future__ import annotations

from pathlib import Path

import pytest

import rvhctl
from rvhctl.manual.blocks import Block, Code, Heading, Terms
from rvhctl.manual.topics import TOPICS, page_name, topic_page

FOLDER = Path(rvhctl.__file__).parent / "manual" / "topics"


def test_each_topic_is_a_file_and_each_file_a_topic() -> None:
    assert {path.stem for path in FOLDER.glob("*")} == TOPICS.keys()


def test_names() -> None:
    assert (page_name(None), page_name("formats")) == ("rvhctl", "rvhctl-formats")


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_has_parts_and_short_lines_of_ascii(topic: str) -> None:
    blocks: list[Block] = topic_page(topic)
    parts = [block.text for block in blocks if isinstance(block, Heading)]
    assert len(parts) >= 3
    assert all(len(line) <= 120 for block in blocks if isinstance(block, Code) for line in block.lines)
    assert all(meaning for block in blocks if isinstance(block, Terms) for _, meaning in block.terms)
    assert (FOLDER / f"{topic}.md").read_bytes().isascii()
