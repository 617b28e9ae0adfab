"""Flags of policies: what is refused before anything is read, and what each is taken for."""

from __future__ import annotations

import pytest
from support.cli import rvhctl

from rvhctl.cli.node_options import Groups, NodeOptions, RankedSource
from rvhctl.cli.policy_options import Damping, Limits, Safeguards
from rvhctl.cli.view_options import Views
from rvhctl.policy.policy import Percent, Policy
from rvhctl.policy.request import policy_of, requested

FAULTSET = ("faultset", "missing.json", "--threshold", "10")


@pytest.mark.parametrize(
    ("flags", "code", "message"),
    [
        (("--max-loss", "20"), 2, "--max-loss must be a percentage such as 20% (got '20'); write 20%"),
        (("--max-loss", "100.1%"), 1, "--max-loss must be at most 100% (got '100.1%')"),
        (("--max-loss", "-1"), 2, "--max-loss must be a percentage such as 20% (got '-1')"),
        (("--max-loss", "\t100.1%\n"), 1, r"--max-loss must be at most 100% (got '\t100.1%\n')"),
        (("--max-loss", "700"), 2, "--max-loss must be a percentage such as 20% (got '700')"),
        (("--max-ejection", "few"), 2, "--max-ejection must be a percentage such as 20% (got 'few')"),
        (
            ("--min-survivors", "half"),
            2,
            "--min-survivors must be a number of nodes, or a percentage such as 20% (got 'half')",
        ),
        (
            ("--min-survivors", "1.5"),
            2,
            "--min-survivors must be a number of nodes, or a percentage such as 20% (got '1.5'); write 1.5%",
        ),
        (("--min-survivors", "0"), 1, "--min-survivors must be at least 1 node, or more than 0% (got 0)"),
        (("--min-survivors", "0%"), 1, "--min-survivors must be at least 1 node, or more than 0% (got 0%)"),
        (("--min-survivors", "101%"), 1, "--min-survivors must be at most 100% (got '101%')"),
        (("--relative", "0.9"), 1, "relative must be 1 or more, times the median of a group (got 0.9)"),
        (("--relative", "nan"), 1, "relative must be 1 or more, times the median of a group (got nan)"),
        (
            ("--relative", "2", "--floor", "-1"),
            1,
            "floor must be finite and not negative, in milliseconds (got -1.0)",
        ),
        (("--nodes", "a:1:1:1", "--floor", "1"), 2, "--floor makes no sense without --relative"),
        (("--rise", "0"), 2, "--rise makes no sense without --memory"),
        (("--hysteresis", "5%"), 2, "--hysteresis makes no sense without --memory"),
        (("--memory", "m", "--rise", "0"), 1, "rise must be a whole number from 1 to 1000000 (got 0)"),
        (
            ("--memory", "m", "--hysteresis", "5"),
            2,
            "--hysteresis must be a percentage such as 20% (got '5'); write 5%",
        ),
        (("--nodes", "a:1:1:1", "--nearest", "3"), 2, "--nearest makes no sense without --plan or --drill"),
        (("--plan", "--explain"), 2, "--plan and --explain exclude each other"),
        (("--plan", "--drill", "both"), 2, "--plan and --drill exclude each other"),
        (
            ("--nodes", "a:1:1:1", "--spill", "capacity"),
            2,
            "--spill makes no sense without --plan or --drill",
        ),
        (("--plan", "--fill", "0%"), 1, "fill must be more than 0%"),
        (("--plan", "--fill", "70"), 2, "--fill must be a percentage such as 20% (got '70'); write 70%"),
        (("--plan", "--fill", "70%", "--demand", "d"), 2, "--fill and --demand exclude each other"),
        (("--plan", "--demand", "none.csv"), 1, "none.csv: no such file or directory"),
        (("--advise", "--plan"), 2, "--plan and --advise exclude each other"),
        (("--explain", "--top", "1"), 2, "--top makes no sense with --explain, which shows every node"),
        (("--advise", "--down", "a"), 2, "--down makes no sense with --advise"),
        (("--advise", "--memory", "m"), 2, "--memory makes no sense with --advise"),
        (("--advise", "--precision", "3"), 2, "--precision makes no sense with --advise"),
        (("--down", "a,,b"), 2, "--down has an empty name"),
        (("--down-cell", "u1a"), 1, "a geohash cell has no 'a' (got 'u1a')"),
        (("--plan", "--demand", "-", "-"), 2, "standard input ('-') can be read only once; name a FILE"),
        (
            ("--plan", "--demand", "-", "-", "--batch"),
            2,
            "standard input ('-') can be read only once; name a FILE",
        ),
        (
            ("--plan", "--demand", "/dev/stdin", "--inventory", "-", "n.csv"),
            2,
            "standard input ('-') can be read only once; name a FILE",
        ),
        (("--inventory", "-", "-"), 2, "standard input ('-') can be read only once; name a FILE"),
        (("--inventory", "/dev/stdin", "-"), 2, "standard input ('-') can be read only once; name a FILE"),
        (("--inventory", "-", "-", "--batch"), 2, "standard input ('-') can be read only once; name a FILE"),
        (
            ("--inventory", "-"),
            1,
            "stdin: the inventory is empty; it is to name the nodes that ought to be there",
        ),
        (("--inventory", "i.csv"), 1, "i.csv: no such file or directory"),
        (("--from", "fping"), 2, "--from needs --inventory FILE to know where the nodes stand"),
        (("--from", "fping", "-i", "json"), 2, "--input-format makes no sense with --from"),
    ],
)
def test_flags_are_judged_before_input_is_read(flags: tuple[str, ...], code: int, message: str) -> None:
    assert rvhctl(*FAULTSET, *flags) == (code, b"", f"rvhctl: {message}\n")


