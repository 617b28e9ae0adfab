"""The map of a page: what is drawn where, and what it says."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import pytest
from support.pages import Element, read_page

from rvhctl.formats.html import arrows, labels, marks
from rvhctl.formats.html.map import BEYOND, LAND, figure
from rvhctl.formats.html.parts import Area, Chart, Dot, Flow
from rvhctl.formats.html.window import WIDTH, Rectangle, Window

AMS = Area("ams", "healthy", 3, 3, 52.3, 4.9)
FRA = Area("fra", "degraded", 4, 1, 50.0, 8.6)
TYO = Area("tyo", "down", 2, 0, 35.7, 139.7)
SFO = Area("sfo", "healthy", 2, 2, 37.6, -122.4)
EVIL = '"><script>&\x00\u202e'


def drawn(chart: Chart) -> Element:
    return read_page(
        figure(chart, "title", "text").replace("map-title", "t").encode().replace(b'="map"', b'="t"')
    )


def dots_of(*areas: Area) -> list[Dot]:
    return [Dot(f"{area.name}-1", area.lat, area.lon, 10.0, area.health != "down") for area in areas]


def boxes_in(page: Element) -> dict[str, Element]:
    """By their titles."""
    (group,) = (one for one in page.of_class("areas") if one.all("title"))
    return {box.all("title")[0].text: box for box in group.children}


def test_areas_tell_their_health_by_colour_pattern_and_word() -> None:
    page = drawn(Chart("cell", [AMS, TYO, FRA], dots_of(AMS, TYO, FRA)))
    boxes = boxes_in(page)
    assert list(boxes) == [
        "ams: healthy, 3 of 3 nodes serve",
        "fra: degraded, 1 of 4 nodes serves",
        "tyo: down, 0 of 2 nodes serve",
    ]
    fills = [[rect.attributes.get("fill") for rect in box.all("rect")] for box in boxes.values()]
    assert fills == [[None], [None, "url(#degraded)"], [None, "url(#down)"]]
    said = {label.text for group in page.of_class("labels") for label in group.children}
    assert said == {"ams", "fra degraded", "tyo down"}
    assert [pattern.attributes["id"] for pattern in page.all("pattern")] == ["degraded", "down"]


def test_a_cell_has_its_own_size_and_a_small_one_can_be_seen() -> None:
    large = AMS._replace(lat=67.5, lon=22.5, height=45.0, width=45.0)
    small = SFO._replace(height=0.04, width=0.04)
    page = drawn(Chart("cell", [large, small], []))
    window = Window([90.0, 45.0, 37.6], [0.0, 22.5, 45.0, -122.4])
    sizes = [box.all("rect")[0].attributes for box in boxes_in(page).values()]
    widths = sorted(float(size["width"]) for size in sizes)
    assert widths == pytest.approx([marks.BOX, 45 * window.x_scale], abs=0.2)


def test_small_areas_that_are_close_are_one_box_with_the_worst_health() -> None:
    some = [AMS._replace(name=f"ams-{number}", lat=52.3 + number / 1000) for number in range(20)]
    some[7] = some[7]._replace(health="down", serving=0)
    page = drawn(Chart("cell", [*some, SFO], []))
    (title,) = (title for title in boxes_in(page) if title.startswith("20 cells"))
    assert title.startswith("20 cells: 1 down, 19 healthy, 57 of 60 nodes serve: ams-0, ams-1,")
    assert title.endswith("ams-7, +12")
    assert "Small cells that are close to each other are one box." in page.text
    assert "ams-7 +19 down" in page.text


def test_nodes_are_coloured_by_latency_and_the_dropped_are_crossed_out() -> None:
    dots = [Dot(f"n{number}", 0.0, number * 10.0, float(number), True) for number in range(1, 11)]
    dots += [Dot("out", 20.0, 0.0, 99.0, False), Dot("mute", -20.0, 0.0, math.nan, False)]
    page = drawn(Chart("cell", [AMS], dots))
    found = {title.text: circle for circle in page.all("circle") for title in circle.all("title")}
    assert found["n1: 1 ms, serves"].attributes["class"] == "l0"
    assert found["n10: 10 ms, serves"].attributes["class"] == "l4"
    crossed = {group.all("title")[0].text for group in page.of_class("out") if group.all("title")}
    assert crossed >= {"out: 99 ms, dropped", "mute: no measurement, dropped"}
    assert "≤ 99 ms" in page.text
    assert "no node serves" in page.text


def test_nodes_at_one_place_share_a_dot_that_says_so() -> None:
    dots = [Dot(f"n{number}", 52.3, 4.9, 10.0 * number, number != 3) for number in range(1, 4)]
    page = drawn(Chart("cell", [AMS], dots))
    assert "2 of 3 nodes serve, the median: 10 ms: n1, n2, n3" in page.text
    assert "Nodes within 5 pixels of each other are one dot." in page.text


def test_a_hundred_thousand_nodes_make_few_dots() -> None:
    dots = [Dot(f"n{row}", row % 149 - 74.5, row * 0.0036 - 180, 1.0, True) for row in range(100_000)]
    html = figure(Chart("cell", [AMS], dots), "title", "text")
    assert html.count("<circle") <= marks.MOST_SPOTS + 10
    assert len(html) < 400_000


def arrows_in(page: Element) -> list[Element]:
    return [group for group in page.of_class("flow") if group.all("title")]


def test_an_arrow_says_from_where_whereto_and_how_much() -> None:
    chart = Chart("cell", [AMS, FRA, TYO], [], [Flow(2, 0, 100.0), Flow(2, 1, 7.25)])
    wide, narrow = arrows_in(drawn(chart))
    assert wide.all("title")[0].text == "tyo to ams: 100 %"
    assert narrow.all("title")[0].text == "tyo to fra: 7.25 %"
    widths = [float(arrow.all("path")[0].attributes["stroke-width"]) for arrow in (wide, narrow)]
    assert widths[0] > 3 * widths[1]
    assert [text.text for text in wide.all("text")] == ["100 %"]


def test_an_arrow_goes_the_shorter_way_around_the_world() -> None:
    """From Tokyo to San Francisco it leaves the map on the right, and comes in on the left."""
    window = Window([37.0, 52.0, 35.0], [-122.0, 5.0, 140.0])
    (arrow,) = arrows.arrows_of([AMS, TYO, SFO], [Flow(1, 2, 50.0)], window)
    assert arrow.to_x > WIDTH
    assert arrow.to_x - arrow.x == pytest.approx(97.9 * window.x_scale)
    one, two = arrows_in(drawn(Chart("cell", [AMS, TYO, SFO], [], [Flow(1, 2, 50.0)])))
    assert "transform" not in one.attributes
    assert two.attributes["transform"] == f"translate({-WIDTH} 0)"


def test_arrows_that_cannot_be_seen_are_counted() -> None:
    near = AMS._replace(name="near", lat=52.31)
    page = drawn(Chart("cell", [AMS, near, SFO], [], [Flow(0, 1, 60.0), Flow(0, 2, 40.0)]))
    assert len(arrows_in(page)) == 1
    assert "1 arrow of the plan left out" in page.text


def boxes_at(
    places: Sequence[tuple[float, float]], health: str = "healthy", size: int = 16
) -> list[marks.Box]:
    return [marks.Box(x, y, size, size, health, f"cell-{at}", "", 1) for at, (x, y) in enumerate(places)]


EUROPE = Window([30.0, 60.0], [0.0, 60.0])
CROWD = boxes_at([(20 + 13.0 * (at % 60), 40 + 9.0 * (at % 37)) for at in range(300)])


def named(boxes: Sequence[marks.Box], obstacles: Sequence[Rectangle] = ()) -> list[labels.Label]:
    return list(labels.labels_of(boxes, obstacles, EUROPE))


def test_no_name_stands_over_another() -> None:
    found = named([*CROWD, *boxes_at([(400, 200), (402, 204)], "down")])
    assert 10 < len(found) <= labels.MOST
    assert {label.health for label in found[:2]} == {"down"}
    bounds = [label.bounds for label in found]
    assert not [(one, other) for at, one in enumerate(bounds) for other in bounds[:at] if one.meets(other)]


def test_a_few_that_are_not_well_are_named_and_many_only_where_there_is_room() -> None:
    few, many = (
        boxes_at([(300 + 16 * (at % 10), 160 + 16 * (at // 10)) for at in range(count)], "down")
        for count in (12, 60)
    )
    assert sum(label.health == "down" for label in named(CROWD + few)) == 12
    found = [label for label in named(many) if label.health == "down"]
    assert 0 < len(found) < 60
    assert all(220 < label.x < 530 and 140 < label.y < 270 for label in found)


@pytest.mark.parametrize(
    ("size", "health", "lines"),
    [
        (16, "healthy", None),
        (60, "healthy", ("cell-0",)),
        (70, "degraded", ("cell-0", "degraded")),
        (140, "degraded", ("cell-0 degraded",)),
    ],
)
def test_a_name_stands_in_its_box_where_that_is_large_enough(
    size: int, health: str, lines: tuple[str, ...] | None
) -> None:
    boxes = boxes_at([(300, 200), (300 + size, 200), (300, 200 + size)], health, size)
    (found,) = (label for label in named(boxes) if label.lines[0].startswith("cell-0"))
    (around,) = marks.seen(boxes[0], EUROPE)
    own = found.bounds
    inside = around.left <= own.left and own.right <= around.right
    inside = inside and around.top <= own.top and own.bottom <= around.bottom
    assert (found.lines if inside else None) == lines


def test_a_name_beside_its_box_covers_no_other() -> None:
    boxes = boxes_at([(100 + 40 * (at % 10), 100 + 23 * (at // 10)) for at in range(40)])
    found = named(boxes)
    assert found
    pieces = [piece for box in boxes for piece in marks.seen(box, EUROPE)]
    assert not [label for label in found for piece in pieces if label.bounds.meets(piece)]


def test_a_name_leaves_dots_and_numbers_of_arrows_free_while_there_is_room() -> None:
    (box,) = boxes_at([(300, 200)], size=100)
    corner = Rectangle(250, 150, 262, 162)
    (free,), (covered,) = (named([box], some) for some in ([corner], [Rectangle(0, 0, WIDTH, 900)]))
    assert not free.bounds.meets(corner)
    assert covered.bounds.meets(corner)


def test_what_the_seam_of_the_map_cuts_is_seen_on_both_sides() -> None:
    """Around the whole world a map is cut through a cell, or at 180 degrees, where a node may stand."""
    lons = [22.5 + 45 * at for at in range(-4, 4)]
    cells = [Area(f"c{at}", "healthy", 1, 1, 22.5, lon, 45.0, 45.0) for at, lon in enumerate(lons)]
    near = [Dot(f"n{at}", 20.0, lon, 1.0, True) for at, lon in enumerate([179.9, -179.9, 90.0])]
    page = drawn(Chart("cell", cells, near))
    titles = [title.text for group in page.of_class("areas") for title in group.all("title")]
    (cut,) = {title for title in titles if titles.count(title) == 2}
    assert len(titles) == 9
    window = Window([0.0, 45.0], [*lons, *(lon + 22.5 for lon in lons), 179.9, -179.9, 90.0])
    pieces = [
        piece
        for box in marks.boxes_of(cells, "cell", window)
        if box.title == cut
        for piece in marks.seen(box, window)
    ]
    assert sum(piece.right - piece.left for piece in pieces) == pytest.approx(45 * window.x_scale)
    assert {min(piece.left for piece in pieces), max(piece.right for piece in pieces)} == {0.0, WIDTH}
    page = drawn(Chart("cell", cells, [Dot("edge", -20.0, 180.0, 1.0, True), Dot("w", 0.0, 0.0, 1.0, True)]))
    (circles,) = (group.all("circle") for group in page.of_class("nodes") if "edge" in group.text)
    assert [float(circle.attributes["cx"]) for circle in circles if "edge" in circle.text] == [0.0, WIDTH]


def test_a_long_name_is_shortened_on_the_map_only() -> None:
    long = AMS._replace(name="z" * 500)
    page = drawn(Chart("group", [long], []))
    assert [label.text for group in page.of_class("labels") for label in group.children] == ["z" * 23 + "…"]
    assert any("z" * 500 in title for title in boxes_in(page))


def test_names_are_data_wherever_they_stand() -> None:
    evil = [area._replace(name=f"{area.name}{EVIL}") for area in (AMS, TYO, FRA)]
    page = drawn(Chart("cell", evil, dots_of(*evil), [Flow(1, 0, 100.0)]))
    assert not page.all("script")
    said = 'ams"><script>&\\x00\\u202e'
    titles = [title.text for title in page.all("title")]
    assert f"{said}: healthy, 3 of 3 nodes serve" in titles
    assert f"{said}-1: 10 ms, serves" in titles
    assert f"{said.replace('ams', 'tyo')} to {said}: 100 %" in titles


def test_what_is_without_a_place_is_said() -> None:
    assert "2 nodes are lost" in drawn(Chart("cell", [AMS], [], unplaced="2 nodes are lost")).text


def test_the_land_is_small_and_nothing_but_rings() -> None:
    text = LAND.read_text(encoding="ascii")
    assert len(text) < 40_000
    rings = text.splitlines()
    assert len(rings) > 100
    for ring in rings:
        found = re.fullmatch(r"M(-?\d+) (-?\d+)l((?:-?\d+[ ]?)+)z", ring)
        assert found
        x, y = int(found[1]), int(found[2])
        steps = list(map(int, re.findall(r"-?\d+", found[3])))
        for across, down in zip(steps[::2], steps[1::2], strict=True):
            # No line goes across the map, but along the pole.
            assert abs(across) < 300 or y == 900
            x, y = x + across, y + down
            assert abs(x) <= 1800 + BEYOND * 10
            assert -900 <= y <= 900
    assert (LAND.parent / "SOURCE.md").read_text(encoding="utf-8").count("public\ndomain")
