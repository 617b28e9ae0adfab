"""A job on a cluster has the answers of the single machine, whatever dies meanwhile, and nothing is half done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import distributed
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.program import PATIENCE, Program

from engine.conftest import check_swept, write_keys
from rvhctl import JumpHashError, Placement, RvhctlError, jump_hash_many
from rvhctl.dask import Part, bucket_files
from rvhctl.engine.cluster import check_workers, outcomes
from rvhctl.engine.job import Failure, Job, Maker, Outcome
from rvhctl.engine.plan import Task
from rvhctl.engine.room import NOTED, Room
from rvhctl.engine.run import Run
from rvhctl.engine.stores import Stamp, store_of
from rvhctl.engine.work import bucket_file
from rvhctl.keys.fields import FieldPath
from rvhctl.keys.records import KeySpec

SPEC = KeySpec(path=FieldPath("key"))


def left_in(folder: Path) -> list[str]:
    """The names of all files."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def whole(paths: list[Path]) -> list[str]:
    """What a finished job leaves."""
    return sorted([path.name for path in paths] + ["_SUCCESS", "_manifest.json"])


def check_answers(keys: list[Path], folder: Path, buckets: int) -> None:
    """Each output has the rows of its input, in order, with the bucket of each key."""
    assert left_in(folder) == whole(keys)
    for path in keys:
        given, got = pq.read_table(path), pq.read_table(folder / path.name)
        assert got.select(given.column_names).equals(given)
        assert got["bucket"].to_pylist() == jump_hash_many(given["key"].to_pylist(), buckets)