def test_flags_that_give_nodes_leave_no_room_for_a_source() -> None:
    outcome = rvhctl("failover", "--nodes", "a", "--latencies", "1", "--th", "5", "--from", "fping")
    assert outcome == (2, b"", "rvhctl: --from makes no sense with --nodes\n")


@pytest.mark.parametrize("flag", ["--aggregate", "--on-degraded", "--on-down", "--fail-on", "--from"])
def test_a_choice_that_is_none_is_a_usage_error(flag: str) -> None:
    code, out, err = rvhctl(*FAULTSET, flag, "sometimes")
    assert (code, out) == (2, b"")
    assert err.startswith(f"rvhctl: invalid value for '{flag}': 'sometimes' is not one of ")


def test_all_flags_become_one_policy() -> None:
    limits = Limits(
        threshold=100.0,
        relative=1.5,
        floor=2.0,
        aggregate="p95",
        max_loss=Percent(20, 100),
    )
    safeguards = Safeguards(
        min_survivors=Percent(28, 100),
        max_ejection=Percent(125, 1000),
        on_degraded="skip",
        on_down="all",
        fail_on="down",
    )
    damping = Damping(memory="m", rise=4, fall=5, hysteresis=Percent(0, 100))
    asked = NodeOptions(limits, safeguards, damping, Views(), RankedSource(), Groups(merge_below=3))
    policy = policy_of(asked.members())
    assert policy == Policy(
        threshold=100.0,
        relative=1.5,
        floor=2.0,
        aggregate="p95",
        max_loss=Percent(20, 100),
        min_survivors=Percent(28, 100),
        max_ejection=Percent(125, 1000),
        on_degraded="skip",
        on_down="all",
        merge_below=3,
        rise=4,
        fall=5,
        hysteresis=Percent(0, 100),
    )


def test_no_flag_is_the_plain_policy() -> None:
    assert NodeOptions(Limits(), Safeguards(), Damping(), Views(), RankedSource()).members() == {}
    assert policy_of({"threshold": 5.0}) == Policy(threshold=5.0)
    assert requested({"threshold": 5.0}, cells=False).threshold_only
    err = rvhctl("failover", stdin=b'[{"id":"a","latency":5}]').err
    assert err == "rvhctl: --threshold is missing: give it in milliseconds, or --relative\n"


def test_defaults_of_a_batch_are_checked_once_and_may_wait_for_a_relative_limit() -> None:
    assert rvhctl("failover", "--batch", "--floor", "3") == (0, b"", "")
    assert rvhctl("failover", "--batch", "--relative", "0").err.startswith(
        "rvhctl: relative must be 1 or more"
    )


def test_names_of_the_failed_come_once_in_order() -> None:
    assert Views(down=["b,a", "b, c"]).stated() == {"down": ("b", "a", "c")}
    failed = requested({"threshold": 1, "down": ["b", "a", "b"], "down_cell": ["u1", "u"]}, cells=True).failed
    assert failed is not None
    assert (failed.ids, failed.cells) == (("b", "a"), ("u1", "u"))
    assert requested({"threshold": 1, "down": []}, cells=False).failed is None
