"""How traffic is routed where a group cannot carry its own: what every plan and drill goes by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

from rvhctl.core.numbers import number_of, whole_of
from rvhctl.errors import FaultsetError, shorten
from rvhctl.policy.policy import Percent, parse_percent

Spill = Literal["envoy", "capacity"]

Failures = Literal["nodes", "groups", "both", "pairs"]

PAIRS: Final = ("2", 2)
"""Other words for ``pairs``."""

NEAREST: Final = 2
"""Healthy groups, beside itself, that a group may turn to."""

FILL: Final = Percent(70, 100)
"""How full groups are when all are well."""


class Routing(NamedTuple):
    """Where traffic may go, by which shares, and how much there is."""

    nearest: int = NEAREST
    """Healthy groups, beside itself, that each group may turn to."""
    spill: Spill = "envoy"
    """By the shares of Envoy's priority levels, or by what groups carry."""
    fill: Percent | None = FILL
    """How much of the capacity of all its nodes each group is asked, whatever their state; None with a demand."""
    demand: Mapping[str, float] | None = None
    """What each group is asked, by its name."""


def routing_of(
    nearest: object = NEAREST, spill: object = "envoy", fill: object = None, demand: object = None
) -> Routing:
    """Return what is stated, checked.

    Raises:
        FaultsetError: a value is of a wrong type or out of range, or both a fill and a demand are stated.
    """
    levels = whole_of(nearest)
    if levels is None or not 0 <= levels < 1 << 31:
        raise FaultsetError(f"nearest must be a whole number of 0 or more (got {shorten(nearest)})")
    if spill not in get_args(Spill):
        raise FaultsetError(f"spill must be one of {', '.join(get_args(Spill))} (got {shorten(spill)})")
    if fill is not None and demand is not None:
        raise FaultsetError("fill and demand exclude each other")
    if demand is not None:
        return Routing(levels, spill, None, checked_demand(demand))  # type: ignore[arg-type]
    return Routing(levels, spill, FILL if fill is None else _fill(fill))  # type: ignore[arg-type]


def _fill(value: object) -> Percent:
    percent = parse_percent(value, "fill", zero=False) if isinstance(value, str) else value
    if not isinstance(percent, Percent):
        raise FaultsetError(f"fill must be a percentage such as '70%' (got {shorten(value)})")
    if not percent.numerator:
        raise FaultsetError("fill must be more than 0%")
    return percent


def checked_demand(value: object) -> dict[str, float]:
    """``demand`` as it is stated: numbers by the names of groups.

    Raises:
        FaultsetError: it is no such object, or a number is negative or not finite.
    """
    if not isinstance(value, Mapping) or not value:
        raise FaultsetError(f"demand must be an object of numbers by group (got {shorten(value)})")
    demand: dict[str, float] = {}
    for name, stated in value.items():
        number = number_of(stated)
        if not isinstance(name, str) or number is None or not 0 <= number < float("inf"):
            rule = f"the demand of {shorten(name)} must be a number, finite and not negative"
            raise FaultsetError(f"{rule} (got {shorten(stated)})")
        demand[name] = float(number) + 0.0
    return demand


def failures_of(value: object) -> Failures:
    """``drill`` as it is stated.

    Raises:
        FaultsetError: it is none of `Failures`.
    """
    if value in PAIRS and not isinstance(value, bool):
        return "pairs"
    if value not in get_args(Failures):
        raise FaultsetError(
            f"drill must be one of {', '.join(get_args(Failures))} or 2 (got {shorten(value)})"
        )
    return value  # type: ignore[return-value]
