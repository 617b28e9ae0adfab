"""Files of nodes and keys beside what is to be answered, or said, about each.

FILE stands for the name of the file, ``<words>`` for what the JSON or CSV library says in its own words.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.cli import rvhctl

DATA = Path(__file__).parent / "data"
FAILOVER = ("failover", "--threshold", "100", "-o", "plain")
JUMP_HASH = ("jump-hash", "--buckets", "1000", "-o", "plain")


def cases(kind: str, what: str) -> list[Path]:
    """The files of one folder; each has its expectation beside it."""
    files = sorted((DATA / kind / what).iterdir())
    found = [file for file in files if file.suffix != ".expected"]
    assert found, f"no test data in {DATA / kind / what}"
    assert len(files) == 2 * len(found), "a file without its expectation, or the other way round"
    return found


def name(path: Path) -> str:
    return path.name


def expected(file: Path) -> str:
    return Path(f"{file}.expected").read_bytes().decode()


def says(err: str, file: Path, source: str) -> bool:
    pattern = re.escape(expected(file).replace("FILE", source)).replace("<words>", ".*")
    return re.fullmatch(pattern, err) is not None


@pytest.mark.parametrize("file", cases("valid", "nodes"), ids=name)
def test_valid_nodes(file: Path) -> None:
    assert rvhctl(*FAILOVER, str(file)) == (0, expected(file).encode(), "")
    assert rvhctl(*FAILOVER, stdin=file.read_bytes()) == (0, expected(file).encode(), "")


@pytest.mark.parametrize("file", cases("invalid", "nodes"), ids=name)
def test_invalid_nodes(file: Path) -> None:
    code, out, err = rvhctl(*FAILOVER, str(file))
    assert (code, out) == (1, b"")
    assert says(err, file, str(file))
    code, out, err = rvhctl(*FAILOVER, stdin=file.read_bytes())
    assert (code, out) == (1, b"")
    assert says(err, file, "stdin")


@pytest.mark.parametrize("file", cases("valid", "keys"), ids=name)
def test_valid_keys(file: Path) -> None:
    assert rvhctl(*JUMP_HASH, str(file)) == (0, expected(file).encode(), "")


@pytest.mark.parametrize("file", cases("invalid", "keys"), ids=name)
def test_invalid_keys(file: Path) -> None:
    # What stands before the bad key may be answered: keys are a stream.
    code, _, err = rvhctl(*JUMP_HASH, str(file))
    assert code == 1
    assert says(err, file, str(file))


MONSTERS = [
    *(b"9" * 5000, b"1" + b"0" * 310, b"1e400", b"1e-400", b"1e18", b"-1", b"NaN", b"Infinity"),
    *(b"null", b"[]", b'"x"', b"true"),
]
NUMBER = re.compile(rb'(?<![\w."])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?')


@pytest.mark.parametrize("tool", ["fping", "mtr", "haproxy", "prometheus"])
def test_no_number_of_a_tool_ends_in_a_traceback(tool: str) -> None:
    """Of each file the first, the middle and the last number, and whatever stands in its place."""
    for file in sorted((DATA / "valid" / tool).iterdir()):
        text = file.read_bytes()
        numbers = list(NUMBER.finditer(text))
        for number in {numbers[at] for at in (0, len(numbers) // 2, -1)} if numbers else ():
            for monster in MONSTERS:
                changed = text[: number.start()] + monster + text[number.end() :]
                code, out, err = rvhctl("failover", "--threshold", "5", "--from", tool, stdin=changed)
                assert code in (0, 1, 3), (file, monster)
                assert bool(out) == (code == 0)
                assert code == 0 or err.startswith("rvhctl: ")


@pytest.mark.parametrize("file", cases("invalid", "nodes"), ids=name)
def test_skipping_ends_in_exit_code_1_too(file: Path) -> None:
    code, _, err = rvhctl(*FAILOVER, "--on-error", "skip", str(file))
    assert code == 1
    assert err.startswith("rvhctl: ")