def test_each_file_becomes_one_with_the_buckets_of_its_keys(
    client: Any, keys: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    parts = bucket_files(client, keys, out, column="key", buckets=1000)
    assert parts == [Part(str(path), str(out / path.name), 20_000) for path in keys]
    check_answers(keys, out, 1000)
    metadata = pq.read_metadata(out / "k0.parquet")
    assert metadata.num_row_groups == pq.read_metadata(keys[0]).num_row_groups
    assert metadata.row_group(0).column(0).compression == "ZSTD"
    manifest = json.loads((out / "_manifest.json").read_text())
    assert (manifest["rows"], manifest["left_out"]) == (120_000, 0)
    assert manifest["placement"]["buckets"] == 1000
    assert [entry["source"] for entry in manifest["files"]] == list(map(str, keys))
    assert manifest["versions"].keys() == {"version", "core", "pyarrow", "dask", "distributed"}


def test_every_option_of_a_placement_counts(client: Any, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys", 2, 3000)
    nodes = [{"id": f"n{number}", "weight": 1 + number % 3, "zone": f"z{number % 2}"} for number in range(9)]
    placement = Placement(nodes, down=["n4"], spread="zone", seed=7, dialect="guava")
    bucket_files(
        client,
        str(tmp_path / "keys/*.parquet"),
        tmp_path / "out",
        column="key",
        buckets=placement,
        replicas=3,
    )
    for path in keys:
        got = pq.read_table(tmp_path / "out" / path.name)
        chosen = placement.chosen_buckets(got["key"].to_pylist(), 3)
        assert got["bucket"].to_pylist() == [row[0] for row in chosen]
        assert got["node"].to_pylist() == [f"n{row[0]}" for row in chosen]
        entries = [[{"bucket": bucket, "node": f"n{bucket}"} for bucket in row] for row in chosen]
        assert got["replicas"].to_pylist() == entries


def test_files_of_one_name_keep_their_folders(client: Any, tmp_path: Path) -> None:
    for day in ("day=1", "day=2"):
        write_keys(tmp_path / "keys" / day, 1, 30)
    bucket_files(client, f"{tmp_path}/keys/*/k0.parquet", tmp_path / "out", column="key", buckets=3)
    assert left_in(tmp_path / "out") == ["_SUCCESS", "_manifest.json", "day=1/k0.parquet", "day=2/k0.parquet"]


def test_two_workers_killed_in_the_middle(client: Any, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys", 12)
    before = client.run(os.getpid)

    def killing(job: Job, tasks: list[Task]) -> Iterator[tuple[Task, Outcome]]:
        for number, pair in enumerate(outcomes(client, job, tasks, 0)):
            if number == 0:
                for pid in before.values():
                    os.kill(pid, signal.SIGKILL)
            yield pair

    Run([str(path) for path in keys], str(tmp_path / "out"), Placement(1000), SPEC).over(killing)
    check_answers(keys, tmp_path / "out", 1000)
    client.wait_for_workers(2, timeout=30)
    assert not set(client.run(os.getpid).values()) & set(before.values())


def test_the_driver_and_its_cluster_killed_and_then_resumed(
    client: Any, program: Program, tmp_path: Path
) -> None:
    keys = write_keys(tmp_path / "keys", 40, 3000)
    out = tmp_path / "out"
    asked = ("jump-hash", "-b", "1000", "--field", "key", "--to-dir", str(out), "--engine", "dask")
    driver = program.start(*asked, *map(str, keys), start_new_session=True)
    patience = monotonic() + PATIENCE
    while len(list(out.glob("_rvhctl/*.json"))) < 2 and driver.poll() is None and monotonic() < patience:
        sleep(0.01)
    os.killpg(driver.pid, signal.SIGKILL)
    driver.communicate()
    assert driver.returncode == -signal.SIGKILL
    assert list(out.glob("_rvhctl/run-*"))
    with pytest.raises(RvhctlError, match="done; resume it"):
        bucket_files(client, keys, out, column="key", buckets=1000)
    parts = bucket_files(client, keys, out, column="key", buckets=1000, resume=True)
    assert [part.rows for part in parts] == [3000] * 40
    check_answers(keys, out, 1000)


def test_what_an_interrupt_leaves_of_a_cluster_is_removed_in_silence(program: Program) -> None:
    """Such as locks of worker processes, which Python's tracker removes behind a process, with a warning."""
    started = (
        "import multiprocessing, os\n"
        "from rvhctl.engine.cluster import deaf\n"
        "with deaf(): lock = multiprocessing.get_context('spawn').Lock()\n"
        "assert 'PYTHONWARNINGS' not in os.environ\n"
        "os._exit(0)"
    )
    run = subprocess.run([sys.executable, "-c", started], env=program.environment, capture_output=True)
    assert (run.stderr, run.returncode) == (b"", 0)


def without_key(folder: Path) -> tuple[list[Path], Path]:
    """Files of which the second has a row without a key."""
    keys = write_keys(folder, 3, 30)
    table = pq.read_table(keys[1])
    keys_of = table["key"].to_pylist()
    bad = table.set_column(
        0, "key", pa.array([None if row in (11, 12) else key for row, key in enumerate(keys_of)])
    )
    pq.write_table(bad, keys[1])
    return keys, keys[1]


def test_a_row_without_a_key_ends_the_run_and_names_itself(client: Any, tmp_path: Path) -> None:
    keys, bad = without_key(tmp_path / "keys")
    with pytest.raises(RvhctlError, match=r"k1\.parquet: row 12: .*key") as caught:
        bucket_files(client, keys, tmp_path / "out", column="key", buckets=9)
    assert "\n" not in str(caught.value)
    left = left_in(tmp_path / "out")
    assert "k1.parquet" not in left
    assert not [name for name in left if name.startswith(("_rvhctl/run", "_S", "_man"))]
    check_swept(lambda: left_in(tmp_path / "out"))

    parts = bucket_files(
        client, keys, tmp_path / "out", column="key", buckets=9, resume=True, on_error="skip"
    )
    assert [(part.rows, part.left_out) for part in parts] == [(30, 0), (28, 2), (30, 0)]
    assert [problem.partition(": ")[2][:7] for problem in parts[1].problems] == ["row 12:", "row 13:"]
    assert left_in(tmp_path / "out") == whole(keys)
    assert pq.read_table(tmp_path / "out/k1.parquet")["n"].to_pylist() == [
        n for n in range(30) if n not in (11, 12)
    ]
    assert bad.exists()


def test_what_is_done_is_not_done_again(client: Any, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys", 3, 30)
    bucket = partial(bucket_files, client, keys, tmp_path / "out", column="key")
    first = bucket(buckets=9)
    stamps = [(tmp_path / "out" / path.name).stat().st_mtime_ns for path in keys]
    with pytest.raises(RvhctlError, match="holds a run with 3 files done; resume it"):
        bucket(buckets=9)
    with pytest.raises(RvhctlError, match="another job"):
        bucket(buckets=10, resume=True)
    write_keys(tmp_path / "keys", 1, 60)  # a changed input
    (tmp_path / "out" / "k1.parquet").unlink()
    second = bucket(buckets=9, resume=True)
    assert [part.rows for part in second] == [60, 30, 30]
    assert second[1:] == first[1:]
    assert (tmp_path / "out" / "k2.parquet").stat().st_mtime_ns == stamps[2]
    check_answers(keys, tmp_path / "out", 9)
    with pytest.raises(RvhctlError, match=r"k0\.parquet: was made of .*k0\.parquet, which is not an input"):
        bucket_files(client, keys[1:], tmp_path / "out", column="key", buckets=9, resume=True)


def test_a_run_that_was_ended_leaves_only_what_is_done(client: Any, keys: list[Path], tmp_path: Path) -> None:
    run = Run([str(path) for path in keys], str(tmp_path / "out"), Placement(9), SPEC)

    def interrupted(job: Job, tasks: list[Task]) -> Iterator[tuple[Task, Outcome]]:
        done = outcomes(client, job, tasks, 0)
        yield next(done)
        done.close()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.over(interrupted)
    assert len(run.parts) == 1
    again = Run([str(path) for path in keys], str(tmp_path / "out"), Placement(9), SPEC, resume=True)
    again.over(partial(outcomes, client, retries=0))
    check_answers(keys, tmp_path / "out", 9)


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"column": "nokey"}, r"k0\.parquet: the column 'nokey' is missing"),
        ({"column": "seen"}, "got a column of double"),
        ({"buckets": 0}, "buckets"),
        ({"buckets": 3, "replicas": 4}, "4 replicas, but 3 live buckets"),
        ({"on_error": "pass"}, "on_error must be 'fail' or 'skip'"),
        ({"sources": "nothing/*.parquet"}, "nothing/.*: no such file"),
        ({"sources": []}, "no inputs"),
        ({"client": None}, "client must be a distributed.Client"),
    ],
)
def test_what_is_wrong_is_said_on_one_line(
    client: Any, tmp_path: Path, options: dict[str, Any], wrong: str
) -> None:
    keys = write_keys(tmp_path / "keys", 1, 30)
    given = {"client": client, "sources": keys, "column": "key", "buckets": 9} | options
    with pytest.raises((RvhctlError, JumpHashError), match=wrong) as caught:
        bucket_files(to_dir=tmp_path / "out", **given)
    assert "\n" not in str(caught.value)
    assert not [name for name in left_in(tmp_path) if name.startswith("out/")]


