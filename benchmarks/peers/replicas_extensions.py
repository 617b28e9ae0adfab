"""Row N with replicas by a Python loop over two C extensions: replicas_extensions.py FILE NODES REPLICAS"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

import orjson
from jump import hash as jump_hash
from xxhash import xxh64_intdigest

path, nodes, replicas = Path(sys.argv[1]), sys.argv[2].split(","), int(sys.argv[3])
with path.open("rb") as lines:
    for line in lines:
        key = line.rstrip(b"\r\n")
        digest = xxh64_intdigest(key)
        word = digest.to_bytes(8, "little")
        chosen = [jump_hash(digest, len(nodes))]
        probes = (jump_hash(xxh64_intdigest(word, seed), len(nodes)) for seed in count(1))
        while len(chosen) < replicas:
            if (bucket := next(probes)) not in chosen:
                chosen.append(bucket)
        found = [{"bucket": bucket, "node": nodes[bucket]} for bucket in chosen]
        sys.stdout.buffer.write(
            orjson.dumps(
                {"key": key.decode(), **found[0], "replicas": found}, option=orjson.OPT_APPEND_NEWLINE
            )
        )
