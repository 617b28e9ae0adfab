"""``--list-hashes``: each recipe from a key to its 64 bits, and the systems that have the same."""

from __future__ import annotations

from rvhctl.formats.choice import OutputFormat, answer_format
from rvhctl.formats.wording import counted
from rvhctl.formats.write import RowWriter
from rvhctl.keys.hashes import RECIPES
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice


def write_hashes(asked: OutputFormat, color: ColorChoice) -> None:
    """Write name, recipe and systems of each."""
    sink = Sink()
    writer = RowWriter(
        ("name", "recipe", "agrees_with"),
        answer_format(asked, "flags", sink),
        sink,
        lambda rows: f"{counted(rows, 'hash')}; an integer key is its own 64 bits",
        color,
    )
    writer.add([(recipe.name, recipe.description, recipe.agrees_with) for recipe in RECIPES.values()])
    writer.finish()
