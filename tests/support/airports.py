"""28,298 real airports (airportsdata 20260905, MIT) with a latency from Amsterdam by distance."""

from __future__ import annotations

import csv
import gzip
from functools import cache
from pathlib import Path

from rvhctl.core.columns import Floats

DATA = Path(__file__).parents[1] / "data" / "valid" / "airports.csv.gz"


@cache
def airports() -> tuple[list[str], Floats, Floats, Floats]:
    """Ids, latitudes, longitudes and latencies."""
    with gzip.open(DATA, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    return (
        [row["id"] for row in rows],
        Floats([float(row["lat"]) for row in rows]),
        Floats([float(row["lon"]) for row in rows]),
        Floats([float(row["latency"]) for row in rows]),
    )
