"""``--list-hashes``: each recipe from a key to its 64 bits, and the systems that have the same."""

from __future__ import annotations

from rvhctl.formats.choice import OutputFormat, answer_format
from rvhctl.formats.rows import RowsAnswer
from rvhctl.formats.wording import counted
from rvhctl.keys.hashes import RECIPES
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice


def write_hashes(asked: OutputFormat, color: ColorChoice) -> None:
    """Write name, recipe and systems of each."""
    sink = Sink()
    format_ = answer_format(asked, "flags", sink)
    answer = RowsAnswer(
        format_, sink, lambda rows: f"{counted(rows, 'hash')}; an integer key is its own 64 bits", color
    )
    answer.add(
        [
            {"name": recipe.name, "recipe": recipe.description, "agrees_with": recipe.agrees_with}
            for recipe in RECIPES.values()
        ]
    )
    answer.finish(["name", "recipe", "agrees_with"])
