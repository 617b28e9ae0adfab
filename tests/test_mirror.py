"""A module's test is found by its name: ``tests/X/test_Y.py`` for ``rvhctl/X/Y.py``, or by the list below."""

from __future__ import annotations

from pathlib import Path

import pytest

import rvhctl

PACKAGE, TESTS = Path(rvhctl.__file__).parent, Path(__file__).parent

TESTED_BY = {
    "columnar/test_answers": "columnar.actions columnar.kept commands._tables",
    "columnar/test_tables": "columnar.records",
    "columnar/test_keys": "arrow columnar.columns",
    "engine/test_records": "streams.compress",
    "engine/test_run": "dask engine.cluster engine.columns engine.job engine.room engine.work",
    "batch/test_batch": "batch.blocks batch.pool commands._batch",
    "cli/test_node_options": "cli.policy_options cli.view_options",
    "cli/test_option_groups": "cli.flag_types",
    "commands/test_failover_policy": "commands._decisions commands._nodes",
    "commands/test_files": "cli.key_runs",
    "commands/test_jump_hash": "commands._keys cli.key_options",
    "commands/test_sources": "streams.decompress",
    "core/geo/test_advise": "policy.advice",
    "core/nodes/test_json_scan": "core.nodes.json_record core.nodes.record core.nodes.rows core.nodes.scan",
    "core/policy/test_damping": "core.policy.limits core.policy.reasons core.policy.safeguards",
    "core/policy/test_priority_load": "core.policy.plan",
    "core/policy/test_survivors": "core.policy.ranking",
    "formats/arrow/test_tables": (
        "formats.arrow.columns formats.arrow.ipc formats.arrow.objects formats.arrow.parquet"
    ),
    "formats/test_csv": "formats.rows",
    "keys/test_hashes": "core.placement.checksums",
    "keys/test_stream": "keys.jobs keys.lines",
    "keys/test_records": "placement.select",
    "formats/html/test_map": "formats.html.arrows formats.html.labels formats.html.marks formats.html.parts",
    "formats/html/test_page": "formats.html.tables formats.html.text",
    "formats/tools/test_envoy": "formats.tools.expected",
    "nodes/tables/test_read": "nodes.tables.columns nodes.tables.kept nodes.tables.text",
    "nodes/test_probes": "formats.tools.measured",
    "placement/bounded/test_assignment": "placement.bounded.bounds",
    "placement/test_place": "placement.sources.answer",
    "placement/test_count": "placement.explain",
    "placement/test_request": "placement.buckets",
    "placement/test_split_files": "streams.staging concurrency.locking",
    "policy/pages/test_answer": "policy.pages.chart",
    "policy/test_memory_file": "streams.state_file",
    "policy/test_failover": "concurrency.steps",
    "policy/traffic/test_drill": "policy.traffic.replan policy.traffic.variants",
    "policy/test_views": "formats.shapes formats.write",
    "streams/test_source": "streams.lines",
    "test_data_files": "formats.json formats.jsontext formats.ndjson formats.plain nodes.nodes",
    "test_process": "__main__ app cli.report cli.version streams.sink",
}
"""Modules that have no test of their own name, by the test of what they are a part of."""

OF_THE_WHOLE = {"commands/test_faultset_traffic", "commands/test_sources"}
"""Tests that mirror no module, as those at the top of ``tests/`` do not."""


def mirrored(module: str) -> str:
    *folders, name = module.split(".")
    return "/".join([*folders, f"test_{name.strip('_')}"])


MODULES = [
    ".".join(file.relative_to(PACKAGE).with_suffix("").parts)
    for file in sorted(PACKAGE.rglob("*.py"))
    if file.stem not in ("__init__", "_build")
]
FILES = {file.relative_to(TESTS).with_suffix("").as_posix() for file in TESTS.rglob("test_*.py")}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_a_test(module: str) -> None:
    listed = [test for test, modules in TESTED_BY.items() if module in modules.split()]
    own = [mirrored(module)] if mirrored(module) in FILES else []
    assert len(own + listed) == 1


def test_the_list_names_what_is_there() -> None:
    assert TESTED_BY.keys() <= FILES
    assert {module for modules in TESTED_BY.values() for module in modules.split()} <= set(MODULES)


@pytest.mark.parametrize("file", sorted(file for file in FILES if "/" in file))
def test_a_test_mirrors_a_module(file: str) -> None:
    """It has the module's name, or that and a theme: ``test_failover_policy``."""
    names = {mirrored(module) for module in MODULES}
    assert file in OF_THE_WHOLE or any(file == name or file.startswith(f"{name}_") for name in names)
