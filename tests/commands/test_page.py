"""``-o html``: at the command line, and what a browser makes of it."""

from __future__ import annotations

import json
import os
import pty
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.browser import CHROMIUM, Tab, browser
from support.cli import rvhctl
from support.pages import Element, read_page
from support.program import Program

EVIL = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a&amp;b", "'--><svg onload=alert(1)>")
PLACES = ((52.3, 4.9), (50.0, 8.6), (35.7, 139.7), (37.6, -122.4))
NODES = json.dumps(
    [
        {"id": node, "lat": lat, "lon": lon, "latency": latency, "zone": node}
        for node, (lat, lon), latency in zip(EVIL, PLACES, (1.5, 99, None, 3.25), strict=True)
    ]
).encode()
FAULTSET = ("faultset", "--relative", "1.5", "-p", "2", "-o", "html")


def page_of(*arguments: str, stdin: bytes = NODES, code: int = 0) -> Element:
    done = rvhctl(*arguments, stdin=stdin)
    assert done.code == code, done.err
    return read_page(done.out)


def headings(page: Element) -> list[str]:
    return [one.text for one in page.all("h2")]


def test_a_page_has_a_map_and_every_node_with_its_reason() -> None:
    page = page_of(*FAULTSET)
    assert page.all("h1")[0].text == "3 of 4 nodes serve"
    assert headings(page) == ["Map", "Cells", "Nodes"]
    *_, nodes = page.all("table")
    assert {row[0] for row in nodes.rows} == set(EVIL)
    assert nodes.rows[0][:5] == [EVIL[2], "xn", "false", "no_measurement", "-"]
    facts = dict(zip([one.text for one in page.all("dt")], [one.text for one in page.all("dd")], strict=True))
    assert facts.keys() == {"Asked", "Of", "Made", "Left out"}
    assert facts["Asked"] == "relative 1.5; precision 2"
    assert facts["Of"] == "4 nodes from standard input" or facts["Of"].startswith("4 nodes from ")
    assert facts["Left out"] == "1 without measurement"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (("--plan",), ["Map", "Plan", "Cells", "Nodes"]),
        (("--explain",), ["Map", "Cells", "Nodes"]),
        (("--drill", "groups"), ["Map", "Drill", "Cells", "Nodes"]),
        (("--down", EVIL[0], "--top", "1"), ["Map", "Cells", "Nodes"]),
    ],
)
def test_a_page_shows_the_view_that_is_asked_for_first(flags: tuple[str, ...], expected: list[str]) -> None:
    assert headings(page_of(*FAULTSET, *flags)) == expected


def test_a_threshold_alone_tells_of_every_node_too() -> None:
    page = page_of("failover", "--threshold", "50", "-o", "html")
    assert headings(page) == ["Survivors", "Nodes"]
    assert "failover does not look at coordinates" in page.text
    reasons = {row[0]: row[2] for row in page.all("table")[-1].rows}
    assert reasons == dict(zip(EVIL, ("", "over_threshold", "no_measurement", ""), strict=True))


def test_groups_by_label_are_on_the_map_where_they_have_a_place() -> None:
    placed = page_of("faultset", "--relative", "1.5", "--by", "zone", "-o", "html")
    assert headings(placed) == ["Map", "Groups", "Nodes"]
    stdin = b"id,zone,latency\na,x,1\nb,y,2\n"
    page = page_of("faultset", "--relative", "1.5", "--by", "zone", "-o", "html", stdin=stdin)
    assert headings(page) == ["Groups", "Nodes"]
    assert "There is no map: no node has lat and lon." in page.text
    half = b"id,zone,lat,lon,latency\na,x,1,2,1\nb,y,,,2\n"
    page = page_of("faultset", "--relative", "1.5", "--by", "zone", "-o", "html", stdin=half)
    assert "1 group and 1 node without coordinates are not on the map." in page.text


def test_advice_is_a_page_with_a_table() -> None:
    page = page_of("faultset", "--advise", "-o", "html")
    assert headings(page) == ["Precisions"]
    assert "recommended:" in page.all("caption")[0].text


def test_a_page_is_written_also_where_nobody_serves() -> None:
    page = page_of("faultset", "--threshold", "0", "-p", "2", "-o", "html", code=3)
    assert page.all("h1")[0].text == "0 of 4 nodes serve"
    assert page.of_class("badge")[0].text == "down"


def test_a_page_can_be_made_again_byte_by_byte() -> None:
    one, other = (rvhctl(*FAULTSET, stdin=NODES, SOURCE_DATE_EPOCH="1000000000").out for _ in range(2))
    assert one == other
    assert b"2001-09-09 01:46:40 UTC" in one


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*FAULTSET, "--batch"), "--batch answers in NDJSON, not in html"),
        ((*FAULTSET, "--json"), "--json and --output html exclude each other"),
        (("jump-hash", "-b", "3", "-k", "a", "-o", "html"), "'html' is not one of"),
    ],
)
def test_what_has_no_page_is_a_usage_error(arguments: tuple[str, ...], said: str) -> None:
    done = rvhctl(*arguments, stdin=NODES)
    assert (done.code, done.out) == (2, b"")
    assert said in done.err
    assert done.err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX")
