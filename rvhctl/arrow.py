"""Columns of Arrow, whatever library holds them: the functions of this package over whole columns, without an object
for a value. They need pyarrow, which is imported when one is called: ``pip install 'rvhctl[arrow]'``.
"""

from rvhctl.columnar.fleet import failover, faultset, geohash_encode
from rvhctl.columnar.keys import jump_hash, owners

__all__ = ["failover", "faultset", "geohash_encode", "jump_hash", "owners"]
