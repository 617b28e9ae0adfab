"""Rows C, D and E: files of nodes and of requests, whole processes."""

from __future__ import annotations

from pathlib import Path

from benchmarks import answers, data
from benchmarks.contest import Goal, Program, Role, Row, tool
from benchmarks.data import Sizes
from benchmarks.peers import failover_duckdb
from benchmarks.rows.common import THRESHOLD, Built, node_floors, peer

SCRIPTS = {
    "DuckDB from Python": "failover_duckdb",
    "Polars": "failover_lines_polars",
    "orjson and sorted": "failover_lines_orjson",
}


def failover_lines_row(sizes: Sizes, built: Built) -> Row:
    ours = [built.rvhctl, "failover", "--threshold", THRESHOLD, "-o", "ndjson"]

    def duckdb_cli(ties: str) -> Program:
        return Program(
            name="DuckDB CLI" + ("" if ties else ", ties in any order"),
            tools=("duckdb",),
            canonical=answers.nodes if ties else answers.nodes_with_free_ties,
            commands=lambda path: [
                [str(tool("duckdb")), "-c", failover_duckdb.sql(str(path), THRESHOLD, ties)]
            ],
        )

    def script(name: str, *modules: str) -> Program:
        return Program(
            name=name,
            modules=modules,
            canonical=answers.nodes,
            commands=lambda path: [[*peer(SCRIPTS[name]), str(path), THRESHOLD]],
        )

    jq = f"[inputs | select(.latency <= {THRESHOLD})] | sort_by(.latency)[]"
    return Row(
        key="C",
        title=f"failover --threshold {THRESHOLD} -o ndjson of {sizes.nodes:,} NDJSON nodes",
        source=lambda: data.node_file(sizes.nodes),
        contestants=[
            Program(
                name="rvhctl",
                role=Role.OURS,
                canonical=answers.nodes,
                commands=lambda path: [[*ours, str(path)]],
            ),
            duckdb_cli(", id"),
            duckdb_cli(""),
            script("DuckDB from Python", "duckdb"),
            script("Polars", "polars"),
            script("orjson and sorted", "orjson"),
            Program(
                name="ClickHouse",
                modules=("chdb",),
                canonical=answers.nodes,
                commands=lambda path: [[*peer("clickhouse"), "failover", str(path), THRESHOLD]],
            ),
            Program(
                name="jq",
                tools=("jq",),
                canonical=answers.nodes,
                slow=True,
                commands=lambda path: [[str(tool("jq")), "-nc", jq, str(path)]],
            ),
            Program(
                name="Miller",
                tools=("mlr",),
                canonical=answers.nodes,
                slow=True,
                commands=lambda path: [
                    [
                        *(str(tool("mlr")), "--ijsonl", "--ojsonl"),
                        *("filter", f"$latency <= {THRESHOLD}", "then", "sort", "-nf", "latency", str(path)),
                    ]
                ],
            ),
            *node_floors("rvhctl", built),
        ],
        goals=[Goal("rvhctl", 1.0, "DuckDB CLI"), Goal("rvhctl", 250)],
    )


def faultset_lines_row(sizes: Sizes, built: Built) -> Row:
    ours = [built.rvhctl, "faultset", "--threshold", THRESHOLD, "--precision", "5", "-o", "plain"]
    return Row(
        key="D",
        title=f"faultset --threshold {THRESHOLD} --precision 5 -o plain of {sizes.nodes:,} NDJSON nodes",
        source=lambda: data.node_file(sizes.nodes),
        contestants=[
            Program(name="rvhctl", role=Role.OURS, commands=lambda path: [[*ours, str(path)]]),
            Program(
                name="ClickHouse",
                modules=("chdb",),
                commands=lambda path: [
                    [*peer("clickhouse"), "faultset", str(path), THRESHOLD, "5", "JSONEachRow"]
                ],
            ),
            Program(
                name="orjson and pygeohash",
                modules=("orjson", "pygeohash"),
                commands=lambda path: [[*peer("faultset_lines_orjson"), str(path), THRESHOLD, "5"]],
            ),
            *node_floors("rvhctl", built),
        ],
        goals=[Goal("rvhctl", 1.0, "ClickHouse"), Goal("rvhctl", 300)],
    )


def batch_row(sizes: Sizes, built: Built) -> Row:
    batch = [built.rvhctl, "failover", "--batch"]
    half = sizes.requests // 2

    def halves(_: Path) -> list[list[str]]:
        cuts = ((0, half), (half, sizes.requests))
        return [[*batch, "-j", "1", str(data.request_file(*cut))] for cut in cuts]

    def ours(jobs: str) -> Program:
        return Program(
            name=f"rvhctl -j {jobs}",
            role=Role.OURS,
            commands=lambda path: [[*batch, "-j", jobs, str(path)]],
        )

    return Row(
        key="E",
        title=f"failover --batch of {sizes.requests:,} requests of 1,000 nodes",
        source=lambda: data.request_file(0, sizes.requests),
        contestants=[
            ours("2"),
            ours("1"),
            Program(
                name="two rvhctl -j 1 side by side, half each",
                role=Role.OURS,
                canonical=answers.renumbered_requests,
                one_record=False,
                commands=halves,
            ),
            Program(
                name="orjson and sorted, one process",
                modules=("orjson",),
                canonical=answers.survivor_ids,
                commands=lambda path: [[*peer("batch_orjson"), str(path)]],
            ),
            *node_floors("rvhctl -j 2", built),
        ],
        goals=[Goal("rvhctl -j 2", 1.2, "two rvhctl -j 1 side by side, half each")],
    )
