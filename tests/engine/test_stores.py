"""An object store: what a job writes there has its name only when it is whole, and is resumed like any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier
from typing import Any

import pyarrow.parquet as pq
import pytest
import s3fs
from moto.server import ThreadedMotoServer

from engine.conftest import check_swept, write_keys
from rvhctl import RvhctlError, jump_hash_many
from rvhctl.dask import bucket_files
from rvhctl.engine.stores import store_of

SETTINGS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture
def store(client: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[s3fs.S3FileSystem]:
    """A server on the loopback that speaks as S3 does, with a bucket; this process and all workers know it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = SETTINGS | {"AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    client.run(exec, f"import os; os.environ.update({settings})")
    s3fs.S3FileSystem.clear_instance_cache()
    store = s3fs.S3FileSystem()
    store.mkdir("keys")
    yield store
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


def test_a_job_from_and_to_an_object_store(client: Any, store: s3fs.S3FileSystem, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys", 3, 3000)
    for path in keys:
        store.put_file(str(path), f"keys/in/{path.name}")
    store.pipe_file("keys/in/bad.parquet", b"PAR1")
    with pytest.raises(RvhctlError, match=r"s3://keys/in/bad\.parquet: is not read as Parquet"):
        bucket_files(client, "s3://keys/in/*.parquet", "s3://keys/out", column="key", buckets=1000)
    left = store.find("keys/out")
    assert not [name for name in left if name.endswith(("_SUCCESS", "bad.parquet")) or "/run-" in name]

    def names() -> list[str]:
        store.invalidate_cache()
        return list(store.find("keys/out"))

    check_swept(names)
    store.put_file(str(keys[0]), "keys/in/bad.parquet")
    parts = bucket_files(
        client, "s3://keys/in/*.parquet", "s3://keys/out", column="key", buckets=1000, resume=True
    )
    assert [part.rows for part in parts] == [3000] * 4
    whole = ["_SUCCESS", "_manifest.json", "bad.parquet", *(path.name for path in keys)]
    assert [name.removeprefix("keys/out/") for name in names()] == whole
    for path in keys:
        with store.open(f"keys/out/{path.name}", "rb") as file:
            answer = pq.read_table(file)
        assert answer["bucket"].to_pylist() == jump_hash_many(answer["key"].to_pylist(), 1000)


def test_a_store_is_asked_about_many_files_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """And about those that are not there; what is removed already is no error."""
    there = store_of("memory://folder")
    paths = [f"memory://folder/{number}" for number in range(4)]
    for path in paths[:2]:
        there.write(path, b"123")
    info, rm_file = there.filesystem.info, there.filesystem.rm_file
    pairs = Barrier(2, timeout=60)
    monkeypatch.setattr(there.filesystem, "info", lambda path: (pairs.wait(), info(path))[1])
    assert [stamp and stamp.size for stamp in there.stamps(paths)] == [3, 3, None, None]
    monkeypatch.setattr(there.filesystem, "rm_file", lambda path: (pairs.wait(), rm_file(path))[1])
    there.remove(*paths)
    assert there.names("memory://folder") == []
