"""What the value of an option may be: one that does not parse is wrong usage, one out of range is a failure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from typer._click.types import FloatParamType, IntParamType, IntRange, ParamType

from rvhctl.errors import FaultsetError, RvhctlError, UsageError, quoted

if TYPE_CHECKING:
    from typer._click import Context, Parameter

    from rvhctl.policy.policy import Percent


class Whole(IntRange):
    """A whole number of ``min`` or more."""

    name = "int"

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> int:
        """Return the number.

        Raises:
            BadParameter: the text is no whole number.
            RvhctlError: the number is too small.
        """
        number: int = IntParamType.convert(self, value, param, ctx)
        if self.min is not None and number < self.min:
            flag = param.opts[0] if param else self.name
            raise RvhctlError(f"{flag} must be {self.min} or more (got {number})")
        return number


class Letters(IntParamType):
    """A precision, or ``auto``; its range is checked by whoever takes it, also from a document."""

    name = "int"

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> int | str:
        """Return the number, or ``auto``.

        Raises:
            BadParameter: the text is neither.
        """
        from rvhctl.nodes.documents import AUTO

        if value == AUTO:
            return AUTO
        if isinstance(value, str) and value.strip().isalpha():
            self.fail(f"{quoted(value)} is neither a whole number nor {AUTO}", param, ctx)
        number: int = super().convert(value, param, ctx)
        return number


class Milliseconds(FloatParamType):
    """A number of milliseconds; its range is checked by whoever takes it, also from a document."""

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> float:
        """Return the number.

        Raises:
            BadParameter: the text is none; the message says how to write a duration.
        """
        from rvhctl.nodes.fields import how_to_write

        hint = how_to_write(value)
        if hint:
            self.fail(f"{quoted(value)} is not a number of milliseconds; {hint}", param, ctx)
        number: float = super().convert(value, param, ctx)
        return number


class PercentText(ParamType):
    """A percentage, kept exactly."""

    name = "text"
    form: ClassVar[re.Pattern[str]] = re.compile(r"-?\d+(\.\d*)?%", re.ASCII)
    """A text of this form is wrong because of its value."""

    def __init__(self, *, zero: bool = True) -> None:
        """``zero``: whether a message may advise 0%."""
        self._zero = zero

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> Any:
        """Return the percentage.

        Raises:
            UsageError: the text is no percentage.
            FaultsetError: the percentage is out of range.
        """
        if not isinstance(value, str):
            return value
        try:
            return self.parse(value, param.opts[0] if param else self.name)
        except FaultsetError as error:
            raise error if self.form.fullmatch(value.strip()) else UsageError(str(error)) from None

    def parse(self, text: str, flag: str) -> int | Percent:
        from rvhctl.policy.policy import parse_percent

        return parse_percent(text, flag, zero=self._zero)


class CountOrPercentText(PercentText):
    """A number of nodes, or a percentage of them."""

    form = re.compile(r"-?\d+(?:(\.\d*)?%)?", re.ASCII)

    def parse(self, text: str, flag: str) -> int | Percent:
        from rvhctl.policy.policy import minimum

        try:
            return minimum(text)
        except FaultsetError as error:
            raise FaultsetError(str(error).replace("min_survivors", flag)) from None
