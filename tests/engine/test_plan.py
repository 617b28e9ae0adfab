"""Every input has an output of its own, which replaces nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rvhctl import RvhctlError
from rvhctl.engine.plan import planned


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a/x.parquet", "a/y.parquet", "b/x.parquet", "_SUCCESS", "[1].parquet"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"data")
    (tmp_path / "link.parquet").symlink_to("a/x.parquet")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        (["a/x.parquet"], ["x.parquet"]),
        (["a/*.parquet"], ["x.parquet", "y.parquet"]),
        (["a/x.parquet", "b/x.parquet"], ["a/x.parquet", "b/x.parquet"]),
        (["*/x.parquet", "./a/y.parquet"], ["a/x.parquet", "b/x.parquet", "a/y.parquet"]),
        (["[1].parquet"], ["[1].parquet"]),
        (["link.parquet", "a/x.parquet"], ["link.parquet", "a/x.parquet"]),
    ],
)
def test_names_are_those_below_the_folder_that_all_share(sources: list[str], names: list[str]) -> None:
    tasks = planned(sources, "out")
    assert [task.name for task in tasks] == names
    assert {task.stamp.size for task in tasks} == {4}


@pytest.mark.parametrize(
    ("sources", "folder", "wrong"),
    [
        (["a/x.parquet", "a/*.parquet"], "out", "there twice"),
        (["a/x.parquet", "./a/x.parquet"], "out", "are one file"),
        (["a/x.parquet"], "a", r"would replace the input a/x\.parquet"),
        (["a/x.parquet"], f"b{os.sep}..{os.sep}a", "would replace the input"),
        (["a"], "out", "a: is a directory; name its files"),
        (["c/*.parquet"], "out", r"c/\*\.parquet: no such file"),
        (["_SUCCESS"], "out", "cannot have this name"),
        (["a/x.parquet", "memory://a/x.parquet"], "out", "no such file"),
        (["nosuch://a/x.parquet"], "out", "nosuch"),
        ([], "out", "no inputs"),
    ],
)
def test_what_has_no_place_is_refused(sources: list[str], folder: str, wrong: str) -> None:
    with pytest.raises(RvhctlError, match=wrong):
        planned(sources, folder)


def test_no_output_is_a_folder_of_another(tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()
    for name in ("x", "x.csv/y.txt"):
        (tmp_path / name).write_text("k\n1\n")
    sources = [str(tmp_path / "x"), str(tmp_path / "x.csv" / "y.txt")]
    with pytest.raises(RvhctlError, match="would be a file, and a folder"):
        planned(sources, "out", "csv")
