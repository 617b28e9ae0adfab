"""What a fleet is held to: every limit, safeguard and damper in one object, checked when it is made."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from math import inf
from operator import attrgetter, is_
from typing import Final, Literal, NamedTuple

from rvhctl.core.numbers import number_of, whole_of
from rvhctl.core.policy.samples import AGGREGATES
from rvhctl.errors import FaultsetError, shorten
from rvhctl.nodes.fields import checked_threshold

Aggregate = Literal["median", "mean", "min", "max", "p95", "p99"]
OnDegraded = Literal["skip", "keep", "all"]
OnDown = Literal["skip", "all"]

MOST_NODES: Final = 10**18
"""For min_survivors; more is a mistake."""

RELATIVE_RULE: Final = "relative must be 1 or more, times the median of a group"
FLOOR_RULE: Final = "floor must be finite and not negative, in milliseconds"
PERCENTAGE: Final = "a percentage such as 20%"
NUMBER_OR_PERCENTAGE: Final = f"a number of nodes, or {PERCENTAGE}"
AT_LEAST_ONE: Final = "min_survivors must be at least 1 node, or more than 0%"

MOST_ROUNDS: Final = 1_000_000
"""For rise and fall; more is a mistake."""

_DECIMAL: Final = re.compile(r"(-?\d{1,30})(?:\.(\d{0,30}))?%", re.ASCII)

MOST_PARTS: Final = 10**100
"""More than any fleet has nodes, and short enough to be written."""


class _Fraction(NamedTuple):
    numerator: int
    denominator: int


class Percent(_Fraction):
    """``numerator / denominator``, from 0 to 1; 12.5% is 125 / 1000.

    Raises:
        FaultsetError: not two integers, or no number from 0 to 1.
    """

    __slots__ = ()

    def __new__(cls, numerator: int, denominator: int) -> Percent:
        top, bottom = whole_of(numerator), whole_of(denominator)
        if top is None or bottom is None or not 0 <= top <= bottom <= MOST_PARTS or not bottom:
            raise FaultsetError(
                "a Percent is numerator / denominator, two integers, from 0 to 1 "
                f"(got {shorten(numerator)} / {shorten(denominator)})"
            )
        return super().__new__(cls, top, bottom)

    def __str__(self) -> str:
        """As it was written, less needless zeros: ``12.5%``."""
        whole, rest = divmod(self.numerator * 100, self.denominator)
        digits = len(str(self.denominator)) - 3
        fraction = str(rest * 10**digits // self.denominator).zfill(digits) if digits > 0 else ""
        fraction = fraction.rstrip("0")
        return f"{whole}.{fraction}%" if fraction else f"{whole}%"


def _readings(number: str, percent: str) -> str:
    """What a number without a sign may mean: of one up to 1, a share or a percentage; over 100, neither."""
    from decimal import Decimal

    share = Decimal(number) * 100
    if share > 10_000:
        return ""
    return f"{share.normalize():f}% or {percent}" if 0 < share <= 100 else percent


@lru_cache(64)
def parse_percent(text: str, name: str, *, zero: bool = True, wanted: str = PERCENTAGE) -> Percent:
    """``20%`` or ``12.5%``, exactly; a message says what ``name`` is ``wanted`` to be, and advises 0% only if ``zero``.

    Raises:
        FaultsetError: no decimal number with a ``%``, negative, or over 100%.
    """
    found = _DECIMAL.fullmatch(text.strip())
    if found is None:
        number = _DECIMAL.fullmatch(f"{text.strip()}%")
        allowed = not text.strip().startswith("-") and (zero or text.strip(" 0."))
        ways = _readings(text.strip(), number[0]) if number and allowed else ""
        hint = f"; write {ways}" if ways else ""
        raise FaultsetError(f"{name} must be {wanted} (got {shorten(text)}){hint}")
    whole, fraction = found.group(1), found.group(2) or ""
    numerator, denominator = int(whole + fraction), 100 * 10 ** len(fraction)
    if numerator > denominator:
        raise FaultsetError(f"{name} must be at most 100% (got {shorten(text)})")
    if whole.startswith("-"):
        raise FaultsetError(f"{name} must be at least 0% (got {shorten(text)})")
    return Percent(numerator, denominator)


TEN_PERCENT: Final = Percent(10, 100)
"""The default of the hysteresis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits, safeguards and dampers. ``Policy(threshold=100)`` is plain ``failover`` and ``faultset``.

    Percentages are text with a ``%`` ("20%", "12.5%"; at most 100%) or `Percent`s, and exact.

    Attributes:
        threshold: milliseconds; the limit of every group is at most this.
        relative: 1 or more; the limit is also at most this times the median latency of the group.
        floor: milliseconds; lifts the relative part of the limit to at least this. Needs ``relative``.
        aggregate: how a node's samples become its latency (median, mean, min, max, p95, p99: percentiles by
            nearest rank). Unset, its own latency counts, and without one the median.
        max_loss: a node that lost a greater share of its samples is out.
        min_survivors: fit nodes that make a group healthy: a number of 1 or more, or a share of all its
            nodes, rounded up. Fewer are degraded, none is down.
        max_ejection: at most this share of the nodes that are measured, up and within their loss may be out for
            their latency, rounded down, and never all of them: the best come back.
        on_degraded: what a degraded group gives: its fit nodes and those that came back (``keep``), nothing
            (``skip``), or every measured node that is not drained or down (``all``).
        on_down: what a group without a fit node gives: nothing (``skip``) or every such node (``all``). Unset,
            the nodes that came back by ``max_ejection``, if that is given.
        merge_below: groups of fewer nodes join the nearest of their neighbours (`faultset` only).
        rise: good rounds in a row that bring a node back, where there is a memory.
        fall: bad rounds in a row that take a node out.
        hysteresis: a node in place is not bad before its latency exceeds its limit by this share.

    Raises:
        NegativeThresholdError: a threshold that is negative or not finite.
        FaultsetError: anything else that makes no sense; neither a threshold nor a relative limit.
    """

    threshold: float | None = None
    relative: float | None = None
    floor: float | None = None
    aggregate: Aggregate | None = None
    max_loss: Percent | str | None = None
    min_survivors: int | Percent | str = 1
    max_ejection: Percent | str | None = None
    on_degraded: OnDegraded = "keep"
    on_down: OnDown | None = None
    merge_below: int | None = None
    rise: int = 2
    fall: int = 3
    hysteresis: Percent | str = "10%"

    def __post_init__(self) -> None:
        if self.threshold is None and self.relative is None:
            raise FaultsetError("a policy needs a threshold or a relative limit")
        _set(self, "threshold", None if self.threshold is None else checked_threshold(self.threshold))
        if all(map(is_, _BESIDES(self), _DEFAULTS)):
            _set(self, "hysteresis", TEN_PERCENT)
        else:
            self._check_more()

    def _check_more(self) -> None:
        """Check all but the threshold; the defaults need none, which halves the time of a request in a batch."""
        _set(self, "relative", _number(self.relative, 1, RELATIVE_RULE))
        if self.floor is not None and self.relative is None:
            raise FaultsetError("floor lifts the relative limit; it needs relative")
        _set(self, "floor", _number(self.floor, 0, FLOOR_RULE))
        _check_choice("aggregate", self.aggregate, (None, *AGGREGATES))
        _check_choice("on_degraded", self.on_degraded, ("skip", "keep", "all"))
        _check_choice("on_down", self.on_down, (None, "skip", "all"))
        _set(self, "max_loss", _percent(self.max_loss, "max_loss"))
        _set(self, "max_ejection", _percent(self.max_ejection, "max_ejection"))
        _set(self, "hysteresis", _percent("" if self.hysteresis is None else self.hysteresis, "hysteresis"))
        _set(self, "min_survivors", minimum(self.min_survivors))
        _set(self, "rise", _count("rise", self.rise))
        _set(self, "fall", _count("fall", self.fall))
        if self.merge_below is not None:
            _set(self, "merge_below", _count("merge_below", self.merge_below))

    @property
    def threshold_only(self) -> bool:
        """Whether this asks for nothing but a threshold."""
        return self.threshold is not None and _BESIDES(self) == _PLAIN


def without_limit(policy: Policy) -> Policy:
    """Return the policy without its threshold: every measured node that is up is fit."""
    _set(unlimited := replace(policy), "threshold", None)
    return unlimited


def minimum(value: object) -> int | Percent:
    """``min_survivors`` as a number of nodes or a share of them.

    Raises:
        FaultsetError: neither, or less than 1, or 0%.
    """
    if isinstance(value, str):
        text = value.strip()
        whole = text.isascii() and text.removeprefix("-").isdigit() and len(text) < 19
        value = int(text) if whole else parse_percent(text, "min_survivors", wanted=NUMBER_OR_PERCENTAGE)
    if isinstance(value, Percent):
        if value.numerator > 0:
            return value
        raise FaultsetError(f"{AT_LEAST_ONE} (got {value})")
    count = whole_of(value)
    if count is None:
        raise FaultsetError(f"min_survivors must be {NUMBER_OR_PERCENTAGE} (got {shorten(value)})")
    if not 1 <= count <= MOST_NODES:
        raise FaultsetError(f"{AT_LEAST_ONE} (got {shorten(count)})")
    return count


def _percent(value: object, name: str) -> Percent | None:
    if value is None or isinstance(value, Percent):
        return value
    if isinstance(value, str):
        return parse_percent(value, name)
    raise FaultsetError(f"{name} must be a percentage such as '20%' (got {shorten(value)})")


def _number(value: object, least: float, rule: str) -> float | None:
    if value is None:
        return None
    number = number_of(value)
    if number is not None and least <= number < inf:
        return number
    raise FaultsetError(f"{rule} (got {shorten(value)})")


def _check_choice(name: str, value: object, choices: tuple[str | None, ...]) -> None:
    if not (value is None or isinstance(value, str)) or value not in choices:
        names = ", ".join(choice for choice in choices if choice)
        raise FaultsetError(f"{name} must be one of {names} (got {shorten(value)})")


def _count(name: str, value: object) -> int:
    count = whole_of(value)
    if count is None or not 1 <= count <= MOST_ROUNDS:
        raise FaultsetError(f"{name} must be a whole number from 1 to {MOST_ROUNDS} (got {shorten(value)})")
    return count


def _set(policy: Policy, name: str, value: object) -> None:
    object.__setattr__(policy, name, value)


# At the end: a policy is made here, and checked by what stands above.
_MORE: Final = [field for field in fields(Policy) if field.name != "threshold"]
_BESIDES: Final = attrgetter(*(field.name for field in _MORE))
_DEFAULTS: Final = tuple(field.default for field in _MORE)
_PLAIN: Final = _BESIDES(Policy(threshold=0))
