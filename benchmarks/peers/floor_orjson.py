"""A floor: each line parsed by orjson and thrown away: floor_orjson.py FILE"""

from __future__ import annotations

import sys
from pathlib import Path

import orjson

with Path(sys.argv[1]).open("rb") as lines:
    for line in lines:
        orjson.loads(line)
