"""The page as a whole: its parts, its tables, and that data in it is never markup."""

from __future__ import annotations

import math
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pages import Element, read_page

from rvhctl.formats.html.page import FOLDER, write
from rvhctl.formats.html.parts import Area, Chart, Dot, Flow, Page, Section
from rvhctl.formats.html.tables import MOST_IDS, MOST_ROWS, table
from rvhctl.formats.html.text import element, text
from rvhctl.formats.shapes import Columns, View

EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a&amp;b",
    "'--><!--",
    "]]>",
    "</style>",
)


def view_of(columns: tuple[str, ...], *rows: tuple[Any, ...], caption: str = "") -> View:
    return View(columns, lambda: [list(zip(*rows, strict=True))] if rows else [], caption=caption)


def page_of(**parts: Any) -> Page:
    sections = [Section("Cells", view_of(("cell:l", "nodes:r"), ("u1", 3), caption="1 of 1"))]
    return Page(**{"name": "rvhctl faultset", "title": "3 nodes serve", "sections": sections, **parts})


def read(page: Page) -> Element:
    return read_page(b"".join(write(page)))


def test_a_page_has_all_that_it_is_given_under_landmarks() -> None:
    page = read(
        page_of(verdict="down", summary=["cells: 1 down."], facts=[("Made", "now")], no_chart="No map.")
    )
    assert page.all("title")[0].text == "rvhctl faultset: 3 nodes serve"
    assert [one.text for one in page.all("h1")] == ["3 nodes serve"]
    assert [len(page.all(name)) for name in ("header", "main", "footer", "section")] == [1, 1, 1, 1]
    assert page.of_class("badge")[0].text == "down"
    assert "Cells: 1 down." in page.text
    assert [one.text for one in page.all("dt") + page.all("dd")] == ["Made", "now"]
    assert "No map." in page.text
    assert page.all("html")[0].attributes == {"lang": "en"}


def test_the_policy_forbids_all_but_the_page_itself() -> None:
    page = read(page_of())
    (policy,) = (one.attributes["content"] for one in page.all("meta") if "http-equiv" in one.attributes)
    (style,), (script,) = page.all("style"), page.all("script")
    hashes = [b64encode(sha256(one.text.encode()).digest()).decode() for one in (style, script)]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    forbidden = {"src", "href", "style", "action"}
    asked = [one for one in page if forbidden & one.attributes.keys()]
    assert not [one for one in asked if not one.attributes.get("href", "").startswith("#")]


def test_a_page_without_javascript_shows_everything_but_the_search() -> None:
    page = read(page_of())
    assert [one.name for one in page if "hidden" in one.attributes] == ["form"]


def test_a_page_is_printed_and_seen_in_the_dark() -> None:
    (style,) = read(page_of()).all("style")
    assert "@media print" in style.text
    assert "@media screen and (prefers-color-scheme: dark)" in style.text


@given(st.sampled_from(EVIL) | st.text(min_size=1))
def test_data_is_never_markup(said: str) -> None:
    area = Area(said, "down", 1, 0, 1.0, 2.0)
    chart = Chart("cell", [area, Area("b", "healthy", 1, 1, 50.0, 60.0)], [Dot(said, 1.0, 2.0, 3.0, False)])
    chart = chart._replace(flows=[Flow(0, 1, 100.0)], unplaced=said)
    view = view_of((f"{said.replace(':', '')}:l", "ids"), (said, said), caption=said)
    harmless = read(page_of())
    page = read(
        page_of(
            name=said,
            title=said,
            sections=[Section(said, view)],
            summary=[said],
            facts=[(said, said)],
            chart=chart,
        )
    )
    of_maps = {
        "svg",
        "title",
        "desc",
        "defs",
        "pattern",
        "clippath",
        "rect",
        "path",
        "use",
        "g",
        "text",
        "circle",
    }
    of_maps |= {"tspan", "figure", "span", "figcaption", "ul", "li", "dl", "dt", "dd", "br"}
    assert {one.name for one in page} <= {one.name for one in harmless} | of_maps
    assert len(page.all("script")) == 1
    assert not [one for one in page if any(name.startswith("on") for name in one.attributes)]
    (only,) = page.all("table")
    assert only.rows == [[unescape(text(said))] * 2]


