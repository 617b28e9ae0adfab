"""The file of a memory: never half written, never by two, never lost."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from rvhctl.errors import InputError
from rvhctl.policy.memory import Memory, Standing
from rvhctl.policy.memory_file import locked, read_memory, write_memory

MEMORY = Memory(7, {"a": Standing(True, 1, 7), "b": Standing(False, 0, 5)})


def test_written_and_read(tmp_path: Path) -> None:
    path = str(tmp_path / "fleet.memory")
    assert read_memory(path) == Memory()
    write_memory(path, MEMORY)
    assert read_memory(path) == MEMORY
    write_memory(path, Memory(8))
    assert read_memory(path) == Memory(8)
    assert os.listdir(tmp_path) == ["fleet.memory"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fleet.memory"
    write_memory(str(path), MEMORY)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"fleet\.memory: cannot write the memory: No space left"):
        write_memory(str(path), Memory(8))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["fleet.memory"]


def test_a_link_stays_a_link_and_a_mode_stays(tmp_path: Path) -> None:
    target = tmp_path / "real.memory"
    write_memory(str(target), MEMORY)
    target.chmod(0o640)
    link = tmp_path / "link.memory"
    link.symlink_to(target)
    write_memory(str(link), Memory(8))
    assert link.is_symlink()
    assert read_memory(str(target)) == Memory(8)
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    path = tmp_path / "fleet.memory"
    mask = os.umask(0o027)
    try:
        write_memory(str(path), MEMORY)
    finally:
        os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_second_run_fails_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "fleet.memory")
    script = f"from rvhctl.policy.memory_file import locked\nwith locked({path!r}): print('held')"
    with locked(path):
        second = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
        assert "held" not in second.stdout
        assert "another run is using this memory" in second.stderr
        with pytest.raises(InputError, match="another run"), locked(path):
            pass
    third = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert third.stdout == "held\n"


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    path = str(tmp_path / "fleet.memory")
    script = (
        "import os, signal\nfrom rvhctl.policy.memory_file import locked\n"
        f"with locked({path!r}): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script], timeout=60, check=False)
    with locked(path):
        assert os.path.exists(f"{path}.lock")


def test_what_cannot_be_read_or_locked_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the memory: Is a directory"):
        read_memory(str(tmp_path))
    with pytest.raises(InputError, match=r"^'': cannot "), locked(""):
        pass
    with (
        pytest.raises(InputError, match="cannot make the lock of the memory"),
        locked(str(tmp_path / "none" / "m")),
    ):
        pass
    with pytest.raises(InputError, match="cannot write the memory"):
        write_memory(str(tmp_path / "none" / "m"), MEMORY)


def test_a_foreign_file_is_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_bytes(b'{"mine": 1}')
    with pytest.raises(InputError, match="not a memory"):
        read_memory(str(path))
    assert path.read_bytes() == b'{"mine": 1}'


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
def test_what_is_no_text_is_not_read_to_its_end(tmp_path: Path) -> None:
    zeros = tmp_path / "zeros"
    with zeros.open("wb") as file:
        file.truncate(100_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="zeros:1:1: not a memory of rvhctl: not JSON"):
            read_memory(str(zeros))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_only_a_regular_file_is_a_memory(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (str(pipe), "/dev/zero"):
        with pytest.raises(InputError, match="a memory is kept in a regular file, and this is none"):
            read_memory(path)
        with pytest.raises(InputError, match="regular file"), locked(path):
            pass
        assert not os.path.exists(f"{path}.lock")


def test_the_lock_is_neither_a_link_nor_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "m"
    lock = tmp_path / "m.lock"
    other = tmp_path / "other"
    lock.symlink_to(other)
    with pytest.raises(InputError, match=r"m\.lock: the lock of a memory is no link"), locked(str(path)):
        pass
    assert not other.exists()
    lock.unlink()
    os.mkfifo(lock)
    with pytest.raises(InputError, match=r"m\.lock: a memory is kept in a regular file"), locked(str(path)):
        pass


@pytest.mark.parametrize("length", [244, 250, 255])
def test_long_names(tmp_path: Path, length: int) -> None:
    path = str(tmp_path / ("m" * length))
    with locked(path):
        write_memory(path, MEMORY)
        with pytest.raises(InputError, match="another run"), locked(path):
            pass
    assert read_memory(path) == MEMORY
    assert len(os.listdir(tmp_path)) == 2


def test_what_a_killed_run_leaves_is_taken_away_by_the_next(tmp_path: Path) -> None:
    path = str(tmp_path / "m")
    script = (
        "import os, signal\nfrom rvhctl.policy import memory_file\nfrom rvhctl.policy.memory import Memory\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"with memory_file.locked({path!r}): memory_file.write_memory({path!r}, Memory(8))"
    )
    write_memory(path, MEMORY)
    subprocess.run([sys.executable, "-c", script], timeout=60, check=False)
    assert len(os.listdir(tmp_path)) == 3
    with locked(path):
        assert sorted(os.listdir(tmp_path)) == ["m", "m.lock"]
    assert read_memory(path) == MEMORY


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_an_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "m"
    write_memory(str(path), MEMORY)
    os.chown(path, 1234, 4321)
    path.chmod(0o2640)
    write_memory(str(path), Memory(8))
    found = path.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (1234, 4321, 0o2640)
