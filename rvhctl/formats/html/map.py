"""The map, as SVG: land, boxes of areas by health, traffic between them, and spots of nodes by latency."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from rvhctl.formats.html.arrows import arrows_of, drawn, numbers_of
from rvhctl.formats.html.labels import LINE, Label, labels_of
from rvhctl.formats.html.marks import HEALTHS, Box, Spot, boxes_of, limits_of, spots_of
from rvhctl.formats.html.parts import Chart
from rvhctl.formats.html.text import element, point, text
from rvhctl.formats.html.window import WIDTH, Window
from rvhctl.formats.wording import aligned, counted

LAND: Final = Path(__file__).parent / "world" / "land.txt"
"""Path data in tenths of a degree: see SOURCE.md beside it."""
AROUND: Final = 12
"""Pixels around the map, so that what is at its border is seen whole."""
BEYOND: Final = 15
"""Degrees by which land in its file reaches beyond 180."""

PATTERNS: Final = (
    '<pattern id="degraded" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="hatch-degraded" d="M0 0v7"/></pattern>'
    '<pattern id="down" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="hatch-down" d="M0 0v7M0 0h7"/></pattern>'
)
"""Health without colours: stripes, and a grid."""


def figure(chart: Chart, title: str, description: str) -> str:
    """Return the map with its legend, and a sentence on what it leaves out."""
    window = _window(chart)
    limits = limits_of(chart.dots)
    spots, size = spots_of(chart.dots, limits, window)
    boxes = boxes_of(chart.areas, chart.kind, window)
    arrows = arrows_of(chart.areas, chart.flows, window)
    marks = chain((spot.bounds for spot in spots), numbers_of(arrows, window))
    layers = (
        _land(window),
        element("g", "".join(_drawn_box(box, window) for box in boxes), class_="areas"),
        element("g", "".join(_drawn_spots(spots, window)), class_="nodes"),
        element("g", "".join(drawn(arrow, window, len(arrows)) for arrow in arrows), clip_path="url(#frame)"),
        element("g", "".join(map(_drawn_label, labels_of(boxes, marks, window))), class_="labels"),
    )
    size_of = f"{-AROUND} {-AROUND} {WIDTH + 2 * AROUND:g} {window.height + 2 * AROUND:.0f}"
    svg = (
        f'<svg class="map" role="img" aria-labelledby="map-title" aria-describedby="map-text" viewBox="{size_of}">'
        f'<title id="map-title">{text(title)}</title><desc id="map-text">{text(description)}</desc>'
        f'<defs>{PATTERNS}<clipPath id="frame"><rect width="{WIDTH:g}" height="{window.height:.1f}"/></clipPath></defs>'
        f"{''.join(layers)}</svg>"
    )
    lost = len(chart.flows) - len(arrows)
    notes = [
        chart.unplaced,
        f"Nodes within {size:.0f} pixels of each other are one dot." if len(spots) < len(chart.dots) else "",
        f"Small {chart.kind}s that are close to each other are one box."
        if len(boxes) < len(chart.areas)
        else "",
        f"{counted(lost, 'arrow')} of the plan left out: too short, or of the least share." if lost else "",
    ]
    legend = _legend(chart, limits, bool(arrows))
    scrolled = f'<div class="wide" role="group" aria-labelledby="map" tabindex="0">{svg}</div>'
    return f"<figure>{scrolled}<figcaption>{legend}{_note(notes)}</figcaption></figure>"


def _note(notes: Sequence[str]) -> str:
    said = " ".join(filter(None, notes))
    return f"<p>{text(said)}</p>" if said else ""


def _window(chart: Chart) -> Window:
    """The window around all areas with their borders, and all nodes."""
    areas = chart.areas
    lats = chain.from_iterable((area.lat - area.height / 2, area.lat + area.height / 2) for area in areas)
    lons = chain.from_iterable(
        (area.lon - area.width / 2, area.lon, area.lon + area.width / 2) for area in areas
    )
    return Window([*lats, *(dot.lat for dot in chart.dots)], [*lons, *(dot.lon for dot in chart.dots)])


def _land(window: Window) -> str:
    """The land, as often as the window shows a part of it."""
    path = LAND.read_text(encoding="ascii").replace("\n", "")
    scale = f"scale({window.x_scale / 10:.5f} {window.y_scale / 10:.5f})"
    middle = window.x(0.0)
    half = window.around / 2 + BEYOND * window.x_scale
    copies = "".join(
        f'<use href="#land" transform="translate({middle + move:.2f} {window.y(0.0):.2f}) {scale}"/>'
        for move in window.repeats(middle - half, middle + half)
    )
    frame = f'<rect class="sea" width="{WIDTH:g}" height="{window.height:.1f}"/>'
    return f'<defs><path id="land" d="{path}"/></defs>{frame}<g class="land" clip-path="url(#frame)">{copies}</g>'


def _drawn_box(box: Box, window: Window) -> str:
    """A box, as often as the map shows a part of it."""
    left, top = box.x - box.width / 2, box.y - box.height / 2
    size = f'width="{box.width:.1f}" height="{box.height:.1f}" rx="3"'
    moves = window.repeats(left, left + box.width)
    cut = "url(#frame)" if len(moves) > 1 else None
    return "".join(
        element(
            "g",
            f"<title>{text(box.title)}</title>"
            + _painted(box.health, f'x="{left + move:.1f}" y="{top:.1f}" {size}'),
            clip_path=cut,
        )
        for move in moves
    )


def _painted(health: str, place: str) -> str:
    """A rectangle in the colour and the pattern of a health."""
    pattern = "" if health == "healthy" else f'<rect {place} fill="url(#{health})"/>'
    return f'<rect class="{health}" {place}/>{pattern}'


def _drawn_spots(spots: Iterable[Spot], window: Window) -> Iterator[str]:
    """The spots, one at the border on both sides: its area may be on either."""
    for spot in spots:
        for move in window.repeats(spot.x - spot.radius, spot.x + spot.radius):
            yield _drawn_spot(spot._replace(x=spot.x + move))


def _drawn_spot(spot: Spot) -> str:
    x, y, radius = spot.x, spot.y, spot.radius
    title = f"<title>{text(spot.title)}</title>"
    if spot.level >= 0:
        return f'<circle class="l{spot.level}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">{title}</circle>'
    half = radius * 0.55
    across = 2 * half
    cross = (
        f"M{point(x - half, y - half)}l{point(across, across)}m{point(0, -across)}l{point(-across, across)}"
    )
    return (
        f'<g class="out">{title}<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/><path d="{cross}"/></g>'
    )


def _drawn_label(label: Label) -> str:
    """A label, each line in its place."""
    first = label.y - LINE * (len(label.lines) - 1) / 2 + 4
    lines = (
        element("tspan", text(line), x=f"{label.x:.1f}", y=f"{first + LINE * number:.1f}")
        for number, line in enumerate(label.lines)
    )
    return element("text", " ".join(lines), class_=label.health)


def _legend(chart: Chart, limits: Sequence[float], arrows: bool) -> str:
    """What colours and patterns mean, with the words."""
    healths = {area.health for area in chart.areas}
    parts = [
        *(_key(_sample_of(health), f"{chart.kind} {health}") for health in HEALTHS if health in healths),
        *_levels(limits),
        _key('<g class="nodes">' + _drawn_spot(Spot(9, 9, 5, -1, "")) + "</g>", "no node serves"),
    ]
    if arrows:
        arrow = (
            '<g class="flow"><path d="M1 9h9" stroke-width="3"/><path class="head" d="M17 9l-8-5v10z"/></g>'
        )
        parts.append(_key(arrow, "traffic, as wide as its share"))
    return f'<ul class="legend">{"".join(parts)}</ul>'


def _levels(limits: Sequence[float]) -> Iterator[str]:
    for level, said in enumerate(aligned(limits)):
        circle = f'<g class="nodes"><circle class="l{level}" cx="9" cy="9" r="6"/></g>'
        yield _key(circle, f"{'node ' if not level else ''}≤ {said} ms")


def _sample_of(health: str) -> str:
    place = 'x="2" y="2" width="14" height="14" rx="3"'
    return f'<g class="areas">{_painted(health, place)}</g>'


def _key(sample: str, meaning: str) -> str:
    svg = f'<svg viewBox="0 0 18 18" aria-hidden="true">{sample}</svg>'
    return f"<li>{svg} {text(meaning)}</li>"
