"""How many processors may be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rvhctl.concurrency import processors
from rvhctl.concurrency.processors import cgroup_quota, usable_processors


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def quota(tmp_path: Path, groups: str) -> float | None:
    write(tmp_path / "cgroup", groups)
    return cgroup_quota(str(tmp_path / "cgroup"), str(tmp_path))


def test_the_second_version(tmp_path: Path) -> None:
    write(tmp_path / "a/b/cpu.max", "150000 100000\n")
    assert quota(tmp_path, "0::/a/b\n") == 1.5


def test_a_group_above_may_be_tighter(tmp_path: Path) -> None:
    write(tmp_path / "a/cpu.max", "50000 100000\n")
    write(tmp_path / "a/b/cpu.max", "150000 100000\n")
    write(tmp_path / "a/b/c/cpu.max", "max 100000\n")
    assert quota(tmp_path, "0::/a/b/c\n") == 0.5


def test_the_first_version(tmp_path: Path) -> None:
    write(tmp_path / "cpu,cpuacct/box/cpu.cfs_quota_us", "200000\n")
    write(tmp_path / "cpu,cpuacct/box/cpu.cfs_period_us", "100000\n")
    assert quota(tmp_path, "9:name=systemd:/box\n4:memory:/box\n3:cpu,cpuacct:/box\n0::/\n") == 2.0


def test_a_container_sees_its_group_at_the_root(tmp_path: Path) -> None:
    write(tmp_path / "cpu.max", "100000 100000\n")
    assert quota(tmp_path, "0::/docker/0123\n") == 1.0


@pytest.mark.parametrize("limit", ["max 100000\n", "", "nonsense", "0 0"])
def test_no_limit(limit: str, tmp_path: Path) -> None:
    write(tmp_path / "cpu.max", limit)
    assert quota(tmp_path, "0::/\n") is None


def test_no_limit_in_the_first_version(tmp_path: Path) -> None:
    write(tmp_path / "cpu/cpu.cfs_quota_us", "-1\n")
    write(tmp_path / "cpu/cpu.cfs_period_us", "100000\n")
    assert quota(tmp_path, "1:cpu:/\n\nbroken line\n") is None


def test_no_groups_at_all(tmp_path: Path) -> None:
    assert cgroup_quota(str(tmp_path / "none"), str(tmp_path)) is None


@pytest.mark.parametrize(("limit", "usable"), [(None, 8), (0.2, 1), (1.5, 2), (2.0, 2), (64.0, 8)])
def test_the_least_counts(limit: float | None, usable: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(processors, "cgroup_quota", lambda: limit)
    assert usable_processors() == usable


def test_elsewhere_all_processors_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    monkeypatch.setattr(processors, "cgroup_quota", lambda: None)
    assert usable_processors() == 1
