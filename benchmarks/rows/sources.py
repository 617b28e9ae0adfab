"""Row T: the same nodes from a pipe, compressed, and as a JSON array."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks import answers, data, inputs
from benchmarks.contest import Goal, Program, Role, Row, tool
from benchmarks.data import Sizes
from benchmarks.peers import failover_duckdb
from benchmarks.rows.common import THRESHOLD, Built, io_floor, shell


def gzip_of(path: Path) -> Path:
    return inputs.compressed(path, "gzip", ".gz")


def zstd_of(path: Path) -> Path:
    return inputs.compressed(path, "zstd", ".zst")


def sources_row(sizes: Sizes, built: Built) -> Row:
    failover = [built.rvhctl, "failover", "--threshold", THRESHOLD, "-o", "ndjson"]

    def ours(
        name: str,
        commands: Callable[[Path], list[str]],
        tools: tuple[str, ...] = (),
        one_record: bool = False,
    ) -> Program:
        return Program(
            name=name,
            role=Role.OURS,
            tools=tools,
            canonical=answers.nodes,
            one_record=one_record,
            commands=lambda path: [commands(path)],
        )

    def zcat_to_duckdb(path: Path) -> list[list[str]]:
        sql = failover_duckdb.sql("/dev/stdin", THRESHOLD)
        return [shell('zcat "$1" | "$2" -c "$3"', gzip_of(path), tool("duckdb"), sql)]

    unpacked = "zcat to nowhere, then the file"
    return Row(
        key="T",
        title=f"failover --threshold {THRESHOLD} -o ndjson of {sizes.nodes:,} nodes, by how they come",
        source=lambda: data.node_file(sizes.nodes),
        each_to_first=True,
        contestants=[
            ours("the file", lambda path: [*failover, str(path)], one_record=True),
            ours("a pipe", lambda path: shell('file=$1; shift; cat "$file" | "$@"', path, *failover)),
            ours("gzip", lambda path: [*failover, str(gzip_of(path))], ("gzip",)),
            ours("zstd", lambda path: [*failover, str(zstd_of(path))], ("zstd",)),
            ours("a JSON array", lambda path: [*failover, str(inputs.node_array(sizes.nodes))]),
            ours(
                unpacked,
                lambda path: shell('zcat "$1" > /dev/null && shift && "$@"', gzip_of(path), *failover, path),
                ("zcat",),
            ),
            Program(
                name="zcat | DuckDB CLI",
                tools=("zcat", "gzip", "duckdb"),
                canonical=answers.nodes,
                one_record=False,
                commands=zcat_to_duckdb,
            ),
            io_floor("the file", built),
            io_floor("gzip", built, gzip_of),
        ],
        goals=[
            Goal("a pipe", 1.5, "the file"),
            Goal("gzip", 1.15, unpacked),
        ],
    )
