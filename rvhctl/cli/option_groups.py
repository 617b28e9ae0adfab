"""Option groups: a command takes options that belong together as one parameter, and passes them on as one value.

A group is a plain class, because a dataclass costs a millisecond each at start-up::

    class Limits(OptionGroup, panel="Limits"):
        floor: float | None = option("--floor", metavar="MS", help="A limit is never less than MS.")

    @grouped
    def command(limits: Limits) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import Parameter, Signature, signature
from typing import Any, ClassVar, Final, TypeVar, get_type_hints

import typer
from typer.models import OptionInfo, ParameterInfo

from rvhctl.errors import UsageError

LIMITS: Final = "Limits"
GROUPS: Final = "Groups"
BUCKETS: Final = "Buckets and nodes"
KEYS: Final = "Keys"
ANSWER: Final = "Answer"
WHAT_IF: Final = "What-if"
SAFEGUARDS: Final = "Safeguards"
MEMORY: Final = "Memory"
SOURCES: Final = "Sources"
HASHING: Final = "Hashing"
RUNNING: Final = "Running"

PANELS: Final = (
    *(LIMITS, GROUPS, BUCKETS, KEYS, ANSWER, WHAT_IF),
    *(SAFEGUARDS, MEMORY, SOURCES, HASHING, RUNNING),
)
"""In which ``--help`` has the options, in this order."""

Declared = TypeVar("Declared", bound=ParameterInfo)


def option(
    *flags: str,
    default: Any = None,
    panel: str | None = None,
    need: int | None = None,
    show_default: bool | str = True,
    **settings: Any,
) -> Any:
    """Declare an option of a group; its type is the annotation, or what ``click_type`` makes of a text.

    Args:
        need: its place among what most people need, which is what ``-h`` shows, of its first sentence.
        show_default: what help names as the default where None stands for it.
    """
    shown = str(default) if show_default is True and default not in (None, False) else show_default
    return needed(typer.Option(default, *flags, rich_help_panel=panel, show_default=shown, **settings), need)


def switch(*flags: str, help: str, panel: str | None = None, need: int | None = None) -> Any:
    """Declare an option without a value, which is False unless it is given."""
    return option(*flags, default=False, help=help, panel=panel, need=need)


def needed(declared: Declared, need: int | None) -> Declared:
    """Return what is declared, with its place among what most people need."""
    declared.need = need  # type: ignore[attr-defined]
    return declared


class OptionGroup:
    """Values of the options that a subclass declares; help lists the options in the order of declaration.

    A subclass has the options of its base first; one that it declares again takes its place among its own.
    """

    options: ClassVar[dict[str, OptionInfo]] = {}
    """The options by name."""
    panel: ClassVar[str | None] = None

    def __init_subclass__(cls, panel: str | None = None) -> None:
        """``panel``: where help has the options that say nothing else; that of the base if there is none."""
        cls.panel = panel or cls.panel
        own = {name: value for name, value in vars(cls).items() if isinstance(value, OptionInfo)}
        for declared in own.values():
            declared.rich_help_panel = declared.rich_help_panel or cls.panel
        inherited = {name: value for name, value in cls.options.items() if name not in own}
        cls.options = inherited | own

    def __init__(self, **values: Any) -> None:
        for name, declared in self.options.items():
            setattr(self, name, values.pop(name, declared.default))
        assert not values, f"{type(self).__name__} has no {', '.join(values)}"

    def stated(self) -> dict[str, Any]:
        """Return what the user gave, by name."""
        return {
            name: value
            for name, declared in self.options.items()
            if (value := getattr(self, name)) != declared.default
        }

    def flags(self, *names: str) -> dict[str, bool]:
        """Return the flags of what the user gave (of ``names``, if there are any), to be refused."""
        return {self.flag(name): True for name in self.stated() if not names or name in names}

    def exclude(self, *names: str) -> None:
        """Refuse more than one of these options.

        Raises:
            UsageError: the user gave two.
        """
        flags = self.flags(*names)
        if len(flags) > 1:
            raise UsageError(f"{' and '.join(flags)} exclude each other")

    def flag(self, name: str) -> str:
        """Return the flag of an option."""
        return str((self.options[name].param_decls or ())[0])


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command as Typer wants it: each option of a group a parameter of its own."""
    hints = get_type_hints(command, include_extras=True)
    parameters: list[Parameter] = []
    groups: dict[str, type[OptionGroup]] = {}
    for parameter in signature(command).parameters.values():
        hint = hints[parameter.name]
        if isinstance(hint, type) and issubclass(hint, OptionGroup):
            groups[parameter.name] = hint
            types = get_type_hints(hint)
            for name, declared in hint.options.items():
                # Typer knows no unions, and need not where the type is what the text is made into.
                type_ = types[name] if declared.click_type is None else Any
                parameters.append(Parameter(name, Parameter.KEYWORD_ONLY, default=declared, annotation=type_))
        else:
            parameters.append(parameter.replace(annotation=hint, kind=Parameter.KEYWORD_ONLY))

    def run(**values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(**{member: values.pop(member) for member in group.options})
        command(**values)

    run.__name__ = command.__name__
    run.__doc__ = command.__doc__
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    run.needs = dict(_needs(parameters))  # type: ignore[attr-defined]
    return run


def _needs(parameters: list[Parameter]) -> Iterator[tuple[str, int]]:
    """Return the places of parameters among what most people need, by their names."""
    for parameter in parameters:
        declared = (parameter.default, *getattr(parameter.annotation, "__metadata__", ()))
        for need in (getattr(info, "need", None) for info in declared):
            if need is not None:
                yield parameter.name, need
