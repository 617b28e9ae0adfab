"""Options in bundles: a command takes a dataclass of options as one parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints


def bundled(command: Callable[..., None]) -> Callable[..., None]:
    """The command as Typer wants it: each field of a bundle an option of its own.

    A bundle is a dataclass whose fields are annotated as options and have defaults.
    """
    hints = get_type_hints(command, include_extras=True)
    parameters: list[Parameter] = []
    bundles: dict[str, tuple[type, list[str]]] = {}
    for parameter in signature(command).parameters.values():
        hint = hints[parameter.name]
        if not (isinstance(hint, type) and is_dataclass(hint)):
            parameters.append(parameter.replace(annotation=hint, kind=Parameter.KEYWORD_ONLY))
            continue
        inner = get_type_hints(hint, include_extras=True)
        for option in fields(hint):
            assert option.default is not MISSING, f"the option {option.name} needs a default"
            parameters.append(
                Parameter(
                    option.name, Parameter.KEYWORD_ONLY, default=option.default, annotation=inner[option.name]
                )
            )
        bundles[parameter.name] = hint, [option.name for option in fields(hint)]

    def run(**values: Any) -> None:
        for name, (bundle, members) in bundles.items():
            values[name] = bundle(**{member: values.pop(member) for member in members})
        command(**values)

    run.__name__ = command.__name__
    run.__doc__ = command.__doc__
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return run
