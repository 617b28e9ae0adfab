"""A floor: the file read and nothing done with it: floor_read.py FILE"""

from __future__ import annotations

import sys
from pathlib import Path

with Path(sys.argv[1]).open("rb", buffering=0) as file:
    while file.read(1 << 20):
        pass
