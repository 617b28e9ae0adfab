"""The options by which operators bend failover and faultset: limits, rails, memory and views."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

import typer

from rvhctl.cli.flag_types import Milliseconds, Whole
from rvhctl.cli.options import refuse
from rvhctl.errors import FaultsetError, UsageError
from rvhctl.formats.members import stated
from rvhctl.nodes.flags import text_of
from rvhctl.policy.percent import Percent, parse_percent
from rvhctl.policy.policy import Aggregate, OnDegraded, OnDown, minimum

if TYPE_CHECKING:
    pass

FailOn = Literal["degraded", "down", "never"]

LIMITS = "Limits"
RAILS = "Rails"
MEMORY = "Memory"
VIEWS = "Views"
SOURCES = "Sources"


def _option(flag: str, metavar: str | None, help_: str, panel: str) -> Any:
    return typer.Option(flag, metavar=metavar, help=help_, rich_help_panel=panel, show_default=False)


@dataclass(frozen=True, slots=True)
class PolicyOptions:
    """Limits and rails."""

    relative: Annotated[
        float | None,
        _option(
            "--relative",
            "X",
            "Keep nodes within X times the median of their group: the cell, or the whole list.",
            LIMITS,
        ),
    ] = None
    floor: Annotated[
        float | None,
        typer.Option(
            "--floor",
            metavar="MS",
            click_type=Milliseconds(),
            help="With --relative: a limit is never lifted to less than MS.",
            rich_help_panel=LIMITS,
            show_default=False,
        ),
    ] = None
    aggregate: Annotated[
        Aggregate | None,
        _option(
            "--aggregate",
            "HOW",
            "A node's latency by its samples: median, mean, min, max, p95 or p99.",
            LIMITS,
        ),
    ] = None
    max_loss: Annotated[
        str | None,
        _option("--max-loss", "P%", "A node that lost a greater share of its samples is out.", LIMITS),
    ] = None
    min_survivors: Annotated[
        str | None,
        _option(
            "--min-survivors",
            "N|P%",
            "Fewer fit nodes (or a smaller share of all) and the group is degraded; default 1.",
            RAILS,
        ),
    ] = None
    fail_on: Annotated[
        FailOn | None,
        _option(
            "--fail-on",
            "VERDICT",
            "Exit code 3 if a group is degraded (or down), or never; the answer is printed all the same.",
            RAILS,
        ),
    ] = None
    max_eject: Annotated[
        str | None,
        _option(
            "--max-eject",
            "P%",
            "At most this share is out for its latency; the best of the others come back.",
            RAILS,
        ),
    ] = None
    on_degraded: Annotated[
        OnDegraded | None,
        _option(
            "--on-degraded",
            "WHAT",
            "What a degraded group gives: keep (its fit nodes), skip (nothing) or all (everyone measured).",
            RAILS,
        ),
    ] = None
    on_down: Annotated[
        OnDown | None,
        _option("--on-down", "WHAT", "What a group without a fit node gives: skip (nothing) or all.", RAILS),
    ] = None

    def members(self) -> dict[str, Any]:
        """Return the limits and rails that are given, by the names that documents and requests have for them.

        Raises:
            UsageError: a percentage does not parse.
            FaultsetError: one is out of range.
        """
        return stated(
            {
                "relative": self.relative,
                "floor": self.floor,
                "aggregate": self.aggregate,
                "max_loss": percent("--max-loss", self.max_loss),
                "min_survivors": _minimum(self.min_survivors),
                "max_eject": percent("--max-eject", self.max_eject),
                "on_degraded": self.on_degraded,
                "on_down": self.on_down,
            }
        )


@dataclass(frozen=True, slots=True)
class DampingOptions:
    """The memory between runs."""

    memory: Annotated[
        str | None,
        _option("--memory", "FILE", "Remember each node in FILE, so that a blip moves nobody.", MEMORY),
    ] = None
    rise: Annotated[
        int | None,
        _option("--rise", "N", "Good rounds in a row that bring a node back; default 2.", MEMORY),
    ] = None
    fall: Annotated[
        int | None, _option("--fall", "N", "Bad rounds in a row that take a node out; default 3.", MEMORY)
    ] = None
    exit_band: Annotated[
        str | None,
        _option("--exit-band", "P%", "A round is bad from this share above the limit; default 10%.", MEMORY),
    ] = None

    def members(self) -> dict[str, Any]:
        """Return what is given of rise, fall and exit band.

        Raises:
            UsageError: the exit band is no percentage.
        """
        band = percent("--exit-band", self.exit_band)
        return stated({"rise": self.rise, "fall": self.fall, "exit_band": band})

    def check(self) -> None:
        """Without a memory, its flags would do nothing.

        Raises:
            UsageError: one of them is set.
        """
        if self.memory is None:
            refuse("without --memory", self.flags())

    def flags(self) -> dict[str, object]:
        """Return by name which of them are given."""
        return {
            "--memory": self.memory,
            "--rise": self.rise is not None,
            "--fall": self.fall is not None,
            "--exit-band": self.exit_band is not None,
        }


Explain = Annotated[
    bool,
    typer.Option("--explain", help="Every node, kept or dropped, and why.", rich_help_panel=VIEWS),
]
Down = Annotated[
    list[str] | None,
    _option("--down", "ID,...", "Answer as if these nodes had failed; may be given again and again.", VIEWS),
]
DownCell = Annotated[
    list[str] | None,
    _option("--down-cell", "PREFIX,...", "Answer as if all nodes in these geohash cells had failed.", VIEWS),
]
Plan = Annotated[
    bool,
    typer.Option(
        "--plan", help="For each cell its verdict and where its traffic goes.", rich_help_panel=VIEWS
    ),
]
Nearest = Annotated[
    int | None,
    typer.Option(
        "--nearest",
        metavar="N",
        click_type=Whole(min=0),
        help="With --plan: healthy cells a cell may turn to; default 2.",
        rich_help_panel=VIEWS,
        show_default=False,
    ),
]
Advise = Annotated[
    bool,
    typer.Option(
        "--advise", help="Which precision suits these nodes; needs no limit.", rich_help_panel=VIEWS
    ),
]
MinCell = Annotated[
    int | None,
    typer.Option(
        "--min-cell",
        metavar="K",
        click_type=Whole(min=1),
        help="A cell of fewer nodes joins its nearest neighbour. Mends precision 3, not 5.",
        rich_help_panel=RAILS,
        show_default=False,
    ),
]


def percent(flag: str, text: str | None) -> Percent | None:
    """Return an exact percentage.

    Raises:
        UsageError: the text is none.
        FaultsetError: it is out of range.
    """
    return None if text is None else _in_range(text, _PERCENT, lambda: parse_percent(text, flag))


def _minimum(text: str | None) -> int | Percent | None:
    try:
        return None if text is None else _in_range(text, _COUNT_OR_PERCENT, lambda: minimum(text))
    except (FaultsetError, UsageError) as error:
        raise type(error)(str(error).replace("min_survivors", "--min-survivors")) from None


_PERCENT: Final = re.compile(r" *-?\d+(\.\d*)?% *", re.ASCII)
_COUNT_OR_PERCENT: Final = re.compile(r" *-?\d+(?:(\.\d*)?%)? *", re.ASCII)

Parsed = TypeVar("Parsed")


def _in_range(text: str, form: re.Pattern[str], parse: Callable[[], Parsed]) -> Parsed:
    """Return what ``parse`` makes of the text; an error is one of usage unless the text has the right form."""
    try:
        return parse()
    except FaultsetError as error:
        raise error if form.fullmatch(text) else UsageError(str(error)) from None


def names_in(values: list[str] | None, flag: str) -> tuple[str, ...]:
    """The names of a flag that takes several, and may be given several times.

    Raises:
        UsageError: an empty name.
    """
    names = [name.strip() for value in values or () for name in text_of(value, flag).split(",")]
    if "" in names:
        raise UsageError(f"{flag} has an empty name")
    return tuple(dict.fromkeys(names))


From = Annotated[
    Literal["prometheus", "fping"] | None,
    _option(
        "--from",
        "TOOL",
        "Read what a measuring tool says: prometheus (an instant query's answer) or fping (-C N -q).",
        SOURCES,
    ),
]
Inventory = Annotated[
    str | None,
    _option(
        "--inventory", "FILE", "With --from: where the nodes stand (id, lat, lon; JSON or CSV).", SOURCES
    ),
]
