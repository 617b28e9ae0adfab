"""The inputs: made from a seed, the same on every machine, kept in ``benchmarks/.data``."""

from __future__ import annotations

import json
import math
import os
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parent / ".data"

# Changed whenever a generator below changes what it writes, so that no old file is taken for a new one.
GENERATION = 1

# Real places: name, latitude, longitude, share of the fleet. Sites are scattered around them.
CITIES = (
    ("ams", 52.37, 4.90, 1),
    ("fra", 50.11, 8.68, 1),
    ("lon", 51.51, -0.13, 1),
    ("par", 48.86, 2.35, 1),
    ("mad", 40.42, -3.70, 1),
    ("mil", 45.46, 9.19, 1),
    ("sto", 59.33, 18.07, 2),
    ("waw", 52.23, 21.01, 1),
    ("ist", 41.01, 28.98, 1),
    ("mow", 55.76, 37.62, 1),
    ("nyc", 40.71, -74.01, 5),
    ("iad", 39.04, -77.49, 6),
    ("atl", 33.75, -84.39, 4),
    ("chi", 41.88, -87.63, 5),
    ("dfw", 32.78, -96.80, 6),
    ("den", 39.74, -104.99, 4),
    ("lax", 34.05, -118.24, 4),
    ("sea", 47.61, -122.33, 4),
    ("yyz", 43.65, -79.38, 3),
    ("anc", 61.22, -149.90, 2),
    ("mex", 19.43, -99.13, 2),
    ("bog", 4.71, -74.07, 2),
    ("gru", -23.55, -46.63, 4),
    ("scl", -33.45, -70.67, 1),
    ("eze", -34.60, -58.38, 2),
    ("cai", 30.04, 31.24, 1),
    ("los", 6.52, 3.38, 1),
    ("nbo", -1.29, 36.82, 2),
    ("jnb", -26.20, 28.05, 2),
    ("dxb", 25.20, 55.27, 2),
    ("bom", 19.08, 72.88, 3),
    ("sin", 1.35, 103.82, 2),
    ("jkt", -6.21, 106.85, 2),
    ("hkg", 22.32, 114.17, 2),
    ("tyo", 35.68, 139.69, 3),
    ("sel", 37.57, 126.98, 1),
    ("syd", -33.87, 151.21, 3),
    ("akl", -36.85, 174.76, 1),
    ("sfj", 64.18, -51.72, 1),
)
VIEWPOINT = (52.3676, 4.9041)  # Amsterdam: the place from which the latencies are measured
SITE_COUNT = 28_000
NODE_JITTER_DEGREES = 0.01  # about a kilometre: the machines of one metro

EARTH_RADIUS_KM = 6371.0
FIBRE_KM_PER_MS = 200.0
# Measured round trip over light in fibre: quantiles over 281 public measurement anchors.
STRETCH_QUANTILES = (0.0, 0.10, 0.25, 0.50, 0.75, 0.90, 1.0)
STRETCH_VALUES = (1.20, 1.80, 1.98, 2.41, 3.07, 3.87, 9.59)

NODES_IN_REQUEST = 1_000
THRESHOLD_MS = 100.0


@dataclass(frozen=True)
class Sizes:
    """How many records each generated input holds."""

    keys: int
    nodes: int
    requests: int
    columns: int  # nodes given to one call of failover()
    points: int  # coordinates given to one call of encode_many(), nodes to one of faultset()
    records: int  # keys in CSV, NDJSON and text that is answered by records


SIZES = {
    "full": Sizes(
        keys=10_000_000,
        nodes=1_000_000,
        requests=2_000,
        columns=50_000,
        points=100_000,
        records=3_000_000,
    ),
    "small": Sizes(
        keys=300_000,
        nodes=50_000,
        requests=60,
        columns=5_000,
        points=10_000,
        records=100_000,
    ),
}


def key_file(count: int) -> Path:
    """``user-0`` ... one key a line."""
    return made(f"keys-{count}.txt", lambda: key_blocks(count))


def node_file(count: int) -> Path:
    """One NDJSON node a line; ids ascend, so that "by id" and "in input order" are one order."""
    return made(f"nodes-{count}.ndjson", lambda: (line + "\n" for line in node_lines(count)))


def drill_file() -> Path:
    """1,000 nodes in 50 zones, each zone at one place, one node a line."""
    places = Random(50)

    def lines() -> Iterator[str]:
        for zone in range(50):
            place = {"lat": round(places.uniform(-60, 60), 4), "lon": round(places.uniform(-180, 180), 4)}
            for number in range(20):
                latency = round(places.lognormvariate(3, 0.5), 3)
                node = {"id": f"z{zone}-{number}", "zone": f"z{zone}", **place, "latency": latency}
                yield json.dumps(node) + "\n"

    return made("drill-1000.ndjson", lines)


def request_file(first: int, last: int) -> Path:
    """Requests ``first`` (inclusive) to ``last`` (exclusive), of 1,000 nodes each, one a line."""
    return made(f"requests-{first}-{last}.ndjson", lambda: request_lines(first, last))


