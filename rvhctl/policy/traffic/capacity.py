"""What each group is asked, and what its fit nodes carry: exact, in whole numbers of a unit that suits them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from operator import mul
from typing import TYPE_CHECKING, Final, NamedTuple

from rvhctl.core.columns import Codes, Ints
from rvhctl.errors import FaultsetError, UnknownNodeError, listed, quoted
from rvhctl.formats.wording import counted, did_you_mean

if TYPE_CHECKING:
    from fractions import Fraction

    from rvhctl.policy.evaluation import Evaluation
    from rvhctl.policy.traffic.routing import Routing

PER_CENT: Final = 100

FULL: Final = 1000
"""A load of 100 %, in tenths of a per cent."""

BEYOND: Final = 1 << 1023
"""The load of a group that is sent traffic and has no fit node."""


RANGE: Final = 10**280
"""How many times the smallest amount the greatest may be, so that every load is a number that all formats have."""


class Traffic(NamedTuple):
    """What each group is asked, and what it carries. All amounts are whole numbers of one unit."""

    unit: int
    """So many of it are a capacity of 1; an amount of traffic is a multiple of 100 of it."""
    of_node: Sequence[int] | None
    """What each node carries; None where each carries 1."""
    demand: list[int]
    """What each group is asked."""
    fit: list[int]
    """What the fit nodes of each group carry."""

    def carried(self, order: Ints, starts: Ints, fits: Codes, fit_counts: Ints) -> list[int]:
        """What the fit nodes of each group carry; the columns are those of an evaluation."""
        if self.of_node is None:
            return [count * self.unit for count in fit_counts]
        nodes = order.tolist()
        fit = map(fits.tolist().__getitem__, nodes)
        return _sums(map(mul, map(self.of_node.__getitem__, nodes), fit), starts)


def traffic_of(evaluation: Evaluation, routing: Routing) -> Traffic:
    """What each group of an evaluation is asked, and what it carries; the demand of one that joined it is its own.

    Raises:
        UnknownNodeError: there is no group of that name.
        FaultsetError: the demand of a group is missing; or amounts are too far apart.
    """
    asked = None if routing.demand is None else _by_group(evaluation, routing.demand)
    fleet = evaluation.fleet
    column = fleet.capacities if len(fleet.capacities) else fleet.weights
    capacities = column.tolist()
    values = {*capacities, *(value for values in asked or () for value in values)}
    decimals = max((-exponent for _, exponent in map(digits_of, values)), default=0)
    scale = 10 ** max(decimals, 0)
    whole = {value: _scaled(value, scale) for value in values}
    _refuse_extremes(whole if capacities else {1.0: scale, **whole})
    part, whole_of_it = routing.fill or (1, 1)
    unit = PER_CENT * (whole_of_it if asked is None else 1)
    of_node = [whole[value] * unit for value in capacities] if capacities else None
    traffic = Traffic(scale * unit, of_node, [], [])
    columns = evaluation.order, evaluation.starts
    if asked is None:
        # The unit has the denominator, so that this is whole.
        all_of_it = Codes([1] * len(fleet)) if of_node else Codes()
        everything = traffic.carried(*columns, all_of_it, Ints(_sizes(evaluation.starts)))
        traffic.demand.extend(carried * part // whole_of_it for carried in everything)
    else:
        traffic.demand.extend(sum(whole[value] for value in values) * unit for values in asked)
    traffic.fit.extend(traffic.carried(*columns, evaluation.fits, evaluation.fit_counts))
    return traffic


def _refuse_extremes(whole: Mapping[float, int]) -> None:
    amounts = [value for value in whole if value]
    if amounts and whole[max(amounts)] > whole[min(amounts)] * RANGE:
        raise FaultsetError(
            f"capacities and demands are too far apart ({min(amounts):g} and {max(amounts):g}); state them in one unit"
        )


def load_of(sent: int | Fraction, fit: int) -> int:
    """What a group is sent by what its fit nodes carry, in tenths of a per cent, rounded up; less than `BEYOND`."""
    if fit:
        return int(-(-sent * FULL // fit))
    return BEYOND if sent else 0


def shown_load(load: int) -> float | None:
    """A load in per cent; None where nobody carries what is sent."""
    return None if load == BEYOND else load / 10


def digits_of(value: float) -> tuple[int, int]:
    """The shortest digits of a number, as people write it, and the power of ten of the last one."""
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    return int(whole + fraction), int(exponent or 0) - len(fraction)


def _scaled(value: float, scale: int) -> int:
    """The exact product; the scale has enough powers of ten."""
    digits, exponent = digits_of(value)
    power: int = 10 ** abs(exponent)
    return digits * scale * power if exponent >= 0 else digits * scale // power


def _sums(amounts: Iterable[int], starts: Ints) -> list[int]:
    """The sum of the amounts of each group."""
    before = list(accumulate(amounts, initial=0))
    ends = list(map(before.__getitem__, starts))
    return [end - start for start, end in pairwise(ends)]


def _sizes(starts: Ints) -> list[int]:
    whole = starts.tolist()
    return [end - start for start, end in pairwise(whole)]


def _by_group(evaluation: Evaluation, demand: Mapping[str, float]) -> list[list[float]]:
    """The demands of each group: its own, and those of the groups that joined it."""
    names = {name or "": group for group, name in enumerate(evaluation.names)}
    places = {part: names[owner] for part, owner in evaluation.groups.joined} | names
    stated: list[list[float]] = [[] for _ in evaluation.names]
    for name, value in demand.items():
        if name not in places:
            near = did_you_mean(name, list(places))
            raise UnknownNodeError(f"there is no group {quoted(name)}{near}", "demand")
        stated[places[name]].append(value)
    missing = [name for name, group in names.items() if not stated[group]]
    if missing:
        raise FaultsetError(
            f"the demand of {counted(len(missing), 'group')} is missing: {listed(missing)}; 0 is one, too"
        )
    return stated
