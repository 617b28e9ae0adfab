"""How many processors this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

CGROUPS = "/proc/self/cgroup"
MOUNT = "/sys/fs/cgroup"


def usable_processors() -> int:
    """The processors of the affinity mask, or fewer if a control group's CPU quota is smaller; at least 1."""
    try:
        allowed = len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # only Linux has it
        allowed = os.cpu_count() or 1
    quota = cgroup_quota()
    return max(1, allowed if quota is None else min(allowed, math.ceil(quota)))


def cgroup_quota(cgroups: str = CGROUPS, mount: str = MOUNT) -> float | None:
    """Processors' worth of time that the control groups of this process grant; None if there is no limit.

    A group's limit holds for the groups below it, so the least on the way to the root counts.
    """
    limits = []
    for line in _read(cgroups).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue
        root, limit_of = (f"{mount}/{controllers}", _v1_limit) if controllers else (mount, _v2_limit)
        # Inside a container the path may be the host's, and only the root of the mount is there.
        parts = [part for part in path.split("/") if part]
        folders = [root, *("/".join([root, *parts[:depth]]) for depth in range(1, len(parts) + 1))]
        limits += [limit for folder in folders if (limit := limit_of(folder)) is not None]
    return min(limits, default=None)


def _v2_limit(folder: str) -> float | None:
    quota, _, period = _read(f"{folder}/cpu.max").partition(" ")
    return _ratio(quota, period)


def _v1_limit(folder: str) -> float | None:
    return _ratio(_read(f"{folder}/cpu.cfs_quota_us"), _read(f"{folder}/cpu.cfs_period_us"))


def _ratio(quota: str, period: str) -> float | None:
    """Microseconds of processor time in a period; "max" and -1 stand for no limit."""
    try:
        granted, span = int(quota), int(period)
    except ValueError:
        return None
    return granted / span if granted > 0 and span > 0 else None


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
