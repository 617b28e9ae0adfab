"""``--batch``: one answer a line for each request, in order, whatever happens to one of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.cli import rvhctl
from support.program import PATIENCE, Program

from rvhctl.batch import batch
from rvhctl.placement.jump import jump_hash

NODES = '"nodes":[{"id":"a","lat":1,"lon":1,"latency":5},{"id":7,"lat":50,"lon":1,"latency":3.5}]'


def lines(*requests: str) -> bytes:
    return "".join(f"{request}\n" for request in requests).encode()


def answers(out: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("command", ["failover", "faultset"])
def test_nodes(command: str) -> None:
    requests = lines(
        f'{{{NODES},"threshold":4}}', "", "  ", f'{{{NODES},"id":"r"}}', f'{{{NODES},"threshold":1}}'
    )
    code, out, err = rvhctl(command, "--batch", "--threshold", "10", stdin=requests)
    first, second, third = out.splitlines()
    assert first == b'{"index":0,"ok":true,"survivors":[7]}'
    survivors = b'[7,"a"]' if command == "failover" else b'["a",7]'
    assert second == b'{"index":1,"id":"r","ok":true,"survivors":%b}' % survivors
    assert third.startswith(b'{"index":2,"ok":false,"error":{"type":"NoSurvivorsError","message":"')
    assert (code, err) == (1, "rvhctl: 1 of 3 requests failed\n")


def test_ids_and_latencies() -> None:
    requests = lines('{"ids":["x",123456789012345678901234567890],"latencies":[5,2],"threshold":9}')
    out = b'{"index":0,"ok":true,"survivors":[123456789012345678901234567890,"x"]}\n'
    assert rvhctl("failover", "--batch", stdin=requests) == (0, out, "")


def test_keys() -> None:
    requests = lines(
        '{"key":"foo"}',
        '{"key":"foo","buckets":1000}',
        '{"keys":["foo",42,{"key":"foo"}]}',
        '{"keys":[]}',
        '{"key":18446744073709551615}',
    )
    assert rvhctl("jump-hash", "--batch", "-b", "5", stdin=requests) == (
        0,
        b'{"index":0,"ok":true,"bucket":3}\n'
        b'{"index":1,"ok":true,"bucket":951}\n'
        b'{"index":2,"ok":true,"buckets":[3,2,3]}\n'
        b'{"index":3,"ok":true,"buckets":[]}\n'
        b'{"index":4,"ok":true,"bucket":%d}\n' % jump_hash(2**64 - 1, 5),
        "",
    )


def test_the_recipe_is_a_flag() -> None:
    out = rvhctl("jump-hash", "--batch", "-b", "5", "--hash", "int", stdin=lines('{"key":"42"}')).out
    assert out == b'{"index":0,"ok":true,"bucket":2}\n'


@pytest.mark.parametrize(
    "own", ['"r"', "7", "null", "true", "1.10", "123456789012345678901234567890", '[1.0,{"a":2e0}]']
)
def test_a_request_s_own_id_comes_back_as_it_is(own: str) -> None:
    good, bad = f'{{"id": {own} ,"key":"foo"}}', f'{{"id":{own}}}'
    first, second = (
        rvhctl("jump-hash", "--batch", "-b", "5", stdin=lines(good, bad)).out.decode().splitlines()
    )
    assert first == f'{{"index":0,"id":{own},"ok":true,"bucket":3}}'
    assert second.startswith(f'{{"index":1,"id":{own},"ok":false,')


@pytest.mark.parametrize(
    ("request_", "type_", "message"),
    [
        ("nope", "InputError", "stdin:1:1: not JSON: "),
        ('{"ids":["a"],"latencies":[NaN]}', "InputError", "stdin:1:27: not JSON: "),
        ("[]", "InputError", "stdin:1: a request is an object"),
        ("{}", "FaultsetError", "a request needs nodes, or ids and latencies; it has no member"),
        ('{"nodes":7}', "FaultsetError", "a request needs nodes, or ids and latencies; it has nodes"),
        ('{"nodes":[]}', "EmptyNodesError", "nodes list is empty"),
        ('{"ids":["a"],"latencies":[1,2]}', "LengthMismatchError", "1 ids, but 2 latencies"),
        ('{"ids":["a"],"latencies":[1],"threshold":-1}', "NegativeThresholdError", "the threshold must be "),
        ('{"ids":["a"],"latencies":[1],"threshold":"5"}', "NegativeThresholdError", "the threshold must be "),
        ('{"ids":["a"],"latencies":[9]}', "NoSurvivorsError", "no survivors: "),
        (
            '{"ids":["a","a"],"latencies":[1,2]}',
            "InvalidNodeError",
            "node 2: the id 'a' was there before; first at node 1",
        ),
        (
            '{"nodes":[{"id":"a","latency":"x"}]}',
            "InvalidNodeError",
            "node 1 (id 'a'): the latency must be a number of milliseconds (got 'x')",
        ),
    ],
)
def test_a_bad_request_does_not_stop_the_rest(request_: str, type_: str, message: str) -> None:
    good = '{"ids":["a"],"latencies":[1]}'
    code, out, err = rvhctl("failover", "--batch", "--threshold", "5", stdin=lines(request_, good))
    bad, rest = answers(out)
    assert (bad["index"], bad["ok"], bad["error"]["type"]) == (0, False, type_)
    assert bad["error"]["message"].startswith(message)
    assert rest == {"index": 1, "ok": True, "survivors": ["a"]}
    assert (code, err) == (1, "rvhctl: 1 of 2 requests failed\n")


def test_a_setting_that_nobody_states() -> None:
    for command, name in (("failover", "threshold"), ("jump-hash", "buckets")):
        request = '{"ids":["a"],"latencies":[1],"key":"a"}'
        (answer,) = answers(rvhctl(command, "--batch", stdin=lines(request)).out)
        assert name in answer["error"]["message"]
        assert f"--{name}" in answer["error"]["message"]


@pytest.mark.parametrize("jobs", [(), ("-j", "2"), ("--async",)])
def test_on_error_fail_ends_at_the_first_failure(jobs: tuple[str, ...]) -> None:
    requests = lines('{"key":"foo"}', "{}", '{"key":"foo"}')
    code, out, err = rvhctl("jump-hash", "--batch", "-b", "5", "--on-error", "fail", *jobs, stdin=requests)
    assert [answer["ok"] for answer in answers(out)] == [True, False]
    assert (code, err) == (1, "rvhctl: stdin:2: a request needs key or keys; it has no member\n")


def test_the_failure_names_its_place_once() -> None:
    code, _, err = rvhctl(
        "jump-hash", "--batch", "-b", "5", "--on-error", "fail", stdin=lines('{"key":"foo"}', "x")
    )
    assert code == 1
    assert err.count("stdin:2") == 1


def test_no_request_is_no_failure() -> None:
    assert rvhctl("jump-hash", "--batch", "-b", "5", stdin=b"\n \n") == (0, b"", "")


def test_a_byte_order_mark_carriage_returns_and_no_last_line_end() -> None:
    requests = b'\xef\xbb\xbf{"key":"foo"}\r\n\r\n{"key":"foo"}'
    code, out, _ = rvhctl("jump-hash", "--batch", "-b", "5", stdin=requests)
    assert (code, [answer["index"] for answer in answers(out)]) == (0, [0, 1])


def test_indices_run_through_all_files(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_text('\n{"key":"foo"}\n{"key":"foo"}')
    code, out, _ = rvhctl("jump-hash", "--batch", "-b", "5", str(tmp_path / "a"), str(tmp_path / "b"))
    assert (code, [answer["index"] for answer in answers(out)]) == (0, [0, 1, 2, 3])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("failover", "--batch", "-o", "csv"), "--batch answers in NDJSON, not in csv"),
        (("failover", "--batch", "-i", "csv"), "--batch reads NDJSON, not csv"),
        (("failover", "--batch", "--nodes", "a"), "--nodes makes no sense with --batch"),
        (("jump-hash", "--batch", "-k", "a"), "--key makes no sense with --batch"),
        (("jump-hash", "--batch", "-0"), "--null makes no sense with --batch"),
    ],
)
def test_flags_that_make_no_sense_with_it(arguments: tuple[str, ...], message: str) -> None:
    assert rvhctl(*arguments) == (2, b"", f"rvhctl: {message}\n")


def requests_of_every_kind(number: int) -> bytes:
    kinds = (
        '{"key":"k%d"}',
        '{"keys":["k%d",7]}',
        "{}",
        '{"id":%d,"key":"x"}',
        '{"key":"k%d","buckets":0}',
        "",
        "no %d",
    )
    return b"".join(
        (kinds[row % 7] % row if "%d" in kinds[row % 7] else kinds[row % 7]).encode() + b"\n"
        for row in range(number)
    )


@pytest.mark.parametrize("jobs", [("-j", "2"), ("-j", "3"), ("--async", "-j", "2")])
def test_several_processes_give_the_same_bytes(
    jobs: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = requests_of_every_kind(3000)
    alone = rvhctl("jump-hash", "--batch", "-b", "9", stdin=requests)
    monkeypatch.setattr(batch, "POOL_AFTER_SECONDS", -1.0)
    monkeypatch.setattr(batch, "BLOCK", 1 << 10)
    assert rvhctl("jump-hash", "--batch", "-b", "9", *jobs, stdin=requests) == alone


def test_unordered_gives_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = requests_of_every_kind(3000)
    alone = rvhctl("jump-hash", "--batch", "-b", "9", stdin=requests)
    monkeypatch.setattr(batch, "POOL_AFTER_SECONDS", -1.0)
    monkeypatch.setattr(batch, "BLOCK", 1 << 10)
    code, out, err = rvhctl("jump-hash", "--batch", "-b", "9", "-j", "2", "--unordered", stdin=requests)
    assert (code, err) == (alone.code, alone.err)
    assert sorted(out.splitlines()) == sorted(alone.out.splitlines())


def test_reading_fails_after_all_answers_that_came_before(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import gzip

    whole = gzip.compress(os.urandom(3000).hex().encode() + lines("", *['{"key":"foo"}'] * 500))
    (tmp_path / "requests.gz").write_bytes(whole[:-9])
    monkeypatch.setattr(batch, "POOL_AFTER_SECONDS", -1.0)
    for jobs in ((), ("-j", "2")):
        code, out, err = rvhctl("jump-hash", "--batch", "-b", "5", *jobs, str(tmp_path / "requests.gz"))
        assert (code, err) == (
            1,
            f"rvhctl: {tmp_path / 'requests.gz'}: the compressed data ends too early; the file is truncated\n",
        )
        assert [answer["index"] for answer in answers(out)] == list(range(len(out.splitlines())))
        assert out


def test_a_process_answers_on_several_processors(program: Program) -> None:
    requests = requests_of_every_kind(20_000)
    alone = program.run("jump-hash", "--batch", "-b", "9", stdin=requests)
    assert program.run("jump-hash", "--batch", "-b", "9", "--async", stdin=requests) == alone
    assert alone[0] == 1
    indices = count()
    assert all(answer["index"] == next(indices) for answer in answers(alone[1]))


@pytest.mark.skipif(sys.platform == "win32", reason="the module resource is of POSIX")
@pytest.mark.parametrize("more", [(), ("--relative", "1.5")], ids=["plain", "relative"])
def test_a_longer_batch_takes_no_more_memory(program: Program, tmp_path: Path, more: tuple[str, ...]) -> None:
    request = (
        json.dumps({"ids": [f"n{row}" for row in range(40)], "latencies": [*range(40)]}).encode() + b"\n"
    )

    def peak(requests: int) -> int:
        file = tmp_path / f"{requests}.ndjson"
        file.write_bytes(request * requests)
        done = subprocess.run(
            program.measured("failover", "--batch", "--threshold", "30", *more, str(file)),
            env=program.environment,
            capture_output=True,
            timeout=PATIENCE,
        )
        assert done.stdout.count(b'"ok":true') == requests
        return int(done.stderr)

    assert peak(12_000) < peak(2_000) + 2_000_000
