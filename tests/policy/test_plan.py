"""Shares by Envoy's priority levels, to the digit those that the program gave before groups had a capacity."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import rvhctl

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "tests/data/valid/plans/served.ndjson").read_text().splitlines()


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
@pytest.mark.parametrize("spill", [(), ("--spill", "envoy", "--fill", "33.3%")], ids=["unset", "envoy"])
def test_shares_as_they_ever_were(line: str, spill: tuple[str, ...]) -> None:
    golden = json.loads(line)
    flags = ("--plan", *golden["flags"].split(), *spill, "-o", "json")
    plan = json.loads(rvhctl("faultset", *flags, str(ROOT / golden["nodes"])).out)
    served = {
        row["cell"]: " ".join(f"{part['cell']}={part['share']}" for part in row["serve"]) for row in plan
    }
    assert served == golden["serve"]
    assert list(served) == list(golden["serve"])
