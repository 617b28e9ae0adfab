"""Rows J, K and S: nodes in CSV, and as a table."""

from __future__ import annotations

from pathlib import Path

from benchmarks import answers, data, inputs
from benchmarks.contest import Goal, Program, Role, Row, tool
from benchmarks.data import Sizes
from benchmarks.peers import failover_duckdb
from benchmarks.rows.common import THRESHOLD, Built, io_floor, peer

ALL_MS = "1000000"


def failover_csv_row(sizes: Sizes, built: Built) -> Row:
    ours = [built.rvhctl, "failover", "--threshold", THRESHOLD, "-o", "csv"]

    def duckdb_cli(path: Path) -> list[list[str]]:
        return [[str(tool("duckdb")), "-c", failover_duckdb.CSV.format(path, THRESHOLD)]]

    return Row(
        key="J",
        title=f"failover --threshold {THRESHOLD} -o csv of {sizes.nodes:,} nodes in CSV",
        source=lambda: inputs.node_csv(sizes.nodes),
        contestants=[
            Program(
                name="rvhctl",
                role=Role.OURS,
                canonical=answers.csv_nodes,
                commands=lambda path: [[*ours, str(path)]],
            ),
            Program(name="DuckDB CLI", tools=("duckdb",), canonical=answers.csv_nodes, commands=duckdb_cli),
            Program(
                name="Python's csv and sorted",
                canonical=answers.csv_nodes,
                commands=lambda path: [[*peer("failover_csv"), str(path), THRESHOLD]],
            ),
            io_floor("rvhctl", built),
        ],
        goals=[Goal("rvhctl", 1.0, "DuckDB CLI"), Goal("rvhctl", 150)],
    )


def faultset_csv_row(sizes: Sizes, built: Built) -> Row:
    ours = [built.rvhctl, "faultset", "--threshold", THRESHOLD, "-p", "5", "-o", "plain"]
    clickhouse = [*peer("clickhouse"), "faultset"]
    return Row(
        key="K",
        title=f"faultset --threshold {THRESHOLD} -p 5 -o plain of {sizes.nodes:,} nodes in CSV",
        source=lambda: inputs.node_csv(sizes.nodes),
        contestants=[
            Program(name="rvhctl", role=Role.OURS, commands=lambda path: [[*ours, str(path)]]),
            Program(
                name="ClickHouse",
                modules=("chdb",),
                commands=lambda path: [[*clickhouse, str(path), THRESHOLD, "5", "CSVWithNames"]],
            ),
            io_floor("rvhctl", built),
        ],
        goals=[Goal("rvhctl", 1.0, "ClickHouse"), Goal("rvhctl", 250)],
    )


def table_row(sizes: Sizes, built: Built) -> Row:
    def ours(output: str) -> Program:
        command = [built.rvhctl, "failover", "--threshold", ALL_MS, "-o", output]
        return Program(
            name=f"-o {output}",
            role=Role.OURS,
            canonical=answers.ranked_ids,
            commands=lambda path: [[*command, str(path)]],
        )

    return Row(
        key="S",
        title=f"failover -o table beside -o ndjson, all of {sizes.nodes:,} NDJSON nodes, into a file",
        source=lambda: data.node_file(sizes.nodes),
        each_to_first=True,
        contestants=[
            ours("ndjson"),
            ours("table"),
            io_floor("-o ndjson", built),
            io_floor("-o table", built),
        ],
        goals=[Goal("-o table", 3, "-o ndjson")],
    )
