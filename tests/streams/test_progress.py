"""The line that says what a long run is at: seen on a terminal, gone at the end, and nowhere else."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
from pathlib import Path

import pyte
import pytest
from support.program import Program
from support.terminal import forked_on_terminal

from rvhctl.batch import batch
from rvhctl.core.words import COMPILED
from rvhctl.streams import progress

COLUMNS = 70


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run be a long one."""
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "REDRAW_SECONDS", 0.0)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nodes in 25 cells, keys, and requests."""
    folder = tmp_path_factory.mktemp("progress")
    nodes = [f"n{i},{i % 5 * 10}.5,{i // 5 % 5 * 20}.5,{i % 7 + 1}" for i in range(100)]
    (folder / "nodes.csv").write_text("\n".join(["id,lat,lon,latency", *nodes, ""]))
    apart = [f"n{i},{i}.5,{i}.5,1" for i in range(50)]
    (folder / "apart.csv").write_text("\n".join(["id,lat,lon,latency", *apart, ""]))
    (folder / "keys.txt").write_text("".join(f"user-{i}\n" for i in range(1000)))
    (folder / "keys.json").write_text(json.dumps([f"user-{i}" for i in range(1000)]))
    (folder / "keys.csv").write_text("key,n\n" + "".join(f"user-{i},{i}\n" for i in range(1000)))
    (folder / "keys.txt.gz").write_bytes(gzip.compress((folder / "keys.txt").read_bytes()))
    (folder / "requests.ndjson").write_text("".join(f'{{"key":"user-{i}"}}\n' for i in range(1000)))
    return folder


def drawn(got: str) -> list[str]:
    """The lines that were drawn over one another."""
    return [text.strip() for text in re.split(r"[\r\n]+", got) if text.strip()]


def screen(got: str, columns: int = COLUMNS) -> str:
    """What is left on the terminal."""
    shown = pyte.Screen(columns, 24)
    pyte.Stream(shown).feed(got.replace("\n", "\r\n"))
    return "\n".join(map(str.rstrip, shown.display)).rstrip()


def run(files: Path, line: str, **options: str) -> tuple[int, str]:
    arguments = line.replace("@", f"{files}/").split()
    return forked_on_terminal(*arguments, columns=COLUMNS, stdout=str(files / "out"), **options)


STEPS = [
    ("faultset --relative 2 -p 1 @nodes.csv", r"judging 100 nodes \.\.\."),
    ("faultset --relative 2 -p 1 @nodes.csv", r"deciding on 100 nodes \.\.\."),
    ("faultset --relative 2 -p 1 @nodes.csv", r"grouping nodes: 100 % of 100 nodes, 0 s left"),
    ("faultset --relative 2 -p 1 @nodes.csv", r"writing: [\d,.]+ kB, .* a second"),
    ("faultset --threshold 5 -p 1 @nodes.csv", r"writing: "),
    ("failover --threshold 5 -o table @nodes.csv", r"making a table: 100 % of \d+ rows, 0 s left"),
    ("faultset --threshold 5 -p 1 -o table @nodes.csv", r"drawing a table: 100 % of \d+ rows, 0 s left"),
    ("faultset --relative 2 -p 2 --explain -o csv @nodes.csv", r"writing: 100 % of 100 rows, 0 s left"),
    ("faultset --relative 2 -p 2 -o html @nodes.csv", r"placing nodes: 99 % of 100 nodes, 1 s left"),
    ("faultset --relative 2 -p 2 -o html @nodes.csv", r"drawing nodes: 100 % of 100 nodes, 0 s left"),
    ("faultset --relative 2 -p 2 -o html @nodes.csv", r"making tables: 100 % of 2 tables, 0 s left"),
    ("faultset --relative 2 -p auto @nodes.csv", r"sorting nodes: 100 % of 100 nodes, 0 s left"),
    ("faultset --relative 2 -p 2 --plan @nodes.csv", r"planning: 0 % of 25 groups"),
    (
        "faultset --relative 2 -p 2 --plan --spill capacity @nodes.csv",
        r"sharing out traffic: 100 % of 25 groups, 0 s left",
    ),
    (
        "faultset --relative 2 -p 2 --plan --spill capacity @nodes.csv",
        r"finding room: 0 % of 25 groups",
    ),
    # Groups are looked at again only where the nearest rooms leave some over.
    (
        "faultset --relative 2 -p 2 --plan --spill capacity --fill 85%"
        " --down n8,n15,n32,n57,n60,n63,n72,n83,n97 @nodes.csv",
        r"moving traffic: 100 % of \d+ groups, 0 s left",
    ),
    ("faultset --relative 2 -p 2 --merge-below 5 @nodes.csv", r"joining groups: \d+ % of 25 groups"),
    ("faultset --relative 2 -p 2 --drill both @nodes.csv", r"drilling: 100 % of 125 failures, 0 s left"),
    ("faultset --relative 2 -p 2 --drill pairs @nodes.csv", r"drilling: 50 % of 300 failures, \d s left"),
    ("faultset --advise @nodes.csv", r"judging: 100 % of 8 precisions, 0 s left"),
    ("faultset --advise @nodes.csv", r"comparing precisions: 100 % of 100 nodes, 0 s left"),
    ("faultset --relative 2 -p 8 @apart.csv", r"judging: \d+ % of 7 coarser precisions"),
    ("jump-hash -b 4 @keys.txt", r"reading .*: 100 % of 8\.9 kB, 0 s left"),
    ("jump-hash -b 4 -i csv @keys.csv", r"reading .*: \d+ % of 12\.8 kB, \d s left"),
    ("jump-hash -b 4 -i csv --stats @keys.csv", r"reading .*: \d+ % of 12\.8 kB, \d s left"),
    ("jump-hash -b 4 -i json @keys.json", r"reading keys\.json: 100 % of .*, 0 s left"),
    (
        "jump-hash -b 4 -i json --hash sha256-le @keys.json -o csv",
        r"reading keys\.json: 100 % of .*, 0 s left",
    ),
    ("jump-hash -b 4 @keys.txt.gz", r"reading keys\.txt\.gz: 100 % of [\d.]+ (kB|bytes), 0 s left"),
    (
        "jump-hash -b 4 --regex r-(.*) -o csv @keys.txt.gz",
        r"reading .*: 100 % of [\d.]+ (kB|bytes), 0 s left",
    ),
    ("jump-hash -b 4 --split-to @part-{bucket} --force @keys.txt", r"writing: 100 % of 4 files, 0 s left"),
    ("jump-hash -b 4 --split-to @part-{bucket} --force @keys.txt", r"naming: 100 % of 4 files, 0 s left"),
    ("jump-hash -b 4 --batch @requests.ndjson", r"reading .*: 100 % of [\d.]+ kB, 0 s left"),
    ("jump-hash -b 4 --batch -j 2 --unordered @requests.ndjson", r"answering: 1,000 requests, .* a second"),
]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(("line", "pattern"), STEPS)
def test_a_step_is_seen_and_gone_at_the_end(
    files: Path, line: str, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "POOL_AFTER_SECONDS", 0.0)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    code, got = run(files, line)
    assert code == 0
    assert any(re.fullmatch(pattern + ".*", text) for text in drawn(got)), drawn(got)
    assert not screen("".join(part for part in got.splitlines(keepends=True) if "rvhctl:" not in part))
    assert "\x1b" not in got
    alone = forked_on_terminal(*line.replace("@", f"{files}/").split(), columns=COLUMNS, stdout=f"{files}/2")
    assert alone[0] == 0
    answers = [files.joinpath(name).read_bytes() for name in ("out", "2")]
    if "--unordered" in line:
        answers = [b"".join(sorted(answer.splitlines(keepends=True))) for answer in answers]
    assert answers[0] == answers[1]


@pytest.mark.usefixtures("at_once")
def test_nodes_are_read(files: Path) -> None:
    _, got = run(files, "faultset --relative 2 -p 1 @nodes.csv")
    seen = r"reading nodes: \d+ % of 1\.6 kB" if COMPILED else r"reading .*: 100 nodes, .* a second"
    assert any(re.match(seen, text) for text in drawn(got)), drawn(got)


@pytest.mark.usefixtures("at_once")
def test_of_a_pipe_nobody_knows_the_end(files: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["sh", "-c", 'cat "$0" > "$1"', files / "keys.txt", tmp_path / "pipe"]):
        code, got = run(files, f"jump-hash -b 4 {tmp_path / 'pipe'}")
    assert code == 0
    assert any(re.fullmatch(r"reading .*pipe: 8\.9 kB, .* a second", text) for text in drawn(got))


@pytest.mark.usefixtures("at_once")
def test_messages_have_lines_of_their_own(files: Path, tmp_path: Path) -> None:
    """A warning, and the error that ends the run."""
    (tmp_path / "keys").write_text("a\n\nb\n\nc\n")
    code, got = run(files, f"jump-hash -b 4 --on-error skip {tmp_path / 'keys'}")
    assert code == 1
    assert "reading" in got
    assert [line.split(": ")[0] for line in screen(got, 300).splitlines()] == ["rvhctl"] * 3


@pytest.mark.usefixtures("at_once")
def test_interrupted(files: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["sh", "-c", 'exec > "$0"; echo a; exec sleep 60', tmp_path / "pipe"]) as writer:
        code, got = run(files, f"jump-hash -b 4 {tmp_path / 'pipe'}", interrupt="reading")
        writer.kill()
    assert (code, screen(got)) == (130, "")


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("line", "environment"),
    [
        ("--level error", {}),
        ("", {"TERM": "dumb"}),
        ("", {"NO_COLOR": "1"}),
    ],
)
def test_who_wants_no_line_gets_none(files: Path, line: str, environment: dict[str, str]) -> None:
    assert run(files, f"jump-hash -b 4 @keys.txt {line}", **environment) == (0, "")


@pytest.mark.usefixtures("at_once")
def test_rows_on_the_terminal_end_the_line(files: Path) -> None:
    """From the first one on, people see by the rows that the run goes on."""
    code, got = forked_on_terminal("jump-hash", "-b", "4", str(files / "keys.txt"), columns=COLUMNS)
    last = max(got.rfind("reading"), 0)
    assert code == 0
    assert last < got.index("\n")
    assert screen(got).splitlines()[-1] == got.split()[-1]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("columns", [1, 20, 46, 200])
def test_the_line_is_no_wider_than_the_terminal(files: Path, columns: int) -> None:
    code, got = forked_on_terminal(
        "jump-hash", "-b", "4", str(files / "keys.txt"), columns=columns, stdout=str(files / "out")
    )
    assert code == 0
    assert {*map(len, re.split(r"[\r\n]", got))} <= {0, columns - 1}
    assert not screen(got, columns)


def test_a_short_run_is_quiet(files: Path) -> None:
    assert run(files, "jump-hash -b 4 @keys.txt") == (0, "")


def test_a_pipe_gets_nothing(program: Program) -> None:
    """Not even of a run that takes longer."""
    process = program.start("jump-hash", "-b", "4", environment={"TERM": "xterm"})
    assert process.stdin is not None
    for line in (b"a\n", b"b\n", b"c\n"):
        process.stdin.write(line)
        process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
    _, err = process.communicate()
    assert (process.returncode, err) == (0, b"")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.2, "1 s"),
        (59.5, "1 min 0 s"),
        (61, "1 min 1 s"),
        (3599.1, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_how_long_still(seconds: float, text: str) -> None:
    assert progress._duration(seconds) == text


@pytest.mark.usefixtures("at_once")
def test_nobody_watches_another_program() -> None:
    """Python callers, whose terminal is their own."""
    items = [1, 2]
    assert list(progress.watched(items, "reading")) == items
    assert progress._line is None
