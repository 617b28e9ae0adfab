"""``--split-to``: a file for each bucket, all of them or none."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.cli import rvhctl
from support.processes import children, wait_until
from support.program import Program

import rvhctl as package
from rvhctl.concurrency.signals import ENDING
from rvhctl.errors import RvhctlError, UsageError
from rvhctl.placement import split_files
from rvhctl.placement.buckets import Buckets
from rvhctl.placement.placement import Placement
from rvhctl.placement.split_files import SplitFiles, Template
from rvhctl.streams import staging

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
    monkeypatch.setattr(split_files, "BUFFERED", 1000)
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
    monkeypatch.setattr(split_files, "BUFFERED", buffered)
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
    monkeypatch.setattr(split_files, "BUFFERED", 100)
    code, _, err = run("-b", "3", "--split-to", "part-{bucket}", stdin=STDIN + b"\nmore\n")
    assert code == 1
    assert "stdin:501: the key is empty" in err
    assert names(place) == []


def test_a_missing_folder_is_made(place: Path) -> None:
    assert run("-b", "3", "--split-to", "new/part-{bucket}") == (0, b"", "")
    assert names(place / "new") == ["part-0", "part-1", "part-2"]
    assert run("--nodes", "a,b", "--split-to", "{node}/keys") == (0, b"", "")
    assert names(place / "a") == names(place / "b") == ["keys"]


def test_a_folder_that_was_made_for_nothing_goes_again(place: Path) -> None:
    assert run("-b", "3", "--split-to", "new/part-{bucket}", stdin=STDIN + b"\n")[0] == 1
    assert names(place) == []
    code, _, err = run("-b", "3", "--split-to", "no/such/part-{bucket}")
    assert code == 1
    assert err.endswith(": write error: no such file or directory\n")
    assert names(place) == []


def test_a_folder_in_place_of_a_file(place: Path) -> None:
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
    files = SplitFiles(Template("{bucket}", Buckets.numbered(5)), force=False)

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
        (
            "{bucket",
            "--split-to: expected '}' before end of string (got '{bucket'); {{ and }} stand for braces",
        ),
        *(
            (
                f"part-{{bucket:{wrong}}}",
                f"--split-to: no format of a bucket's number (got {wrong!r}); "
                "write {bucket}, {bucket:03d} with zeros, or {bucket:x} for hexadecimal",
            )
            for wrong in ("3d", "0", "e", "03f", "099999999d", ",", "{bucket}")
        ),
    ],
)
def test_templates(place: Path, template: str, says: str) -> None:
    assert run("-b", "3", "--split-to", template) == (2, b"", f"rvhctl: {says}\n")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "..", "."])
def test_an_id_does_not_leave_the_folder(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be part of a file's name"):
        Template("{node}", Buckets.named([name, "b"]))


def test_numbers_of_one_width(place: Path) -> None:
    assert run("-b", "3", "--split-to", "{{{bucket:03d}}}") == (0, b"", "")
    assert names(place) == ["{000}", "{001}", "{002}"]
    template = Template("{bucket:02x}-{node}", Buckets.named([f"n{number}" for number in range(20)]))
    assert template.path(19) == "13-n19"


def test_a_node_takes_no_format() -> None:
    with pytest.raises(UsageError, match=r"\{node\} takes no format \(got '>3'\)"):
        Template("{node:>3}", Buckets.named(["a"]))


@pytest.mark.parametrize(
    ("template", "ids"),
    [
        ("o-{node}{bucket}", ["x1", *"bcdefghij", "x"]),
        ("{node}.txt", ["web", "Web"]),
        ("{node}.txt", ["STRASSE", "straße"]),
        ("{node}.txt", ["caf\u00e9", "cafe\u0301"]),
        ("{node}", ["web", "web."]),
        ("{node}/keys", ["web", "WEB "]),
    ],
)
def test_two_buckets_never_share_a_file(place: Path, template: str, ids: list[str]) -> None:
    code, out, err = run("--nodes", ",".join(ids), "--split-to", template)
    assert (code, out, names(place)) == (2, b"", [])
    last = Template("{bucket}", Buckets.named(ids)).path(len(ids) - 1)
    assert f"buckets 0 and {last} would share a file" in err


def test_two_paths_that_a_link_makes_one(place: Path) -> None:
    (place / "1").mkdir()
    (place / "0").symlink_to("1")
    code, _, err = run("-b", "3", "--split-to", "{bucket}/keys")
    assert (code, names(place / "1")) == (2, [])
    assert "buckets 0 and 1 would share a file ('0/keys' and '1/keys')" in err


def test_a_link_in_place_of_a_file_is_replaced_itself(place: Path) -> None:
    (place / "part-0").symlink_to("part-1")
    assert run("-b", "2", "--split-to", "part-{bucket}", "--force")[0] == 0
    assert not (place / "part-0").is_symlink()
    lines = [(place / name).read_text().splitlines() for name in ("part-0", "part-1")]
    assert sorted(lines[0] + lines[1]) == sorted(KEYS)


def test_force_needs_a_template(place: Path) -> None:
    assert run("-b", "3", "--force")[0] == 2


PROGRAM = Program(Path(package.__file__).parents[1])


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        (signal.SIGHUP, 129),
        (signal.SIGQUIT, 131),
        (signal.SIGXCPU, 128 + signal.SIGXCPU),
        (signal.SIGUSR1, 128 + signal.SIGUSR1),
        (ENDING[-1], 128 + ENDING[-1]),
    ],
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


HALT_AT = """
import os, signal, sys
from rvhctl import __main__
number, halt_at = int(sys.argv.pop(1)), int(sys.argv.pop(1))
rename, seen = os.replace, []
def replace(source, target):
    rename(source, target)
    seen.append(target)
    if len(seen) == halt_at:
        os.kill(os.getpid(), number)