def test_a_page_is_not_for_a_terminal(program: Program) -> None:
    master, terminal = pty.openpty()
    code, _, err = program.run(*FAULTSET, stdin=NODES, stdout=terminal)
    os.close(terminal)
    os.close(master)
    assert code == 2
    assert err == "rvhctl: -o html is for a browser, not for a terminal: add > report.html\n"


def test_a_fleet_of_a_hundred_thousand_is_a_page_of_few_megabytes() -> None:
    rows = [f"node-{row},{row % 1399 / 10 - 70},{row % 3571 / 10 - 178},{row % 97}" for row in range(100_000)]
    stdin = "\n".join(["id,lat,lon,latency", *rows]).encode()
    done = rvhctl("faultset", "--relative", "1.5", "-p", "3", "--plan", "-o", "html", stdin=stdin)
    assert done.code == 0
    assert len(done.out) < 3_000_000
    assert b"98000 rows more are not on this page; --explain -o csv has them all." in done.out


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_bytes(rvhctl(*FAULTSET, "--plan", stdin=NODES).out)
    return file


in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
ROWS_SEEN = "[...document.querySelectorAll('tbody tr')].filter(row => row.offsetParent).length"


@in_a_browser
def test_a_browser_has_nothing_to_complain_about_and_asks_for_nothing(tab: Tab, report: Path) -> None:
    tab.open(report)
    assert tab.said() == []
    assert tab.requests() == [report.as_uri()]
    assert tab.value("document.title") == "rvhctl faultset: 3 of 4 nodes serve"
    assert tab.value("document.compatMode") == "CSS1Compat"
    assert (
        tab.value("getComputedStyle(document.querySelector('h2')).fontSize") != "24px"
    )  # its style was let in


@in_a_browser
def test_ids_that_look_like_markup_are_inert_in_a_browser(tab: Tab, report: Path) -> None:
    tab.open(report)
    assert tab.value("document.images.length + document.querySelectorAll('[onerror], [onload]').length") == 0
    assert tab.value("document.scripts.length") == 1
    ids = tab.value(
        "[...document.querySelectorAll('section:last-of-type tbody th')].map(cell => cell.textContent)"
    )
    assert set(ids) == set(EVIL)
    assert tab.said() == []


@in_a_browser
def test_searching_hides_the_other_rows(tab: Tab, report: Path) -> None:
    tab.open(report)
    every = tab.value(ROWS_SEEN)
    tab.value("document.querySelector('input').focus()")
    tab.type("<SCRIPT alert")
    seen = tab.value(ROWS_SEEN)
    assert 0 < seen < every
    assert tab.value("document.querySelector('output').textContent") == f"{seen} of {every} rows"
    assert tab.value(
        "[...document.querySelectorAll('tbody tr')].every(r => r.hidden != /script/.test(r.textContent))"
    )
    tab.value("document.querySelector('form').requestSubmit()")
    assert tab.value(ROWS_SEEN) == seen
    tab.value("document.querySelector('input').value = ''")
    tab.value("document.querySelector('input').dispatchEvent(new Event('input'))")
    assert tab.value(ROWS_SEEN) == every
    assert tab.said() == []


@in_a_browser
def test_without_javascript_everything_can_be_read(tab: Tab, report: Path) -> None:
    tab.open(report)
    every = tab.value(ROWS_SEEN)
    tab.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(report)
        assert tab.value(ROWS_SEEN) == every
        assert tab.value("document.querySelector('form').offsetParent") is None
        assert tab.said() == []
    finally:
        tab.ask("Emulation.setScriptExecutionDisabled", value=False)


@in_a_browser
@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (400, "light"), (400, "dark")]
)
def test_a_page_is_never_wider_than_the_screen(tab: Tab, report: Path, width: int, scheme: str) -> None:
    tab.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    tab.open(report)
    assert tab.value("document.documentElement.scrollWidth") <= width
    numbers = re.findall(r"\d+", tab.value("getComputedStyle(document.body).backgroundColor"))
    assert (sum(map(int, numbers)) > 382) == (scheme == "light")
    assert tab.picture().startswith(b"\x89PNG")


@in_a_browser
def test_a_printed_page_has_no_search_and_is_light(tab: Tab, report: Path) -> None:
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    tab.ask("Emulation.setEmulatedMedia", media="print", features=dark)
    try:
        tab.open(report)
        assert tab.value("getComputedStyle(document.querySelector('form')).display") == "none"
        ink = re.findall(r"\d+", tab.value("getComputedStyle(document.body).color"))
        assert sum(map(int, ink)) < 200
    finally:
        tab.ask("Emulation.setEmulatedMedia", media="")


@in_a_browser
def test_a_screen_reader_hears_landmarks_and_tables_with_names(tab: Tab, report: Path) -> None:
    tab.open(report)
    tree = tab.ask("Accessibility.getFullAXTree")["nodes"]
    named = {
        (node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree if not node["ignored"]
    }
    roles = {role for role, _ in named}
    assert {"main", "banner", "contentinfo", "search", "rowheader", "columnheader"} <= roles
    assert [role for role, name in named if name == "Map of the cells and nodes"] == ["image"]
    assert {("region", name) for name in ("Map", "Plan", "Cells", "Nodes")} <= named
    assert ("searchbox", "Find in the tables") in named
    assert ("table", "3 of 4 nodes kept") in named
