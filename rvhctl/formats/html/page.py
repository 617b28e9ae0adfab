"""The page as a whole: what was answered, the map, the tables.

Its policy (CSP) forbids whatever is outside, and every script and style but its own; no data is in these.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from rvhctl.formats.html.map import figure
from rvhctl.formats.html.parts import Page, Section
from rvhctl.formats.html.tables import table
from rvhctl.formats.html.text import element, text
from rvhctl.streams.progress import watched

FOLDER: Final = Path(__file__).parent


def write(page: Page) -> Iterator[bytes]:
    """Yield the page in UTF-8."""
    style, script = (
        (FOLDER / name).read_text(encoding="utf-8").strip() for name in ("style.css", "search.js")
    )
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        '<meta name="referrer" content="no-referrer">\n',
        f"<title>{text(f'{page.name}: {page.title}')}</title>\n<style>{style}</style>\n</head>\n<body>\n",
        f"<header>\n{_head(page)}</header>\n<main>\n{_map(page)}{_SEARCH}",
    ]
    for part in parts:
        yield part.encode()
    for number, section in enumerate(watched(page.sections, "making tables", len(page.sections), "tables")):
        yield _section(number, section).encode()
    yield f"</main>\n<footer>{_made(page)}</footer>\n<script>{script}</script>\n</body>\n</html>\n".encode()


_SEARCH: Final = (
    '<form role="search" hidden><label for="search">Find in the tables</label> '
    '<input id="search" type="search" autocomplete="off" spellcheck="false"> <output></output></form>\n'
)
"""Shown by the script, without which it would do nothing."""


def _hash(source: str) -> str:
    """What the policy calls a script or style that it lets run."""
    return f"sha256-{b64encode(sha256(source.encode()).digest()).decode()}"


def _head(page: Page) -> str:
    badge = element("span", text(page.verdict), class_=f"badge {page.verdict}") + " " if page.verdict else ""
    summary = badge + "<br>\n".join(text(line[:1].upper() + line[1:]) for line in page.summary)
    facts = "".join(f"<dt>{text(term)}</dt><dd>{text(said)}</dd>\n" for term, said in page.facts)
    return f"<h1>{text(page.title)}</h1>\n<p>{summary}</p>\n{element('dl', facts) if facts else ''}\n"


def _map(page: Page) -> str:
    if page.chart is None:
        return element("p", text(page.no_chart)) + "\n" if page.no_chart else ""
    title = f"Map of the {page.chart.kind}s and nodes"
    description = f"{page.title}. {' '.join(page.summary)} The tables below say the same in words."
    drawn = figure(page.chart, title, description)
    return f'<section aria-labelledby="map">\n<h2 id="map">Map</h2>\n{drawn}\n</section>\n'


def _section(number: int, section: Section) -> str:
    name = f"table-{number}"
    drawn = table(section.view, section.options)
    return (
        f'<section aria-labelledby="{name}">\n<h2 id="{name}">{text(section.heading)}</h2>\n'
        f'<div class="wide" role="group" aria-labelledby="{name}" tabindex="0">{drawn}</div>\n'
        "</section>\n"
    )


def _made(page: Page) -> str:
    land = "Outlines of land: Natural Earth, public domain. " if page.chart is not None else ""
    return f"<p>{land}This file needs nothing from elsewhere.</p>"