def test_a_file_that_is_no_parquet_and_one_that_is_cut(client: Any, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys", 2, 300)
    keys[1].write_bytes(keys[1].read_bytes()[:-40])
    with pytest.raises(RvhctlError, match=r"k1\.parquet: is not read as Parquet: "):
        bucket_files(client, keys, tmp_path / "out", column="key", buckets=9)


def test_without_the_library_one_line_says_how_to_come_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RvhctlError, match=r"pip install 'rvhctl\[dask\]'"):
        bucket_files(None, "x.parquet", "out", column="key", buckets=9)


def test_workers_that_would_answer_otherwise_are_refused(client: Any) -> None:
    with pytest.raises(
        RvhctlError, match=r"^tcp://.*: the worker has rvhctl .* core, and this is rvhctl 0\.0\.1 with"
    ):
        check_workers(client, Maker("0.0.1", "interpreted"))


def here(job: Job, tasks: list[Task]) -> Iterator[tuple[Task, Outcome]]:
    """What becomes of files in this process."""
    for task in tasks:
        yield task, bucket_file(job, task)


def of_lines(tmp_path: Path, **given: Any) -> Run:
    """A run over two files of text."""
    sources = [str(tmp_path / name) for name in ("a.txt", "b.txt")]
    for source in sources:
        Path(source).write_text("one\ntwo\n")
    return Run(sources, str(tmp_path / "out"), Placement(9), KeySpec(), **given)


def test_a_run_whose_place_another_took_leaves_it_alone(tmp_path: Path) -> None:
    second: list[Run] = []

    def overtaken(job: Job, tasks: list[Task]) -> Iterator[tuple[Task, Outcome]]:
        yield tasks[0], bucket_file(job, tasks[0])
        second.append(of_lines(tmp_path, resume=True))
        second[0].over(between)
        yield tasks[1], bucket_file(job, tasks[1])

    def between(job: Job, tasks: list[Task]) -> Iterator[tuple[Task, Outcome]]:
        outcome = bucket_file(first, tasks[0])
        assert isinstance(outcome, Failure)
        assert "another took its place" in outcome.text
        # What the first does at its end changes nothing for the second.
        Room(first).leave()
        with pytest.raises(RvhctlError, match="another took its place"):
            Room(first).finish({}, {})
        yield from here(job, tasks)

    run = of_lines(tmp_path)
    first = run._job
    with pytest.raises(RvhctlError, match="another took its place"):
        run.over(overtaken)
    assert left_in(tmp_path / "out") == ["_SUCCESS", "_manifest.json", "a.txt", "b.txt"]


