"""Row C by orjson and ``sorted``: failover_lines_orjson.py FILE THRESHOLD"""

from __future__ import annotations

import gc
import sys
from operator import itemgetter
from pathlib import Path

import orjson

path, threshold = Path(sys.argv[1]), float(sys.argv[2])
gc.disable()  # nothing here is ever garbage; the collector would only slow the peer down
with path.open("rb") as lines:
    survivors = [(latency, line) for line in lines if (latency := orjson.loads(line)["latency"]) <= threshold]
survivors.sort(key=itemgetter(0))
sys.stdout.buffer.writelines([line for _, line in survivors])
