"""``-o html`` of the commands over nodes: a page for a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from rvhctl import __version__
from rvhctl.commands._decisions import reasons_of
from rvhctl.formats.wording import and_more, counted, shown
from rvhctl.nodes.nodes import Nodes
from rvhctl.streams.sink import Sink

if TYPE_CHECKING:
    from rvhctl.formats.shapes import View
    from rvhctl.policy.evaluation import Evaluation
    from rvhctl.policy.request import Request
    from rvhctl.policy.views import Outlook

NAMED: Final = 5
"""Parts of a value that was asked for; of more the page has the number."""


def write_answer(
    name: str,
    nodes: Nodes,
    evaluation: Evaluation,
    outlook: Outlook | None,
    request: Request,
    members: Mapping[str, Any],
    sink: Sink,
) -> None:
    """Write the page of a decision; ``members`` are what was asked for."""
    from rvhctl.formats.write import write_page
    from rvhctl.policy.pages.answer import answer_page

    asked = {**members, "precision": request.precision} if request.precision is not None else members
    facts = [*_facts(nodes, asked), ("Left out", reasons_of(evaluation))]
    write_page(answer_page(name, nodes, evaluation, outlook, request.top, facts), sink)


def write_advice(name: str, nodes: Nodes, view: View, members: Mapping[str, Any], sink: Sink) -> None:
    """Write the page of a table of precisions."""
    from rvhctl.formats.html.parts import Page, Section
    from rvhctl.formats.write import write_page

    sections = [Section("Precisions", view)]
    write_page(Page(name, "Sizes of cells", sections, facts=list(_facts(nodes, members))), sink)


def _facts(nodes: Nodes, members: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What was asked, of what, and when."""
    yield "Asked", "; ".join(_said(name, value) for name, value in members.items() if value is not False)
    yield "Of", f"{counted(nodes.total, 'node')}{f' from {nodes.source}' if nodes.source else ''}"
    if nodes.doubts:
        yield "In doubt", "what measured them says that its answer may be incomplete"
    yield "Made", f"{_now()} by rvhctl {__version__}"


def _said(name: str, value: Any) -> str:
    """A member in words: ``relative 1.5``."""
    word = name.replace("_", "-")
    if value is True:
        return word
    if isinstance(value, Mapping):
        return f"{word} of {len(value)}"
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        if value and not isinstance(value[0], str):
            return f"{word} of {len(value)}"
        return f"{word} {and_more(list(map(str, value[:NAMED])), len(value))}"
    return f"{word} {shown(value) if isinstance(value, float) else value}"


def _now() -> str:
    """The time in UTC; a build that is to be the same again states its own (reproducible-builds.org)."""
    from time import gmtime, strftime, time

    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    return strftime("%Y-%m-%d %H:%M:%S UTC", gmtime(int(seconds) if seconds.isdecimal() else time()))