os.replace = replace
__main__.entry()
"""
"""The program, which gets a signal right behind the so-manieth renaming."""


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.parametrize("halt_at", [1, 2, 3, 4, 5])
def test_a_signal_between_renamings_leaves_what_was_there(
    place: Path, number: int, code: int, halt_at: int
) -> None:
    (place / "part-1").write_text("old")
    (place / "part-3").write_text("older")
    process = subprocess.run(
        [
            *(sys.executable, "-c", HALT_AT, str(int(number)), str(halt_at)),
            *("jump-hash", "-b", "5", "--split-to", "part-{bucket}", "--force"),
        ],
        input=STDIN,
        capture_output=True,
        cwd=place,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1])},
    )
    assert process.returncode == code
    assert names(place) == ["part-1", "part-3"]
    assert ((place / "part-1").read_text(), (place / "part-3").read_text()) == ("old", "older")


@pytest.mark.parametrize("milliseconds", range(0, 24, 2))
def test_after_a_signal_at_any_moment_all_files_are_there_or_none(place: Path, milliseconds: int) -> None:
    process = PROGRAM.start("jump-hash", "-b", "400", "--split-to", "part-{bucket}", cwd=place)
    assert process.stdin is not None
    process.stdin.write(STDIN)
    process.stdin.close()
    process.stdin = None
    wait_until(lambda: bool(names(place)) or process.poll() is not None, "the first file")
    time.sleep(milliseconds / 1000)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)
    assert process.returncode in (0, 143)
    assert len(names(place)) == (len(set(Placement(400).buckets(KEYS))) if process.returncode == 0 else 0)


def test_what_a_killed_run_leaves_is_removed_by_the_next(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = PROGRAM.start("jump-hash", "-b", "3", "--split-to", "part-{bucket}", cwd=place)
    assert process.stdin is not None
    for key in range(400_000):
        process.stdin.write(b"%d-%099d\n" % (key, key))
    process.stdin.flush()
    wait_until(lambda: bool(names(place)), "the first file")
    (left,) = names(place)
    assert left.startswith(staging.LOCKED)
    assert run("-b", "3", "--split-to", "more-{bucket}")[0] == 0
    assert left in names(place), "its run is alive"
    process.kill()
    process.wait(timeout=60)
    process.stdin.close()
    assert run("-b", "3", "--split-to", "part-{bucket}")[0] == 0
    assert names(place) == [f"{name}-{bucket}" for name in ("more", "part") for bucket in range(3)]


def test_more_folders_than_locks(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "MOST_LOCKS", 2)
    assert run("-b", "9", "--split-to", "{bucket}/keys") == (0, b"", "")
    assert [names(place / str(bucket)) for bucket in range(9)] == [["keys"]] * 9


def test_a_file_that_was_replaced_comes_back(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the file system has no hard links."""
    (place / "part-0").write_text("old")

    def none(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    rename = os.replace

    def fail_at_the_second(source: str, target: str) -> None:
        if target == "part-1":
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(os, "replace", fail_at_the_second)
    code, _, err = run("-b", "2", "--split-to", "part-{bucket}", "--force")
    assert (code, err) == (1, "rvhctl: part-1: write error: input/output error\n")
    assert names(place) == ["part-0"]
    assert (place / "part-0").read_text() == "old"


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