def test_text_shows_what_has_no_form() -> None:
    assert text("a\x00\x1b\x7f\x85") == "a\\x00\\x1b\\x7f\\x85"
    assert text("\ud800") == "\\ud800"
    assert text("<\"'&>") == "&lt;&quot;&#x27;&amp;&gt;"
    assert (
        element("g", "", class_='a"b', clip_path="c", x=1.5, y=None)
        == '<g class="a&quot;b" clip-path="c" x="1.5"></g>'
    )


def read_table(view: View) -> Element:
    return read_page(table(view, "-o csv").encode())


def test_a_table_says_what_its_cells_are() -> None:
    view = view_of(
        ("id", "health:l", "latency:r", "ids"),
        ("a", "down", 1.5, ["x", "y"]),
        ("b", "healthy", math.nan, []),
        caption="1\n2",
    )
    found = read_table(view)
    assert found.rows == [["a", "down", "1.5", "x, y"], ["b", "healthy", "-", ""]]
    assert found.all("caption")[0].text == "12"
    heads = [(one.text, one.attributes.get("class"), one.attributes["scope"]) for one in found.all("th")]
    assert heads == [
        ("id", None, "col"),
        ("health", None, "col"),
        ("latency", "number", "col"),
        ("ids", None, "col"),
        ("a", None, "row"),
        ("b", None, "row"),
    ]
    assert [one.attributes.get("class") for one in found.all("td")[:3]] == ["short down", "number", None]


def test_no_line_breaks_an_id() -> None:
    """It might at a hyphen; of an id that is longer than a name of hosts it may, for the sake of the other columns."""
    ids = ["eu-1", "plain", "a,b", "z-" * 40]
    (whole,) = read_table(view_of(("ids",), (ids,))).all("th")[1:]
    assert [part if isinstance(part, str) else part.text for part in whole.parts] == [
        "eu-1,",
        " plain, ",
        '"a,b",',
        " " + ids[-1],
    ]
    style = (FOLDER / "style.css").read_text(encoding="utf-8")
    assert re.search(r"^table span[^{]*\{ white-space: nowrap; \}$", style, re.M)


def test_a_table_ends_with_how_many_rows_more_there_are() -> None:
    rows = [(f"n{row}", [f"id-{at}" for at in range(100)]) for row in range(MOST_ROWS + 3)]
    found = read_table(view_of(("id", "ids"), *rows))
    assert len(found.rows) == MOST_ROWS
    assert "3 rows more are not on this page; -o csv has them all." in found.text
    assert found.rows[0][1].endswith(f"id-{MOST_IDS - 1}, +{100 - MOST_IDS}")
    assert not read_table(view_of(("id", "ids"), *rows[:MOST_ROWS])).of_class("rest")


def test_a_table_makes_no_rows_that_nobody_sees() -> None:
    def pieces() -> Iterator[Columns]:
        yield [[f"n{row}" for row in range(MOST_ROWS)]]
        yield [["one more"]]
        pytest.fail("the number of rows is known")

    found = read_table(View(("id",), pieces, count=1_000_000))
    assert len(found.rows) == MOST_ROWS
    assert "998000 rows more are not on this page" in found.text


def test_people_see_the_order_that_is_for_people() -> None:
    view = View(("id",), lambda: [[["a", "b"]]], ordered=lambda: [[["b"]], [["a"]]])
    assert read_table(view).rows == [["b"], ["a"]]


def test_people_do_not_see_what_says_nothing() -> None:
    for ordered in (None, lambda: [[["b"], [None], [2]]]):
        view = View(("id", "cell:l", "n:r"), lambda: [[["a"], [None], [1]]], ordered=ordered, blank="cell")
        found = read_table(view)
        assert [one.text for one in found.all("th")][:2] == ["id", "n"]
        assert found.rows == ([["b", "2"]] if ordered else [["a", "1"]])


def test_a_view_without_rows_is_an_empty_table() -> None:
    assert read_table(view_of(("id", "n:r"))).rows == []


def test_styles_name_no_class_that_is_never_used() -> None:
    (style,) = read(page_of()).all("style")
    used = {
        "healthy",
        "degraded",
        "down",
        "badge",
        "map",
        "legend",
        "sea",
        "land",
        "areas",
        "nodes",
        "out",
        "flow",
    }
    used |= {
        "head",
        "wide",
        "number",
        "short",
        "rest",
        "hatch-degraded",
        "hatch-down",
        *(f"l{at}" for at in range(5)),
    }
    assert set(re.findall(r"\.([a-z][\w-]*)", style.text)) == used
