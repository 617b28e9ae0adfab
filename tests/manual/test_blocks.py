"""The little Markdown of the manual's topics."""

from __future__ import annotations

from rvhctl.manual.blocks import Code, Heading, Items, Paragraph, Terms, read_markdown, to_markdown, unmarked

PAGE = """# Title

## Part

Words that
go on, with `code`.

* one
* two that
  goes on
* three

```console
$ rvhctl -V

rvhctl
```

| Term | Meaning |
|---|---|
| `a`, `b` | first |
| `a | b` | of `x` or **y** |
"""

BLOCKS = [
    Heading(1, "Title"),
    Heading(2, "Part"),
    Paragraph("Words that go on, with `code`."),
    Items(("one", "two that goes on", "three")),
    Code(("$ rvhctl -V", "", "rvhctl")),
    Terms((("`a`, `b`", "first"),)),
]


def test_blocks_are_parted_by_empty_lines_and_fences() -> None:
    assert read_markdown(PAGE.rsplit("\n", 2)[0]) == BLOCKS


def test_signs_are_taken_away() -> None:
    assert unmarked("**a** `b` [c](d.md) *e* x_y_z") == "a b c *e* x_y_z"


def test_written_and_read_again_they_are_the_same() -> None:
    terms = Terms((("-p, --precision 1..12|auto", "Group by cells."),))
    again = read_markdown(to_markdown([*BLOCKS[:-1], terms]))
    assert again[:-1] == BLOCKS[:-1]
    assert again[-1] == Terms((("`-p, --precision 1..12|auto`", "Group by cells."),))
