"""Row E by orjson and ``sorted``, one process: batch_orjson.py FILE > answers"""

from __future__ import annotations

import sys
from operator import itemgetter
from pathlib import Path

import orjson

latency = itemgetter("latency")
with Path(sys.argv[1]).open("rb") as requests:
    for index, line in enumerate(requests):
        request = orjson.loads(line)
        survivors = [node for node in request["nodes"] if node["latency"] <= request["threshold"]]
        survivors.sort(key=latency)
        answer = {"index": index, "ok": True, "survivors": survivors}
        sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
