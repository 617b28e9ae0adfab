"""Option groups: what a command gets of what the user gave."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from rvhctl.cli.flag_types import PercentText
from rvhctl.cli.option_groups import OptionGroup, grouped, option
from rvhctl.policy.policy import Percent


class Shape(OptionGroup):
    sides: int | None = option("--sides", help="How many.")
    solid: bool = option("--solid", default=False, help="Filled.")
    color: str = option("--color", "-c", default="red", help="Of the edge.")


class Share(Shape):
    share: Percent | None = option("--share", click_type=PercentText(), help="Of the whole.")
    solid: bool = Shape.solid


def test_a_group_is_what_the_command_gets() -> None:
    got: list[object] = []

    @grouped
    def draw(name: str, share: Share, loud: bool = False) -> None:
        """Draw."""
        got.extend([name, share.stated(), share.flags(), share.color, loud])

    app = typer.Typer(add_completion=False)
    app.command()(draw)
    run = CliRunner().invoke(app, ["a", "--sides", "0", "--share", "12.5%", "--loud"])
    assert run.exit_code == 0, run.output
    share = Percent(125, 1000)
    assert got == ["a", {"sides": 0, "share": share}, {"--sides": True, "--share": True}, "red", True]


def test_a_default_states_nothing() -> None:
    assert Shape(color="red", solid=False).stated() == {}
    assert Shape(color="blue", sides=0).flags("color", "solid") == {"--color": True}


def test_an_option_that_is_declared_again_takes_its_new_place() -> None:
    assert list(Share.options) == ["sides", "color", "share", "solid"]
    assert list(Shape.options) == ["sides", "solid", "color"]


def test_options_stand_in_the_panel_of_their_group_unless_they_say_another() -> None:
    class Paint(Shape, panel="Paint"):
        brush: str = option("--brush", default="", help="Which.")
        gloss: bool = option("--gloss", default=False, help="Shiny.", panel="Finish")

    panels = {name: declared.rich_help_panel for name, declared in Paint.options.items()}
    assert panels == {"sides": None, "solid": None, "color": None, "brush": "Paint", "gloss": "Finish"}


def test_a_name_that_is_no_option_is_not_taken() -> None:
    with pytest.raises(AssertionError, match="Shape has no corners"):
        Shape(corners=3)
