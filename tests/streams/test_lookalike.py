"""What is given by mistake is named, with the way out; and what merely resembles it is read."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import pytest
from support.cli import rvhctl

from rvhctl.streams.lookalike import BINARY, MEASURED, marked_format, text_format

YAML = b"- id: a\n  latency: 12\n"
EXPOSITION = b"# HELP probe_seconds How long it took\n# TYPE probe_seconds gauge\nprobe_seconds 0.4\n"

TEXTS = {
    YAML: "YAML",
    b"# the fleet\n---\nnodes:\n  - id: a\n": "YAML",
    b"nodes:\n- id: a\n": "YAML",
    EXPOSITION: "a Prometheus exposition",
    b'probe_success{instance="a"} 1\n': "a Prometheus exposition",
    b"<!DOCTYPE html>\n<html>": "HTML or XML",
}
READERS = [
    ("failover", "--threshold", "5"),
    ("faultset", "--threshold", "5"),
    ("jump-hash", "-b", "4", "--field", "id"),
    ("jump-hash", "-b", "4", "-i", "csv"),
    ("jump-hash", "-b", "4", "-i", "ndjson"),
    ("jump-hash", "-b", "4", "-i", "json"),
    ("failover", "--threshold", "5", "--from", "prometheus"),
    ("jump-hash", "-k", "a", "--nodes"),
]


@pytest.mark.parametrize("text", TEXTS, ids=TEXTS.get)
@pytest.mark.parametrize("reader", READERS, ids=" ".join)
@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["", "gzip"])
def test_a_text_is_named(text: bytes, reader: tuple[str, ...], packed: type[bytes], tmp_path: Path) -> None:
    (tmp_path / "given").write_bytes(packed(text))
    outcome = rvhctl(*reader, str(tmp_path / "given"))
    assert (outcome.code, outcome.out) == (1, b"")
    assert outcome.err.startswith(f"rvhctl: {tmp_path / 'given'}: this looks like {TEXTS[text]}; ")


@pytest.mark.parametrize(
    ("text", "named", "way_out"),
    [
        (b'{"apiVersion": "v1", "items": [], "kind": "List"}', "what Kubernetes knows", "--inventory"),
        (b'{\n "kind": "EndpointSlice", "endpoints": []}\n', "what Kubernetes knows", "--inventory"),
        (b'{"cluster_statuses": []}\n', "what Envoy knows", "--inventory"),
        (b'{"status":"success","data":{}}', "an answer of Prometheus", "--from prometheus"),
        (b'[{"metric":{"instance":"a"},"value":[1,"2"]}]', "an answer of Prometheus", "--from prometheus"),
        (b'{"report": {"mtr": {}}}', "what mtr says", "--from mtr"),
        (b'{"vSum": {"host":"a"}}\n', "what fping says", "--from fping"),
        (b"10.0.0.1 : xmt/rcv/%loss = 3/3/0%\n", "what fping says", "--from fping"),
        (b"localhost (127.0.0.1) : 0.82 -\n", "what fping says", "--from fping"),
        (b"[10:34:25]\n10.0.0.1 : xmt/rcv/%loss = 3/3/0%\n", "what fping says", "--from fping"),
        (b"[1700000000.5] a : [0], 64 bytes, 0.03 ms\n", "what fping says", "--from fping"),
        (b"# pxname,svname,status\n", "what HAProxy says", "--from haproxy"),
        (b"# pxname;svname;status\n", "what HAProxy says", "--from haproxy"),
    ],
)
@pytest.mark.parametrize(
    "reader",
    [("failover", "--threshold", "5"), ("faultset", "--threshold", "5"), ("jump-hash", "-k", "a", "--nodes")],
)
def test_what_a_tool_says_is_named(
    text: bytes, named: str, way_out: str, reader: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "given").write_bytes(text)
    if reader[-1] == "--nodes" and text.startswith(b"#"):
        return  # a comment above names
    outcome = rvhctl(*reader, str(tmp_path / "given"))
    assert (outcome.code, outcome.out) == (1, b"")
    assert outcome.err.startswith(f"rvhctl: {tmp_path / 'given'}: this looks like {named}; ")
    assert way_out in outcome.err
    assert (MEASURED in outcome.err) == (reader[-1] == "--nodes" and way_out.startswith("--from"))
    if reader[-1] != "--nodes":
        (tmp_path / "nodes").write_bytes(b'{"id":"a","lat":1,"lon":1,"latency":1}\n')
        assert rvhctl(*reader, str(tmp_path / "nodes"), str(tmp_path / "given")) == outcome


@pytest.mark.parametrize("head", BINARY, ids=lambda head: BINARY[head][0])
@pytest.mark.parametrize(
    "reader", [*READERS, ("jump-hash", "-b", "4"), ("jump-hash", "-b", "4", "--batch")], ids=" ".join
)
def test_what_is_no_text_is_named(head: bytes, reader: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "given").write_bytes(head + b"\0\1\2\n\xff")
    outcome = rvhctl(*reader, str(tmp_path / "given"))
    assert (outcome.code, outcome.out) == (1, b"")
    assert outcome.err.startswith(f"rvhctl: {tmp_path / 'given'}: this looks like {BINARY[head][0]}; ")


@pytest.mark.parametrize("reader", READERS, ids=" ".join)
def test_an_address_is_no_file(reader: tuple[str, ...]) -> None:
    outcome = rvhctl(*reader, "https://example.com/nodes.json")
    assert outcome == (
        1,
        b"",
        "rvhctl: https://example.com/nodes.json: no such file or directory; "
        "fetch it first: curl -s https://example.com/nodes.json | rvhctl ...\n",
    )


@pytest.mark.parametrize(
    "text",
    [
        b"id,latency\na;b,5\n",
        b"a\nb\n",
        b"host:8080\n",
        b"fe80::1\n",
        b"# a comment\na\n",
        b"{}\n",
        b"",
        b"a b\n",
        b"id;latency\na;12,5\n",
    ],
)
def test_what_resembles_it_is_none(text: bytes) -> None:
    assert text_format(text) is None


def test_names_with_semicolons_are_names() -> None:
    assert marked_format(b"a;1\nb;2\n") is None


def test_the_old_format_of_lzma_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(lzma.compress(b"a\n" * 100, format=lzma.FORMAT_ALONE))
    err = rvhctl("jump-hash", "-b", "4", str(tmp_path / "keys")).err
    assert err.startswith(
        f"rvhctl: {tmp_path / 'keys'}: this looks like data packed by lzma; unpack it first"
    )


@pytest.mark.parametrize("text", [*TEXTS, b"PAR1\n", b"BZh9\n", b"7z\n", b"]\n", b"LZIP\n"])
def test_keys_are_never_guessed_at(text: bytes) -> None:
    outcome = rvhctl("jump-hash", "-b", "4", stdin=text)
    assert outcome.code == 0
    assert outcome.out.count(b"\n") == text.count(b"\n") + (not text.endswith(b"\n"))


def test_a_record_that_is_wrong_is_no_mark_of_another_format() -> None:
    outcome = rvhctl(
        "failover", "--threshold", "5", stdin=b'{"id":"a;b","latency":1}\n{"id":"c: d","latency":"x"}\n'
    )
    assert outcome.err.startswith("rvhctl: stdin:2:")


# Objects over several lines

PRETTY = b'{\n  "id": "a",\n  "latency": 1\n}\n'
JQ = "objects over several lines become one a line by: jq -c . FILE (of an array: jq -c '.[]')"


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (("jump-hash", "-b", "4", "--field", "id"), PRETTY),
        (("jump-hash", "-b", "4", "--field", "id"), b'{ "id": "a",\n "x": 1 }\n'),
        (("jump-hash", "-b", "4", "--field", "id", "--stats"), PRETTY),
        (("jump-hash", "-b", "4", "-i", "ndjson"), PRETTY),
        (("jump-hash", "-b", "4", "-i", "ndjson", "--field", "id"), b"[\n" + PRETTY + b"]\n"),
        (("failover", "--threshold", "5", "-i", "ndjson"), PRETTY),
    ],
)
def test_the_way_out_of_objects_over_several_lines(reader: tuple[str, ...], text: bytes) -> None:
    outcome = rvhctl(*reader, stdin=text)
    assert (outcome.code, outcome.out) == (1, b"")
    assert outcome.err.endswith(f"; {JQ}\n")


def test_the_way_out_in_a_batch() -> None:
    outcome = rvhctl("failover", "--batch", "--threshold", "5", stdin=b'{"nodes": [\n')
    assert JQ in outcome.out.decode()


def test_several_documents_are_not_one() -> None:
    outcome = rvhctl("failover", "--threshold", "5", stdin=PRETTY * 2)
    assert outcome.err == (
        "rvhctl: stdin:5:1: not JSON: unexpected content after document (got '{'); "
        "several documents become one object a line by: jq -c . FILE\n"
    )


def test_half_a_line_is_no_object_over_several() -> None:
    outcome = rvhctl("jump-hash", "-b", "4", "--field", "id", stdin=b'{"id":"a","lat')
    assert outcome.err == "rvhctl: stdin:1:15: not JSON: unexpected end of data\n"


# Nothing in it


@pytest.mark.parametrize("text", [b"", b"[]", b"\n\n", b"id,lat,lon,latency\n", b'{"nodes":[]}'])
@pytest.mark.parametrize("command", ["failover", "faultset"])
def test_an_empty_list_is_named(text: bytes, command: str, tmp_path: Path) -> None:
    path = tmp_path / "nodes"
    path.write_bytes(text)
    for more in ((), ("--explain",)):
        run = (command, "--threshold", "5", *more)
        assert rvhctl(*run, str(path)) == (1, b"", f"rvhctl: {path}: nodes list is empty\n")
        assert rvhctl(*run, stdin=text) == (1, b"", "rvhctl: stdin: nodes list is empty\n")
        names = f"rvhctl: {path}, stdin: nodes list is empty\n"
        assert rvhctl(*run, str(path), "-", stdin=text) == (1, b"", names)
