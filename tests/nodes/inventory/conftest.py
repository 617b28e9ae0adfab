"""A folder with an inventory in it."""

from __future__ import annotations

from pathlib import Path

import pytest

INVENTORY = """\
id,lat,lon,zone
a1,52.37,4.90,ams
a2,52.31,4.76,ams
a3,52.36,4.91,ams
n1,40.64,-73.78,nyc
n2,40.65,-73.79,nyc
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("inventory.csv").write_text(INVENTORY)
