"""Row A by a Python loop over two C extensions: keys_extensions.py FILE BUCKETS"""

from __future__ import annotations

import sys
from pathlib import Path

from jump import hash as jump_hash
from xxhash import xxh64_intdigest

path, buckets = Path(sys.argv[1]), int(sys.argv[2])
with path.open("rb") as lines:
    sys.stdout.writelines(
        str(jump_hash(xxh64_intdigest(line.rstrip(b"\r\n")), buckets)) + "\n" for line in lines
    )
