"""Row O by a Python loop over re and two C extensions: keys_regex.py FILE BUCKETS PATTERN"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from jump import hash as jump_hash
from xxhash import xxh64_intdigest

path, buckets, search = Path(sys.argv[1]), int(sys.argv[2]), re.compile(sys.argv[3]).search
with path.open(encoding="utf-8") as lines:
    for line in lines:
        line = line.rstrip("\r\n")
        found = search(line)
        if found is None:
            sys.exit(f"no key in {line!r}")
        sys.stdout.write(f"{line}\t{jump_hash(xxh64_intdigest(found[1].encode()), buckets)}\n")
