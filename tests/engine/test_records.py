"""Files of text become what the program writes of each of them alone, compressed as they were."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.cli import rvhctl

from engine.conftest import write_keys
from rvhctl import RvhctlError
from rvhctl.dask import bucket_files

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LINES = [f"user-{row}" for row in range(3000)]
TEXTS = {
    "k.txt": "".join(f"{key}\n" for key in LINES),
    "e.ndjson": "".join(f'{{"key":"{key}","n":[1]}}\n' for key in LINES),
    "d.json": "[" + ",\n".join(f'{{"key":"{key}"}}' for key in LINES) + "]\n",
    "t.csv": "n,key\n" + "".join(f"1,{key}\n" for key in LINES),
    "t.tsv": "key\tn\n" + "".join(f"{key}\t\n" for key in LINES),
}
PACKERS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    "": (bytes, bytes),
    ".gz": (gzip.compress, gzip.decompress),
    ".zst": (zstd.compress, zstd.decompress),
    ".xz": (lzma.compress, lzma.decompress),
    ".bz2": (bz2.compress, bz2.decompress),
}


@pytest.mark.parametrize("name", TEXTS)
def test_each_output_is_the_programs_answer_to_its_input(name: str, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    for suffix, (pack, _) in PACKERS.items():
        (keys / f"{name}{suffix}").write_bytes(pack(TEXTS[name].encode()))
    field = () if name == "k.txt" else ("--field", "key")
    asked = ("jump-hash", "--nodes", "a,b,c", "--down", "b", "--replicas", "2", *field)
    alone = rvhctl(*asked, str(keys / name))
    done = rvhctl(*asked, "--to-dir", str(tmp_path / "out"), *map(str, keys.iterdir()))
    assert done == (0, b"", "")
    for suffix, (_, unpack) in PACKERS.items():
        assert unpack((tmp_path / "out" / f"{name}{suffix}").read_bytes()) == alone.out


@pytest.mark.parametrize(
    ("output", "name"),
    [("csv", "k.csv.gz"), ("json", "k.json.gz"), ("plain", "k.txt.gz"), ("parquet", "k.parquet")],
)
def test_another_format_has_another_name(output: str, name: str, tmp_path: Path) -> None:
    keys = tmp_path / "k.txt.gz"
    keys.write_bytes(gzip.compress(TEXTS["k.txt"].encode()))
    asked = ("jump-hash", "-b", "9", "-o", output, str(keys))
    assert rvhctl(*asked, "--to-dir", str(tmp_path / "out")) == (0, b"", "")
    unpack = gzip.decompress if name.endswith(".gz") else bytes
    assert unpack((tmp_path / "out" / name).read_bytes()) == rvhctl(*asked).out


@pytest.mark.parametrize("output", ["auto", "parquet", "ndjson"])
def test_tables_of_arrow_become_such_tables(output: str, tmp_path: Path) -> None:
    keys = tmp_path / "k.arrow"
    with pa.ipc.new_file(keys, pa.schema([("key", pa.string())])) as writer:
        writer.write(pa.record_batch({"key": LINES}))
    asked = ("jump-hash", "-b", "9", "--field", "key", str(keys))
    assert rvhctl(*asked, "-o", output, "--to-dir", str(tmp_path / "out")) == (0, b"", "")
    name = "arrow" if output == "auto" else output
    assert (tmp_path / "out" / f"k.{name}").read_bytes() == rvhctl(*asked, "-o", name).out


def test_the_workers_of_a_cluster_do_the_same(client: Any, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    for name in ("e.ndjson", "t.csv"):
        (keys / name).write_text(TEXTS[name])
    parts = bucket_files(client, f"{keys}/*", tmp_path / "out", column="key", buckets=9)
    assert [part.rows for part in parts] == [3000, 3000]
    for name in ("e.ndjson", "t.csv"):
        alone = rvhctl("jump-hash", "-b", "9", "--field", "key", str(keys / name))
        assert (tmp_path / "out" / name).read_bytes() == alone.out


def test_a_bad_record_is_named_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "good.ndjson").write_text(TEXTS["e.ndjson"])
    bad = tmp_path / "bad.ndjson"
    bad.write_text('{"key":"a"}\n{"nokey":1}\n{"key":"b"}\n')
    asked = ("jump-hash", "-b", "9", "--field", "key", "--to-dir", str(tmp_path / "out"))
    files = str(tmp_path / "good.ndjson"), str(bad)
    wrong = f"rvhctl: {bad}:2: the field 'key' is missing; there is nokey\n"
    going_on = "rvhctl: 1 of 2 files are done; the same command with --resume does the rest\n"
    assert rvhctl(*asked, *files) == (1, b"", going_on + wrong)
    assert not (tmp_path / "out" / "bad.ndjson").exists()
    assert rvhctl(*asked, *files, "--resume", "--on-error", "skip") == (
        1,
        b"",
        f"{wrong}rvhctl: 1 left out\n",
    )
    assert (tmp_path / "out" / "bad.ndjson").read_bytes().count(b"\n") == 2
    assert (tmp_path / "out" / "_SUCCESS").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is opened for writing under a temporary name is the full device."""
    from rvhctl.engine import stores

    write_keys(tmp_path / "keys", 1)
    (tmp_path / "keys" / "e.ndjson").write_text(TEXTS["e.ndjson"])
    bare, opened = stores.LocalStore.bare, stores.LocalStore.open

    def full(path: str) -> str:
        return "/dev/full" if re.search(r"-[0-9a-f]{12}\.part$", path) else path

    monkeypatch.setattr(stores.LocalStore, "bare", lambda self, path: full(bare(self, path)))
    monkeypatch.setattr(stores.LocalStore, "open", lambda self, path, mode: opened(self, full(path), mode))
    for name in ("k0.parquet", "e.ndjson"):
        out = tmp_path / "out"
        done = rvhctl(
            "jump-hash", "-b", "9", "--field", "key", "--to-dir", str(out), str(tmp_path / "keys" / name)
        )
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert done.err.startswith(f"rvhctl: {out / name}: write error: ")
        assert "no space left on device" in done.err.lower()
        assert not [path for path in out.rglob("*") if path.is_file()]


