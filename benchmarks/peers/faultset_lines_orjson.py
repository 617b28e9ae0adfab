"""Row D by orjson and pygeohash: faultset_lines_orjson.py FILE THRESHOLD PRECISION"""

from __future__ import annotations

import gc
import sys
from operator import itemgetter
from pathlib import Path

import orjson
import pygeohash

path, threshold, precision = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
gc.disable()  # nothing here is ever garbage; the collector would only slow the peer down
cells: dict[str, list[tuple[float, str]]] = {}
with path.open("rb") as lines:
    for line in lines:
        node = orjson.loads(line)
        cell = cells.setdefault(pygeohash.encode(node["lat"], node["lon"], precision), [])
        if node["latency"] <= threshold:
            cell.append((node["latency"], node["id"]))
for survivors in cells.values():
    survivors.sort(key=itemgetter(0))
    sys.stdout.writelines([node_id + "\n" for _, node_id in survivors])
