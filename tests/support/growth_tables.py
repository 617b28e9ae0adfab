"""Tables of Parquet and Arrow that are more: their rows, columns and groups of rows, as keys and as nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.growth_inputs import Cases, Run, as_csv, fleet, keys, nodes

CASES = Cases()
case = CASES.line

HASH = "jump-hash -b 8"
FAILOVER = "failover --relative 1.5"
FAULTSET = "faultset --relative 1.5 -p 2"
FORMATS = ("parquet", "arrow")

Columns = dict[str, list[Any]]


def key_columns(rows: int, more: int = 1) -> Columns:
    return {"key": [f"user:{at}" for at in range(rows)]} | {f"c{i}": list(range(rows)) for i in range(more)}


def node_columns(rows: int, more: int = 0) -> Columns:
    records = nodes(rows, **{f"c{i}": lambda at: at for i in range(more)})
    return {name: [record[name] for record in records] for name in records[0]}


def in_format(format_: str, columns: Columns, groups: int = 1) -> bytes:
    """A file whose rows stand in so many groups."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(columns)
    size = -(-len(table) // groups)
    text = io.BytesIO()
    if format_ == "parquet":
        pq.write_table(table, text, row_group_size=size)
    else:
        with pa.ipc.new_stream(text, table.schema) as writer:
            writer.write_table(table, max_chunksize=size)
    return text.getvalue()


def coded(rows: int, kind: str = "string") -> Any:
    """A column of a dictionary that has as many values as there are rows."""
    import pyarrow as pa

    values = pa.array([at if "int" in kind else f"user:{at}" for at in range(rows)])
    return pa.DictionaryArray.from_arrays(range(rows), values.cast(getattr(pa, kind)()))


for form in FORMATS:
    case(f"{form}: keys", 2000, lambda n, f=form: (f"{HASH} -i {f}", in_format(f, key_columns(n))))
    case(
        f"{form}: keys, -o json",
        400,
        lambda n, f=form: (f"{HASH} -i {f} -o json", in_format(f, key_columns(n))),
    )
    case(
        f"{form}: keys, -o {form}",
        2000,
        lambda n, f=form: (f"{HASH} -i {f} -o {f}", in_format(f, key_columns(n))),
    )
    case(f"keys, -o {form}", 1000, lambda n, f=form: (f"{HASH} -o {f}", keys(n)))
    for output in (form, "ndjson"):
        case(
            f"{form}: columns, -o {output}",
            20,
            lambda n, f=form, o=output: (f"{HASH} -i {f} -o {o}", in_format(f, key_columns(50, n))),
        )
        case(
            f"{form}: groups of rows, -o {output}",
            20,
            lambda n, f=form, o=output: (f"{HASH} -i {f} -o {o}", in_format(f, key_columns(5 * n), n)),
        )
    case(
        f"failover: {form}",
        200,
        lambda n, f=form: (f"{FAILOVER} -i {f} -o csv", in_format(f, node_columns(n))),
    )
    case(
        f"failover: {form}, -o {form}",
        400,
        lambda n, f=form: (f"{FAILOVER} -i {f} -o {f}", in_format(f, node_columns(n))),
    )
    case(
        f"failover: {form}, columns",
        20,
        lambda n, f=form: (f"{FAILOVER} -i {f} -o {f}", in_format(f, node_columns(50, n))),
    )
    case(
        f"failover: {form}, groups of rows",
        20,
        lambda n, f=form: (f"{FAILOVER} -i {f} -o {f}", in_format(f, node_columns(5 * n), n)),
    )
    case(f"failover: nodes, -o {form}", 200, lambda n, f=form: (f"{FAILOVER} -o {f}", fleet(n)))
    case(
        f"failover: columns of CSV, -o {form}",
        50,
        lambda n, f=form: (
            f"{FAILOVER} -o {f}",
            as_csv(nodes(5, **{f"c{i}": lambda at: at for i in range(n)})),
        ),
    )
    case(
        f"failover: nodes explained, -o {form}",
        200,
        lambda n, f=form: (f"{FAILOVER} --explain -o {f}", fleet(n)),
    )
    case(f"faultset: nodes, -o {form}", 200, lambda n, f=form: (f"{FAULTSET} -o {f}", fleet(n)))
    case(
        f"faultset: {form}, -o {form}",
        200,
        lambda n, f=form: (f"{FAULTSET} -i {f} -o {f}", in_format(f, node_columns(n))),
    )

for output in ("plain", "arrow"):
    case(
        f"arrow: groups of rows of one dictionary, -o {output}",
        20,
        lambda n, o=output: (f"{HASH} -i arrow -o {o}", in_format("arrow", {"key": coded(20 * n)}, n)),
    )
case(
    "arrow: groups of rows of one dictionary that is not the keys",
    20,
    lambda n: (
        f"{HASH} -i arrow -o ndjson",
        in_format("arrow", {"key": list(range(20 * n)), "note": coded(20 * n)}, n),
    ),
)


def in_chunks(column: Any, chunks: int) -> Any:
    """The same column in so many chunks of equal size."""
    import pyarrow as pa

    size = len(column) // chunks
    return pa.chunked_array([column.slice(at * size, size) for at in range(chunks)])


def _keys(rows: int) -> Any:
    import pyarrow as pa

    return pa.array([f"user:{at}" for at in range(rows)])


def _numbers(rows: int, most: float = 80) -> Any:
    import pyarrow as pa

    return pa.array([at * 37.7 % most for at in range(rows)])


def called(name: str, least: int, make: Callable[[int], Run]) -> None:
    CASES[name] = (least, make)


def _owners(keys: Any, **more: Any) -> Run:
    from rvhctl import Placement, arrow

    placement = Placement(list("abcd"))
    return lambda: arrow.owners(keys, placement, **more)


def _jump_hash(keys: Any, **more: Any) -> Run:
    from rvhctl import arrow

    return lambda: arrow.jump_hash(keys, 8, **more)


def _geohash(rows: int, chunks: int) -> Run:
    from rvhctl import arrow

    lat, lon = (in_chunks(_numbers(rows, most), chunks) for most in (80, 180))
    return lambda: arrow.geohash_encode(lat, lon)


def _faultset(rows: int, chunks: int) -> Run:
    from rvhctl import arrow

    lat, lon, latency = (in_chunks(_numbers(rows, most), chunks) for most in (80, 180, 97))
    return lambda: arrow.faultset(lat, lon, latency, 50)


def _failover(rows: int, chunks: int) -> Run:
    from rvhctl import arrow

    latency = in_chunks(_numbers(rows), chunks)
    return lambda: arrow.failover(latency, 50)


ROWS = 16000
"""Of columns in more and more chunks."""

called("arrow.jump_hash(), rows", 4000, lambda n: _jump_hash(_keys(n)))
called("arrow.jump_hash(), rows, by the hash of a library", 500, lambda n: _jump_hash(_keys(n), hash="crc32"))
called("arrow.jump_hash(), chunks", 50, lambda n: _jump_hash(in_chunks(_keys(ROWS), n)))
called("arrow.owners(), rows", 4000, lambda n: _owners(_keys(n), names=True))
called("arrow.owners(), chunks", 50, lambda n: _owners(in_chunks(_keys(ROWS), n), names=True))
for kind in ("string", "string_view", "binary", "int64", "uint32"):
    called(
        f"arrow.jump_hash(), chunks of one dictionary of {kind}",
        50,
        lambda n, k=kind: _jump_hash(in_chunks(coded(10 * n, k), n)),
    )
called("arrow.geohash_encode(), rows", 2000, lambda n: _geohash(n, 1))
called("arrow.geohash_encode(), chunks", 50, lambda n: _geohash(ROWS, n))
called("arrow.failover(), rows", 4000, lambda n: _failover(n, 1))
called("arrow.failover(), chunks", 100, lambda n: _failover(ROWS, n))
called("arrow.faultset(), rows", 1000, lambda n: _faultset(n, 1))
called("arrow.faultset(), chunks", 50, lambda n: _faultset(ROWS, n))