def giant_line_file(count: int, giant_bytes: int) -> Path:
    """Keys with one giant line in their middle."""

    def blocks() -> Iterator[str]:
        yield from key_blocks(count // 2)
        yield "x" * giant_bytes + "\n"
        yield from key_blocks(count - count // 2)

    return made(f"keys-{count}-giant-{giant_bytes}.txt", blocks)


def first_record(path: Path) -> Path:
    """A file of the first record alone: what a program costs before it has real work."""
    with path.open(encoding="utf-8") as lines:
        first = list(islice(lines, 2 if path.suffix == ".csv" else 1))
    return made(f"one-of-{path.name}", lambda: first)


def made(name: str, content: Callable[[], Iterable[str]]) -> Path:
    """The file in the cache, generated if it is not there yet; never left half written."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"g{GENERATION}-{name}"
    if not path.exists():
        unfinished = path.with_suffix(f".{os.getpid()}.tmp")
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(content())
        unfinished.rename(path)
    return path


def key_blocks(count: int, block: int = 10_000) -> Iterator[str]:
    for start in range(0, count, block):
        yield "".join(f"user-{i}\n" for i in range(start, min(start + block, count)))


def node_lines(count: int) -> Iterator[str]:
    random = Random("rvhctl nodes")
    sites = [site(random) for _ in range(SITE_COUNT)]
    # The first one is at the viewpoint: a file of this line alone has a survivor.
    sites[0] = ("ams", *VIEWPOINT, 0.0)
    for i in range(count):
        name, lat, lon, light_ms = sites[int(random.random() * SITE_COUNT) if i else 0]
        lat += (random.random() - 0.5) * 2 * NODE_JITTER_DEGREES
        lon += (random.random() - 0.5) * 2 * NODE_JITTER_DEGREES
        latency = light_ms * stretch(random.random()) + 0.2 + 2.8 * random.random()
        yield f'{{"id":"n{i:07}-{name}","lat":{lat:.6f},"lon":{lon:.6f},"latency":{latency:.3f}}}'


def site(random: Random) -> tuple[str, float, float, float]:
    """A place near one of the cities: name, lat, lon, round trip of light in fibre (ms)."""
    name, city_lat, city_lon, _ = random.choices(CITIES, weights=[city[3] for city in CITIES])[0]
    # The sum of three uniform numbers is bell-shaped and the same on every platform.
    lat = city_lat + 5.0 * (random.random() + random.random() + random.random() - 1.5)
    lon = city_lon + 8.0 * (random.random() + random.random() + random.random() - 1.5)
    lon = (lon + 180.0) % 360.0 - 180.0
    lon = min(max(lon, -179.9), 179.9)
    return name, lat, lon, 2.0 * distance_km(VIEWPOINT, (lat, lon)) / FIBRE_KM_PER_MS


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance by the haversine formula."""
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(h))


def stretch(share: float) -> float:
    """The quantile function of round trip / light in fibre, linear between the measured points."""
    i = min(bisect_right(STRETCH_QUANTILES, share), len(STRETCH_VALUES) - 1)
    low, high = STRETCH_QUANTILES[i - 1], STRETCH_QUANTILES[i]
    part = (share - low) / (high - low)
    return STRETCH_VALUES[i - 1] + part * (STRETCH_VALUES[i] - STRETCH_VALUES[i - 1])


def request_lines(first: int, last: int) -> Iterator[str]:
    """Request r holds the r-th thousand of nodes; after the last node the first comes again."""
    lines = list(node_lines(min(last * NODES_IN_REQUEST, SIZES["full"].nodes)))
    for r in range(first, last):
        start = r * NODES_IN_REQUEST % len(lines)
        nodes = ",".join(lines[start : start + NODES_IN_REQUEST])
        yield f'{{"nodes":[{nodes}],"threshold":{THRESHOLD_MS:g}}}\n'


def columns(case: str, count: int) -> tuple[list[str], list[float]]:
    """Ids and latencies (ms) for failover(); at the threshold of 100 about half of ``random`` survive."""
    random = Random(f"rvhctl columns {case}")
    ids = [f"node-{i}" for i in range(count)]
    latencies = [random.random() * 2 * THRESHOLD_MS for _ in range(count)]
    if case == "outlier":
        # Everything in one millionth of a millisecond but for one survivor at the threshold itself.
        latencies = [x * 1e-9 for x in latencies]
        latencies[count // 2] = THRESHOLD_MS
    elif case == "sorted":
        latencies.sort()
    elif case == "reversed":
        latencies.sort(reverse=True)
    elif case == "equal":
        latencies = [42.0] * count
    elif case == "few":
        latencies = [float(int(x)) for x in latencies]
    elif case == "exponents":
        # From the smallest numbers there are up to the threshold, evenly in the exponent.
        latencies = [THRESHOLD_MS * 10.0 ** (-310.0 * random.random()) for _ in range(count)]
    elif case == "missing":
        latencies = [x if i % 10 else math.nan for i, x in enumerate(latencies)]
    elif case != "random":
        raise ValueError(f"no such case: {case}")
    return ids, latencies


ADVERSARIAL_CASES = ("outlier", "sorted", "reversed", "equal", "few", "exponents", "missing")


def points(count: int) -> list[tuple[float, float]]:
    """Coordinates of nodes, (lat, lon) in degrees."""
    random = Random("rvhctl points")
    return [(place[1], place[2]) for place in islice(iter(lambda: site(random), None), count)]


def loop_keys(case: str, count: int) -> list[str]:
    """``one``: the same key again and again; ``many``: different ones."""
    return ["tx42" if case == "one" else f"tx{i}" for i in range(count)]
