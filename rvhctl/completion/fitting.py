"""What fits at the cursor: commands, options, choices, files, nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from typer._click import Command, Context
from typer._click.core import Parameter
from typer._click.shell_completion import _resolve_context, _resolve_incomplete
from typer.core import TyperGroup

from rvhctl.completion.line import Line
from rvhctl.manual.text import first_sentence

MOST: Final = 1000
"""Words offered at once; of more, the next letter is."""

LONGEST: Final = 200
"""Letters of what a command does; the shells cut it at the screen's edge."""

LIST: Final = ",..."
"""What help writes where several may stand."""


class Fitting(NamedTuple):
    """What fits; ``files`` is left to the shell, and after a word of a ``list`` a comma may follow."""

    kind: Literal["words", "list", "files"]
    words: list[tuple[str, str]]
    """Each with what it means; they replace the whole word at the cursor."""


def fitting(command: Command, line: Line) -> Fitting:
    """Return what fits at the cursor of a line."""
    before = list(line.before)
    context = _resolve_context(command, {}, "rvhctl", before)
    target, typed = _resolve_incomplete(context, before, line.current)
    option = line.current.removesuffix(typed)
    if not isinstance(target, Parameter):
        return Fitting("words", [*_commands(target, context, typed), *_options(target, context, typed)])
    metavar = target.metavar or ""
    if "FILE" in metavar:
        return Fitting("files", [])
    forms = metavar.split("|")
    if forms[0].endswith(LIST):
        named, comma, begun = typed.rpartition(",")
        words = _few(sorted({*_known(command, line, forms[0])} - {*named.split(",")}), begun)
        return Fitting("list", [(option + named + comma + word, "") for word in words])
    literal = [form for form in forms if form.isalpha() and form.islower() and form.startswith(typed)]
    chosen = [item.value for item in target.shell_complete(context, typed)]
    chosen += [word for word in sorted({*_known(command, line, metavar)}) if word.startswith(typed)]
    return Fitting("words", [(option + word, "") for word in dict.fromkeys(literal + chosen)])


def _commands(command: Command, context: Context, typed: str) -> Iterator[tuple[str, str]]:
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            known = command.get_command(context, name)
            if known is not None and name.startswith(typed):
                yield name, known.get_short_help_str(limit=LONGEST)


def _options(command: Command, context: Context, typed: str) -> Iterator[tuple[str, str]]:
    for item in Command.shell_complete(command, context, typed):
        yield item.value, first_sentence(" ".join((item.help or "").split()))


def _known(command: Command, line: Line, form: str) -> Iterable[str]:
    """What the line gives of that form, also behind the cursor."""
    from rvhctl.completion.known import KNOWN

    if form not in KNOWN:
        return ()
    context: Context = _resolve_context(command, {}, "rvhctl", [*line.before, line.current, *line.after])
    return KNOWN[form](context.params)


def _few(words: list[str], begun: str) -> list[str]:
    """Of sorted words those that go on so, or of too many their next letter; a comma in a name would make it two."""
    words = [word for word in words if word.startswith(begun) and "," not in word]
    if len(words) <= MOST:
        return words
    letters = zip(words[0], words[-1], strict=False)
    shared = next((at for at, (first, last) in enumerate(letters) if first != last), len(words[0]))
    return sorted({word[: shared + 1] for word in words})