def test_files_behind_urls() -> None:
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    table = pa.table({"key": LINES})
    with memory.open("/keys/a/k.parquet", "wb") as file:
        pq.write_table(table, file)
    memory.pipe_file("/keys/b/e.ndjson.gz", gzip.compress(TEXTS["e.ndjson"].encode()))
    asked = ("jump-hash", "-b", "9", "--field", "key", "--to-dir", "memory://out/one", "memory://keys/*/*")
    assert rvhctl(*asked) == (0, b"", "")
    names = ["_SUCCESS", "_manifest.json", "a/k.parquet", "b/e.ndjson.gz"]
    assert sorted(name.removeprefix("/out/one/") for name in memory.find("/out")) == names
    with memory.open("/out/one/a/k.parquet", "rb") as file:
        buckets = pq.read_table(file)["bucket"].to_pylist()
    text = gzip.decompress(memory.cat("/out/one/b/e.ndjson.gz")).splitlines()
    assert [int(line.rpartition(b":")[2][:-1]) for line in text] == buckets
    refused = "holds a run with 2 files done; resume it, or name another folder"
    assert rvhctl(*asked).err == f"rvhctl: memory://out/one: {refused}\n"
    assert rvhctl(*asked, "--resume") == (0, b"", "")
    memory.store.clear()


def test_a_url_of_nothing_is_said(client: Any) -> None:
    with pytest.raises(RvhctlError, match=r"nosuch://x/y: .*nosuch"):
        bucket_files(client, "nosuch://x/y", "memory://out", column="key", buckets=9)


def test_a_packed_table_stays_packed(tmp_path: Path) -> None:
    (path,) = write_keys(tmp_path, files=1, rows=300)
    packed = tmp_path / "packed.parquet.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    asked = ("jump-hash", "-b", "9", "--field", "key")
    assert rvhctl(*asked, "--to-dir", str(tmp_path / "out"), str(packed), str(path)) == (0, b"", "")
    answers = [
        pq.read_table(pa.BufferReader(text)).column("bucket").to_pylist()
        for text in (
            gzip.decompress((tmp_path / "out" / packed.name).read_bytes()),
            (tmp_path / "out" / path.name).read_bytes(),
        )
    ]
    assert answers[0] == answers[1]


def test_a_damaged_table_ends_in_one_line(tmp_path: Path) -> None:
    (path,) = write_keys(tmp_path, files=1, rows=300)
    text = bytearray(path.read_bytes())
    text[-40:-10] = b"\xff" * 30
    path.write_bytes(text)
    code, out, err = rvhctl(
        "jump-hash", "-b", "9", "--field", "key", "--to-dir", str(tmp_path / "out"), str(path)
    )
    assert (code, out) == (1, b"")
    assert err.startswith(f"rvhctl: {path}: is not read as Parquet: ")
    assert err.count("\n") == 1
