"""``--split-to``: a file for each bucket, all of them or none."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import pytest
from support.cli import rvhctl
from support.processes import children, wait_until
from support.program import Program

import rvhctl as package
from rvhctl import split
from rvhctl.api.placement import Placement
from rvhctl.errors import RvhctlError, UsageError
from rvhctl.slots import Slots
from rvhctl.split import SplitFiles, Template

KEYS = [f"user-{number}" for number in range(500)]
STDIN = "".join(f"{key}\n" for key in KEYS).encode()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def run(*arguments: str, stdin: bytes = STDIN) -> tuple[int, bytes, str]:
    return rvhctl("jump-hash", *arguments, stdin=stdin)


def test_every_record_is_in_the_file_of_its_owner(place: Path) -> None:
    assert run("--nodes", "a,b,c", "--down", "b", "--split-to", "{node}-{bucket}.txt") == (0, b"", "")
    owners = Placement(["a", "b", "c"], down=["b"]).owners(KEYS)
    assert names(place) == ["a-0.txt", "c-2.txt"]
    for name, node in (("a-0.txt", "a"), ("c-2.txt", "c")):
        expected = [key for key, owner in zip(KEYS, owners, strict=True) if owner == node]
        assert (place / name).read_text().splitlines() == expected


def test_ten_thousand_buckets_with_few_open_files(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, len(os.listdir("/dev/fd")) + 8), hard))
    monkeypatch.setattr(split, "BUFFERED", 1000)
    try:
        assert run("-b", "10000", "--split-to", "part-{bucket}") == (0, b"", "")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    buckets = Placement(10_000).buckets(KEYS)
    assert names(place) == sorted(f"part-{bucket}" for bucket in set(buckets))
    for bucket in buckets[:50]:
        expected = [key for key, owner in zip(KEYS, buckets, strict=True) if owner == bucket]
        assert (place / f"part-{bucket}").read_text().splitlines() == expected


@pytest.mark.parametrize("buffered", [16, 1 << 20])
def test_parts_of_documents_are_documents(
    place: Path, monkeypatch: pytest.MonkeyPatch, buffered: int
) -> None:
    monkeypatch.setattr(split, "BUFFERED", buffered)
    records = [{"id": key, "at": at} for at, key in enumerate(KEYS)]
    document = json.dumps(records).encode()
    assert run("-b", "3", "--field", "id", "--split-to", "{bucket}.json", stdin=document)[0] == 0
    lines = "".join(json.dumps(record) + "\n" for record in records).encode()
    assert run("-b", "3", "--field", "id", "--split-to", "{bucket}.ndjson", stdin=lines)[0] == 0
    table = ("at,id\n" + "".join(f"{record['at']},{record['id']}\n" for record in records)).encode()
    assert run("-b", "3", "--field", "id", "--split-to", "{bucket}.csv", stdin=table)[0] == 0
    buckets = Placement(3).buckets(KEYS)
    for bucket in range(3):
        own = [record for record, owner in zip(records, buckets, strict=True) if owner == bucket]
        assert json.loads((place / f"{bucket}.json").read_text()) == own
        assert [json.loads(line) for line in (place / f"{bucket}.ndjson").read_text().splitlines()] == own
        rows = (place / f"{bucket}.csv").read_text().splitlines()
        assert rows == ["at,id", *(f"{record['at']},{record['id']}" for record in own)]


def test_existing_files_are_kept_unless_forced(place: Path) -> None:
    (place / "part-1").write_text("old")
    code, out, err = run("-b", "3", "--split-to", "part-{bucket}")
    assert (code, out, err) == (1, b"", "rvhctl: part-1: the file exists; --force replaces it\n")
    assert names(place) == ["part-1"]
    assert (place / "part-1").read_text() == "old"
    assert run("-b", "3", "--split-to", "part-{bucket}", "--force")[0] == 0
    assert (place / "part-1").read_text() != "old"


def test_a_bad_record_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "BUFFERED", 100)
    code, _, err = run("-b", "3", "--split-to", "part-{bucket}", stdin=STDIN + b"\nmore\n")
    assert code == 1
    assert "stdin:501: the key is empty" in err
    assert names(place) == []


def test_a_folder_that_is_not_there(place: Path) -> None:
    code, _, err = run("-b", "3", "--split-to", "no/part-{bucket}")
    assert code == 1
    assert err.endswith(": write error: no such file or directory\n")
    (place / "part-1").mkdir()
    code, _, err = run("-b", "3", "--split-to", "part-{bucket}", "--force")
    assert (code, err) == (1, "rvhctl: part-1: is a directory\n")
    assert names(place) == ["part-1"]


def test_when_a_name_cannot_be_given_all_are_taken_away(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = os.replace
    done: list[str] = []

    def fail_at_the_third(source: str, target: str) -> None:
        if len(done) == 2:
            raise OSError(5, "Input/output error")
        done.append(target)
        rename(source, target)

    monkeypatch.setattr(os, "replace", fail_at_the_third)
    files = SplitFiles(Template("{bucket}", Slots.numbered(5)), force=False)

    def write_five() -> None:
        with files.writing():
            for bucket in range(5):
                files.add(bucket, b"x\n")

    with pytest.raises(RvhctlError, match="write error: input/output error"):
        write_five()
    assert len(done) == 2
    assert names(place) == []


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("part", "--split-to needs {bucket} or {node} (got 'part')"),
        ("{node}", "--split-to: {node} goes with --nodes"),
        ("{bucket}{buket}", "--split-to knows {bucket} and {node} only (got {buket})"),
    ],
)
def test_templates(place: Path, template: str, says: str) -> None:
    assert run("-b", "3", "--split-to", template) == (2, b"", f"rvhctl: {says}\n")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "..", "."])
def test_an_id_does_not_leave_the_folder(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be part of a file's name"):
        Template("{node}", Slots.named([name, "b"]))


def test_force_needs_a_template(place: Path) -> None:
    assert run("-b", "3", "--force")[0] == 2


PROGRAM = Program(Path(package.__file__).parents[1])


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_leaves_nothing(place: Path, number: int, code: int) -> None:
    process = PROGRAM.start("jump-hash", "-b", "3", "--split-to", "part-{bucket}", cwd=place)
    assert process.stdin is not None
    line = b"x" * 99 + b"\n"
    for key in range(400_000):
        process.stdin.write(b"%d" % key + line)
    process.stdin.flush()
    while not names(place):
        time.sleep(0.01)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert b"Traceback" not in (err or b"")
    assert names(place) == []


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_all_processes_is_spoken_of_once(
    place: Path, tmp_path_factory: pytest.TempPathFactory, number: int, code: int
) -> None:
    keys = tmp_path_factory.mktemp("input") / "keys"
    keys.write_bytes(b"".join(b"%d\n" % key for key in range(3_000_000)))
    process = PROGRAM.start(
        *("jump-hash", "-b", "3", "-i", "plain", "-j", "3", "--split-to", "part-{bucket}", str(keys)),
        cwd=place,
        start_new_session=True,
    )
    wait_until(lambda: len(children(process.pid)) == 2, "the start of the workers")
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert err == (b"rvhctl: terminated\n" if number == signal.SIGTERM else b"")
    assert names(place) == []


def test_a_full_disk_leaves_nothing(place: Path) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    code, out, err = PROGRAM.run(
        "jump-hash", "-b", "2", "--split-to", "part-{bucket}", stdin=STDIN, cwd=place, preexec_fn=small_files
    )
    assert (code, out) == (1, b"")
    assert "write error: file too large" in err
    assert names(place) == []
