"""Rows L to O: keys in records, records as answers, keys by a pattern."""

from __future__ import annotations

from pathlib import Path

from benchmarks import answers, data, inputs
from benchmarks.contest import Canonical, Goal, Program, Role, Row, tool
from benchmarks.data import Sizes
from benchmarks.peers import failover_duckdb
from benchmarks.rows.common import Built, io_floor, peer

BUCKETS = "1000"
REPLICAS = "3"
NODES = ",".join(f"node-{number}" for number in range(int(BUCKETS)))
PATTERN = r"user-(\d+)"


def clickhouse(work: str, shape: str, group: str = "", canonical: Canonical | None = None) -> Program:
    command = [*peer("clickhouse"), work]
    return Program(
        name=f"ClickHouse, {shape}",
        modules=("chdb",),
        group=group,
        canonical=canonical,
        commands=lambda path: [[*command, str(path), BUCKETS, shape]],
    )


def duckdb_cli(name: str, fields: str, group: str, format_: str = failover_duckdb.AS_CSV) -> Program:
    def commands(path: Path) -> list[list[str]]:
        return [[str(tool("duckdb")), "-c", failover_duckdb.RECORDS.format(path, fields, BUCKETS, format_)]]

    canonical = answers.csv_records if format_ == failover_duckdb.AS_CSV else answers.object_records
    return Program(name=name, tools=("duckdb",), group=group, canonical=canonical, commands=commands)


def csv_keys_row(sizes: Sizes, built: Built) -> Row:
    jump_hash = [built.rvhctl, "jump-hash", "-b", BUCKETS]

    def ours(name: str, *options: str, group: str) -> Program:
        return Program(
            name=name, role=Role.OURS, group=group, commands=lambda path: [[*jump_hash, *options, str(path)]]
        )

    return Row(
        key="L",
        title=f"jump-hash -b {BUCKETS} of {sizes.records:,} records in CSV",
        source=lambda: inputs.record_csv(sizes.records),
        contestants=[
            ours("rvhctl", group="keys"),
            ours("rvhctl --field key", "--field", "key", group="records"),
            ours("rvhctl --field key -o ndjson", "--field", "key", "-o", "ndjson", group="objects"),
            duckdb_cli("DuckDB CLI, its own hash", "key", "keys"),
            duckdb_cli("DuckDB CLI, its own hash, all columns", "key, zone, size", "records"),
            duckdb_cli(
                "DuckDB CLI, its own hash, objects", "key, zone, size", "objects", failover_duckdb.AS_OBJECTS
            ),
            clickhouse("records", "CSVWithNames", "keys", answers.csv_owners),
            io_floor("rvhctl", built),
            io_floor("rvhctl --field key", built),
            io_floor("rvhctl --field key -o ndjson", built),
        ],
        goals=[
            Goal("rvhctl", 1.0, "DuckDB CLI, its own hash"),
            Goal("rvhctl --field key", 1.0, "DuckDB CLI, its own hash, all columns"),
            Goal("rvhctl --field key -o ndjson", 1.0, "DuckDB CLI, its own hash, objects"),
            Goal("rvhctl", 60),
            Goal("rvhctl --field key", 60),
            Goal("rvhctl --field key -o ndjson", 60),
        ],
    )


def ndjson_keys_row(sizes: Sizes, built: Built) -> Row:
    jump_hash = [built.rvhctl, "jump-hash", "-b", BUCKETS]
    return Row(
        key="M",
        title=f"jump-hash -b {BUCKETS} of {sizes.records:,} NDJSON records, beside --field key",
        source=lambda: inputs.record_ndjson(sizes.records),
        contestants=[
            Program(name="rvhctl", role=Role.OURS, commands=lambda path: [[*jump_hash, str(path)]]),
            Program(
                name="rvhctl --field key",
                role=Role.OURS,
                canonical=answers.owners,
                commands=lambda path: [[*jump_hash, "--field", "key", str(path)]],
            ),
            clickhouse("records", "JSONEachRow"),
            io_floor("rvhctl", built),
            io_floor("rvhctl --field key", built),
        ],
        goals=[Goal("rvhctl", 1.0, "rvhctl --field key")],
    )


def record_answers_row(sizes: Sizes, built: Built) -> Row:
    def ours(name: str, *options: str, canonical: Canonical | None = None, group: str = "") -> Program:
        command = [built.rvhctl, "jump-hash", *options]
        return Program(
            name=name,
            role=Role.OURS,
            group=group,
            canonical=canonical,
            commands=lambda path: [[*command, str(path)]],
        )

    numbers, names = ("-b", BUCKETS), ("--nodes", NODES, "-o", "ndjson")
    contestants = [
        ours("-o ndjson", *numbers, "-o", "ndjson"),
        ours("-o json", *numbers, "-o", "json", canonical=answers.owners),
        ours("-o csv", *numbers, "-o", "csv", group="csv"),
        ours("--nodes", *names, canonical=answers.owners),
        ours("--nodes --replicas 3", *names, "--replicas", REPLICAS, group="replicas"),
    ]
    peers = [
        clickhouse("lines", "JSONEachRow"),
        clickhouse("lines", "CSVWithNames", "csv", answers.csv_owners),
        Program(
            name="Python loop over two C extensions, replicas",
            group="replicas",
            modules=("jump", "xxhash"),
            slow=True,
            commands=lambda path: [[*peer("replicas_extensions"), str(path), NODES, REPLICAS]],
        ),
    ]
    rivals = {"-o csv": peers[1], "--nodes --replicas 3": peers[2]}
    return Row(
        key="N",
        title=f"jump-hash -b {BUCKETS} of {sizes.records:,} key lines to records",
        source=lambda: data.key_file(sizes.records),
        contestants=[*contestants, *peers, *(io_floor(one.name, built) for one in contestants)],
        goals=[
            *(Goal(one.name, 0.6, rivals.get(one.name, peers[0]).name) for one in contestants),
            *(Goal(one.name, 80) for one in contestants),
        ],
    )


def regex_row(sizes: Sizes, built: Built) -> Row:
    ours = [built.rvhctl, "jump-hash", "-b", BUCKETS, "--regex", PATTERN]
    loop = "Python loop over re and two C extensions"
    return Row(
        key="O",
        title=f"jump-hash -b {BUCKETS} --regex '{PATTERN}' of {sizes.records:,} lines",
        source=lambda: data.key_file(sizes.records),
        contestants=[
            Program(name="rvhctl", role=Role.OURS, commands=lambda path: [[*ours, str(path)]]),
            Program(
                name=loop,
                modules=("jump", "xxhash"),
                commands=lambda path: [[*peer("keys_regex"), str(path), BUCKETS, PATTERN]],
            ),
            io_floor("rvhctl", built),
        ],
        goals=[Goal("rvhctl", 0.6, loop)],
    )
