"""Help, and what is said about a command line that does not make sense."""

from __future__ import annotations

import pytest
from support.cli import rvhctl


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("failovr",), "no such command 'failovr'; did you mean 'failover'?; try 'rvhctl --help'"),
        (("xyz",), "no such command 'xyz'; try 'rvhctl --help'"),
        (("schema",), "no such command 'schema'; did you mean 'help schema'?; try 'rvhctl --help'"),
        (("batch",), "no such command 'batch'; did you mean 'help batch'?; try 'rvhctl --help'"),
        (("--nope",), "no such option: --nope; try 'rvhctl --help'"),
        (("-x",), "no such option: -x; try 'rvhctl --help'"),
        (
            ("failover", "--treshold", "5"),
            "no such option: --treshold; did you mean '--threshold'?; try 'rvhctl failover --help'",
        ),
        (("jump-hash", "-z"), "no such option: -z; try 'rvhctl jump-hash --help'"),
        (("failover", "--th"), "option '--th' requires an argument; try 'rvhctl failover --help'"),
        (
            ("jump-hash", "-b", "many"),
            "invalid value for '--buckets' / '-b': 'many' is not a whole number; try 'rvhctl jump-hash --help'",
        ),
        (
            ("failover", "--relative", "much"),
            "invalid value for '--relative': 'much' is not a number; try 'rvhctl failover --help'",
        ),
        (
            ("failover", "-o", "jsn"),
            "invalid value for '--output' / '-o': 'jsn' is not one of 'auto', 'table', 'html', 'json', 'ndjson', "
            "'csv', 'tsv', 'plain', 'parquet', 'arrow'; did you mean 'json'?; try 'rvhctl failover --help'",
        ),
        (
            ("failover", "--on-error", "warn"),
            "invalid value for '--on-error': 'warn' is not one of 'skip', 'fail'; try 'rvhctl failover --help'",
        ),
    ],
)
def test_one_line_with_the_nearest_thing(arguments: tuple[str, ...], message: str) -> None:
    assert rvhctl(*arguments) == (2, b"", f"rvhctl: {message}\n")
