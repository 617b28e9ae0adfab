"""What a page shows: sentences, views as tables, and a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rvhctl.formats.shapes import View


class Area(NamedTuple):
    """A group of nodes on a map."""

    name: str
    health: str
    """``healthy``, ``degraded`` or ``down``."""
    nodes: int
    serving: int
    lat: float
    lon: float
    """The middle, in degrees."""
    height: float = 0.0
    width: float = 0.0
    """In degrees; 0 where it has no borders."""


class Dot(NamedTuple):
    """A node on a map."""

    name: str
    lat: float
    lon: float
    latency: float
    """In milliseconds; NaN without a measurement."""
    kept: bool


class Flow(NamedTuple):
    """Traffic of one area that another serves; both by their places among the areas."""

    origin: int
    server: int
    share: float
    """In per cent."""


class Chart(NamedTuple):
    """A map of areas, their nodes, and where traffic goes."""

    kind: str
    """What an area is called: ``cell``."""
    areas: Sequence[Area]
    dots: Sequence[Dot]
    flows: Sequence[Flow] = ()
    unplaced: str = ""
    """What is not on the map for want of coordinates."""


class Section(NamedTuple):
    """A table with its heading."""

    heading: str
    view: View
    options: str = "-o csv"
    """With which a run says all that the table has, also where it is too long for a page."""


class Page(NamedTuple):
    """All of a page, top to bottom."""

    name: str
    """What answered: ``rvhctl faultset``."""
    title: str
    """The answer in a few words."""
    sections: Sequence[Section]
    verdict: str = ""
    """The worst health; empty where nothing was judged."""
    summary: Sequence[str] = ()
    """Sentences that everybody reads."""
    facts: Sequence[tuple[str, str]] = ()
    """What was asked, of what, and when."""
    chart: Chart | None = None
    no_chart: str = ""
    """Why there is no map; empty where none is missed."""
