"""Row J by Python's csv: failover_csv.py FILE THRESHOLD"""

from __future__ import annotations

import csv
import gc
import sys
from operator import itemgetter
from pathlib import Path

path, threshold = Path(sys.argv[1]), float(sys.argv[2])
gc.disable()  # nothing here is ever garbage; the collector would only slow the peer down
with path.open(newline="") as file:
    rows = csv.reader(file)
    header = next(rows)
    column = header.index("latency")
    survivors = [(latency, row) for row in rows if (latency := float(row[column])) <= threshold]
survivors.sort(key=itemgetter(0))
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(header)
writer.writerows([row for _, row in survivors])