NOTE = dict.fromkeys(NOTED, 1) | {"job": "x", "source": "a", "source_mark": "m", "name": "a", "problems": []}


@pytest.mark.parametrize(
    "text",
    [
        *("{}", "[]", "[1]", "5", "no", '{"files": 1}', '{"files": [{}], "job": "x"}', "[" * 100_000),
        *(
            json.dumps(NOTE | other)
            for other in ({"name": ["a"]}, {"size": True}, {"problems": 1}, {"job": None})
        ),
    ],
    ids=lambda text: text[:60],
)
@pytest.mark.parametrize("name", ["_manifest.json", "_rvhctl/a.json"])
def test_what_others_left_in_the_folder_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "out" / "_rvhctl").mkdir(parents=True)
    (tmp_path / "out" / name).write_text(text)
    with pytest.raises(RvhctlError, match=f"{name}: is not by a run"):
        of_lines(tmp_path).over(here)


def test_files_of_others_are_kept_where_no_run_has_begun(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.txt").write_text("mine")
    with pytest.raises(RvhctlError, match=r"b\.txt: the file exists"):
        of_lines(tmp_path, resume=True).over(here)
    assert left_in(out) == ["b.txt"]


def test_the_room_of_a_run_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "_rvhctl").write_text("")
    with pytest.raises(RvhctlError, match="_rvhctl: is no directory"):
        of_lines(tmp_path).over(here)


@pytest.mark.parametrize("other", [{"input_format": "ndjson"}, {"output": "csv"}])
def test_inputs_read_otherwise_are_another_job(tmp_path: Path, other: dict[str, Any]) -> None:
    of_lines(tmp_path).over(here)
    with pytest.raises(RvhctlError, match=r"another job|which is not an input"):
        of_lines(tmp_path, resume=True, **other).over(here)


def test_of_two_runs_that_begin_at_once_none_is_lost_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, sweep = of_lines(tmp_path), Room._sweep

    def late(room: Room) -> None:
        sweep(room)
        store_of(str(tmp_path)).write(str(tmp_path / "out" / "_rvhctl" / "run-other"), b"")

    monkeypatch.setattr(Room, "_sweep", late)
    with pytest.raises(RvhctlError, match="another run begins here"):
        run.over(here)
    assert left_in(tmp_path / "out") == ["_rvhctl/begun", "_rvhctl/run-other"]


class Lost:
    """A future whose result does not come."""

    def __init__(self, status: str, error: Exception) -> None:
        self.status = status
        self._error = error

    def result(self, timeout: float) -> Outcome:
        raise self._error


class Completed(list[Lost]):
    """Futures in the order in which they came."""

    add = list.append


@pytest.mark.parametrize(
    ("status", "error", "text"),
    [
        (
            "error",
            distributed.KilledWorker("t", SimpleNamespace(address="tcp://b:1"), 3),
            "a: 4 workers died of it, the last tcp://b:1; has it the memory?",
        ),
        ("error", ConnectionResetError(104, "Connection reset by peer"), "a: connection reset by peer"),
        ("cancelled", distributed.CancelledError("key"), "a: the cluster was lost: key"),
        ("finished", OSError("in <TCP>: closed"), "a: the cluster was lost: in <TCP>: closed"),
    ],
)
def test_a_task_that_has_no_outcome_says_why(
    status: str, error: Exception, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``outcomes`` over a client that is not there: its only future fails."""
    future = Lost(status, error)
    client = SimpleNamespace(
        nthreads=lambda: {"w": 1}, submit=lambda *_, **__: future, cancel=lambda *_, **__: None
    )
    monkeypatch.setattr(distributed, "as_completed", Completed)
    task = Task("a", Stamp(1, ""), "a")
    job = Job(Placement(3), SPEC, None, False, "auto", "auto", 1, "out", "t", Maker("1", "c"))
    assert list(outcomes(client, job, [task], 0)) == [(task, Failure("a", text))]


def test_a_worker_keeps_its_size(client: Any, tmp_path: Path) -> None:
    """The first job warms it up; its imports and pools stay."""
    keys = write_keys(tmp_path / "keys", 4)
    sizes = []
    for job in range(4):
        bucket_files(client, keys, tmp_path / f"out{job}", column="key", buckets=1000)
        resident = "int(open('/proc/self/statm').read().split()[1]) * 4096"
        sizes.append(max(client.run(eval, resident).values()))
    assert sizes[-1] <= 1.05 * sizes[0]
