"""The page of a decision: what it says, and what is on its map."""

from __future__ import annotations

import math

import pytest

from rvhctl import evaluate
from rvhctl.core.columns import Floats
from rvhctl.formats.html.parts import Chart, Flow, Page
from rvhctl.nodes.fleet import Fleet
from rvhctl.nodes.nodes import Nodes
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.pages.answer import answer_page
from rvhctl.policy.plan import FleetPlan
from rvhctl.policy.policy import Policy
from rvhctl.policy.traffic.drill import Drill

FLEET = Fleet(
    ["ams-1", "ams-2", "tyo-1", "sfo-1"],
    Floats([1.0, 9.0, math.nan, 3.0]),
    Floats([52.3, 52.4, 35.7, 37.6]),
    Floats([4.9, 4.8, 139.7, -122.4]),
)


def page_of(evaluation: Evaluation, outlook: FleetPlan | Drill | None = None) -> Page:
    nodes = Nodes("ndjson", evaluation.fleet, [])
    return answer_page("rvhctl faultset", nodes, evaluation, outlook, None, [])


def chart_of(page: Page) -> Chart:
    assert page.chart is not None
    return page.chart


def test_a_page_says_who_serves_and_which_groups_are_not_well() -> None:
    evaluation = Evaluation(FLEET, Policy(threshold=5, min_survivors=2), precision=2)
    page = page_of(evaluation)
    assert page.title == "2 of 4 nodes serve"
    assert page.verdict == "down"
    assert page.summary == ["cells: 1 down, 2 degraded.", "Down: xn.", "Degraded: u1, 9q."]
    assert [section.heading for section in page.sections] == ["Cells", "Nodes"]
    assert page.no_chart == ""


def test_the_map_has_groups_nodes_and_the_traffic_that_others_serve() -> None:
    evaluation = Evaluation(FLEET, Policy(threshold=5), precision=2)
    plan = FleetPlan(evaluation, nearest=1)
    page = page_of(evaluation, plan)
    assert [section.heading for section in page.sections] == ["Plan", "Cells", "Nodes"]
    chart = chart_of(page)
    assert [(area.name, area.health, area.nodes, area.serving) for area in chart.areas] == [
        ("u1", "healthy", 2, 1),
        ("xn", "down", 1, 0),
        ("9q", "healthy", 1, 1),
    ]
    assert (chart.areas[0].height, chart.areas[0].width) == (5.625, 11.25)
    assert [(dot.name, dot.kept) for dot in chart.dots] == [
        ("ams-1", True),
        ("ams-2", False),
        ("tyo-1", False),
        ("sfo-1", True),
    ]
    assert Flow(1, 2, 100.0) in chart.flows
    assert all(flow.origin != flow.server for flow in chart.flows)


@pytest.mark.parametrize("precision", range(1, 13))
def test_a_cell_is_around_its_nodes(precision: int) -> None:
    evaluation = Evaluation(FLEET, Policy(threshold=5), precision=precision)
    chart = chart_of(page_of(evaluation))
    for dot, group in zip(chart.dots, evaluation.group_of, strict=True):
        area = chart.areas[group]
        assert abs(dot.lat - area.lat) <= area.height / 2
        assert abs(dot.lon - area.lon) <= area.width / 2


def test_a_group_of_labels_is_a_point() -> None:
    nodes = [{"id": "a", "lat": 1.5, "lon": 2.5, "latency": 1, "zone": "x"}]
    chart = chart_of(page_of(evaluate(nodes, Policy(threshold=5), by="zone")))
    (area,) = chart.areas
    assert (area.name, area.lat, area.lon, area.height, area.width) == ("x", 1.5, 2.5, 0.0, 0.0)


def test_of_a_cell_that_joined_another_the_map_says_that_it_has_no_box() -> None:
    fleet = Fleet(["a", "b", "c"], Floats([1.0] * 3), Floats([10.0] * 3), Floats([0.1, 0.2, -0.1]))
    evaluation = Evaluation(fleet, Policy(threshold=5, merge_below=2), precision=1)
    assert chart_of(page_of(evaluation)).unplaced == "What joined another cell has no box of its own."


def test_a_drill_stands_before_the_cells() -> None:
    evaluation = Evaluation(FLEET, Policy(threshold=5), precision=1)
    page = page_of(evaluation, Drill(FleetPlan(evaluation), "groups"))
    assert [section.heading for section in page.sections] == ["Drill", "Cells", "Nodes"]


def test_a_list_has_no_map_and_says_why() -> None:
    fleet = Fleet(["a", "b"], Floats([1.0, 9.0]))
    page = page_of(Evaluation(fleet, Policy(threshold=5)))
    assert page.chart is None
    assert "failover does not look at coordinates" in page.no_chart
    assert [section.heading for section in page.sections] == ["Survivors", "Nodes"]
