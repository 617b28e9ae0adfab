"""The cells of row R by orjson, pygeohash and a counter for each precision: advise_orjson.py FILE"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import orjson
import pygeohash

FINEST = 8

with Path(sys.argv[1]).open("rb") as lines:
    nodes = map(orjson.loads, lines)
    cells = [pygeohash.encode(node["lat"], node["lon"], FINEST) for node in nodes]
for precision in range(1, FINEST + 1):
    sizes = Counter(cell[:precision] for cell in cells)
    alone = sum(size == 1 for size in sizes.values())
    print(json.dumps({"precision": precision, "cells": len(sizes), "alone": alone}))
