"""What fits at the cursor, before any shell has a say."""

from __future__ import annotations

from pathlib import Path

import pytest

from rvhctl.app import COMMANDS, command_line
from rvhctl.completion.fitting import MOST, Fitting, fitting
from rvhctl.completion.line import cut_line

NODES = str(Path(__file__).parents[2] / "examples" / "nodes.json")


def fits(before: str, after: str = "") -> Fitting:
    return fitting(command_line(), cut_line(f"rvhctl {before}", after))


def words(before: str, after: str = "") -> list[str]:
    return [word for word, _ in fits(before, after).words]


@pytest.mark.parametrize(
    ("typed", "fitting_words"),
    [
        ("", [*COMMANDS]),
        ("x", []),
        ("-V ", [*COMMANDS]),
        ("completion ", ["bash", "zsh", "fish"]),
        ("help f", ["faultset", "failover", "formats"]),
        ("help ex", ["exit-codes"]),
        ("failover --t", ["--threshold", "--th", "--top"]),
        ("failover --threshold 5 --t", ["--top"]),
        ("faultset --down a --dow", ["--down", "--down-cell", "--down-group"]),
        ("faultset --threshold ", []),
        ("faultset --precision ", ["auto"]),
        ("faultset --on-down=s", ["--on-down=skip"]),
        ("faultset -o nd", ["ndjson"]),
        ("jump-hash --hash x", ["xxh64", "xxh3", "xxh32"]),
        ("jump-hash -k ", []),
        ("jump-hash --nodes a,b --down ", ["a", "b"]),
        ("jump-hash --nodes a,b --only a,", ["a,b"]),
        ("failover --nodes a,b --down ", ["a", "b"]),
        ("faultset --nodes a:1:2:3,h:80:1:2:3 --down ", ["a", "h:80"]),
    ],
)
def test_words(typed: str, fitting_words: list[str]) -> None:
    assert words(typed) == fitting_words


@pytest.mark.parametrize("typed", ["faultset ", "faultset a", "jump-hash --nodes ", "faultset --memory=x"])
def test_files_belong_where_help_says_file(typed: str) -> None:
    assert fits(typed) == Fitting("files", [])


def test_an_option_is_told_by_its_first_sentence() -> None:
    ((_, told),) = fits("faultset --agg").words

    assert told == "Make the latency out of a node's samples: median, mean, min, max, p95 or p99."


def test_a_command_is_told_by_its_first_sentence() -> None:
    ((_, told),) = fits("failov").words

    assert told == "Keep the nodes that are fit to serve, the fastest first."


@pytest.mark.parametrize("typed", ["", "EHAM,", "EHAM,EI"])
def test_nodes_of_the_file_on_the_line(typed: str) -> None:
    behind = fits(f"faultset {NODES} --down {typed}")
    ahead = fits("faultset --down " + typed, f" {NODES}")

    assert behind == ahead
    assert behind.kind == "list"
    assert "EIDW" in [word.rpartition(",")[2] for word, _ in behind.words]
    assert "EHAM,EHAM" not in [word for word, _ in behind.words]


def test_cells_of_the_file_on_the_line() -> None:
    assert words(f"faultset {NODES} -p 1 --down-cell ")[:3] == ["6", "9", "c"]
    assert words(f"faultset {NODES} --down-cell u15") == ["u15ps", "u15ud"]


def test_labels_and_groups_of_the_file_on_the_line(tmp_path: Path) -> None:
    file = tmp_path / "nodes.csv"
    file.write_text("id,latency,zone,rack\na,1,north,7\nb,2,south,7\nc,3,,7\n")

    assert words(f"faultset {file} --by ") == ["rack", "zone"]
    assert words(f"faultset {file} --by zone,") == ["zone,rack"]
    assert words(f"faultset {file} --by zone,rack --down-group n") == ["north/7"]
    assert words(f"faultset {file} --by zone --down-group ") == ["north", "south"]


def test_of_too_many_the_next_letter(tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    rows = [f"node-{number:05},1" for number in range(12_000)]
    file.write_text("\n".join(["id,latency", *rows]))

    assert words(f"failover {file} --down no") == ["node-0", "node-1"]
    assert len(words(f"failover {file} --down node-00")) == MOST


def test_a_name_with_a_comma_would_be_two(tmp_path: Path) -> None:
    file = tmp_path / "nodes.csv"
    file.write_text('id,latency\n"a,b",1\nc,2\n')

    assert words(f"failover {file} --down ") == ["c"]
