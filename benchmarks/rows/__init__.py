"""The rows: which work, done by whom, held to which goals."""

from __future__ import annotations

from benchmarks.contest import Row
from benchmarks.data import Sizes
from benchmarks.rows.calls import (
    adversarial_row,
    encode_many_row,
    encode_row,
    failover_call_row,
    jump_call_row,
)
from benchmarks.rows.columns import (
    cell_column_row,
    faultset_column_row,
    key_column_row,
    survivor_column_row,
    survivor_rows_row,
)
from benchmarks.rows.common import Built
from benchmarks.rows.extras import names_row, plan_row
from benchmarks.rows.files import column_memory_row, files_memory_row, files_row
from benchmarks.rows.fleets import faultset_call_row
from benchmarks.rows.keys import keys_memory_row, keys_row
from benchmarks.rows.nodes import batch_row, failover_lines_row, faultset_lines_row
from benchmarks.rows.policies import advise_row, drill_row, explain_row, memory_row
from benchmarks.rows.records import (
    csv_keys_row,
    ndjson_keys_row,
    record_answers_row,
    regex_row,
)
from benchmarks.rows.sources import sources_row
from benchmarks.rows.start import key_start_row, version_start_row
from benchmarks.rows.tables import failover_csv_row, faultset_csv_row, table_row

__all__ = ["Built", "all_rows"]


def all_rows(sizes: Sizes, built: Built) -> list[Row]:
    return [
        keys_row("A", 8, sizes, built),
        keys_row("A1000", 1000, sizes, built),
        keys_memory_row(sizes, built),
        failover_call_row(sizes),
        adversarial_row(sizes),
        failover_lines_row(sizes, built),
        faultset_lines_row(sizes, built),
        batch_row(sizes, built),
        plan_row(sizes, built),
        names_row(sizes, built),
        encode_row(sizes),
        encode_many_row(sizes),
        key_start_row(built),
        version_start_row(built),
        jump_call_row(),
        failover_csv_row(sizes, built),
        faultset_csv_row(sizes, built),
        csv_keys_row(sizes, built),
        ndjson_keys_row(sizes, built),
        record_answers_row(sizes, built),
        regex_row(sizes, built),
        explain_row(sizes, built),
        memory_row(sizes, built),
        advise_row(sizes, built),
        table_row(sizes, built),
        sources_row(sizes, built),
        faultset_call_row(sizes),
        drill_row(built),
        key_column_row("W", 8, sizes),
        key_column_row("W1000", 1000, sizes),
        cell_column_row(sizes),
        survivor_column_row(sizes),
        survivor_rows_row(sizes),
        faultset_column_row(sizes),
        files_row(sizes),
        files_memory_row(sizes),
        column_memory_row(sizes),
    ]
