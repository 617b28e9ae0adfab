"""A wrong threshold is refused in the same words whichever way it comes in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.cli import rvhctl

from rvhctl import NegativeThresholdError, Policy, faultset
from rvhctl.formats.wording import shown
from rvhctl.nodes.fields import checked_threshold

RULE = "the threshold must be a number of milliseconds, finite and not negative"
NODE = {"id": "a", "lat": 1, "lon": 2, "latency": 3}


def message_of(call: Any, *args: Any) -> str:
    with pytest.raises(NegativeThresholdError) as caught:
        call(*args)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (-1, "-1"),
        (-1.0, "-1"),
        (-0.5, "-0.5"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ("5", "'5'"),
        (True, "true"),
        ([], "[]"),
        (None, "null"),
        pytest.param(-(10**5000), "an integer of 16610 bits", id="huge"),
    ],
)
def test_one_rule(value: object, got: str) -> None:
    assert message_of(checked_threshold, value) == f"{RULE} (got {got})"


@pytest.mark.parametrize("value", [-1, -1.0])
def test_every_door_says_the_same(value: float) -> None:
    wanted = f"{RULE} (got -1)"
    assert message_of(faultset, [NODE], value) == wanted
    assert message_of(lambda: Policy(threshold=value)) == wanted
    document = json.dumps({"threshold": value, "nodes": [NODE]}).encode()
    for command in ("failover", "faultset"):
        for arguments in ((command,), (command, "--threshold", str(value))):
            code, out, err = rvhctl(*arguments, stdin=document)
            assert (code, out) == (1, b"")
            assert wanted in err
        batch = rvhctl(command, "--batch", stdin=document)
        assert json.loads(batch.out)["error"] == {"type": "NegativeThresholdError", "message": wanted}
    owned = rvhctl("jump-hash", "-k", "a", "--nodes", "a,b", "--threshold", str(value))
    assert (owned.code, owned.out) == (1, b"")
    assert wanted in owned.err


def test_numbers_for_people_take_integers() -> None:
    assert (shown(-1), shown(3), shown(3.5)) == ("-1", "3", "3.5")
