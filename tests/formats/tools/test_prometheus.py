"""Prometheus: real answers, joins on instance, and answers that are none."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socket import create_server
from threading import Thread
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from rvhctl.errors import InputError, OnBad
from rvhctl.formats.tools import prometheus
from rvhctl.formats.tools.measured import Asked, Text
from rvhctl.formats.tools.prometheus import NO_VERDICTS
from rvhctl.nodes.probes import check_target

DATA = Path(__file__).parents[2] / "data"


def fail(error: InputError) -> None:
    raise error


Latencies = dict[str, float | None]


def latencies_of(
    text: bytes, source: str = "answer.json", on_bad: OnBad = fail
) -> tuple[Latencies, Sequence[str]]:
    """The latency of each target, and warnings."""
    targets, warnings, _ = prometheus.read([Text(source, text)], Asked(on_bad, check_target))
    return {target.fields["id"]: target.fields["latency"] for target in targets}, warnings


def read(name: str) -> tuple[Latencies, Sequence[str]]:
    return latencies_of((DATA / name).read_bytes())


def answer(*series: tuple[str | None, str | None, Any]) -> bytes:
    """An answer of (name, instance, value)."""
    result = []
    for name, instance, value in series:
        metric = {"job": "edge"}
        if name is not None:
            metric["__name__"] = name
        if instance is not None:
            metric["instance"] = instance
        result.append({"metric": metric, "value": [1.5, value]})
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()


def test_a_refused_connection_is_no_measurement() -> None:
    latencies, warnings = read("valid/prometheus/both.json")
    assert latencies == {
        "http://127.0.0.1:18081": 2.332369,
        "http://127.0.0.1:18082": 1.874593,
        "http://127.0.0.1:18083": 3.543097,
        "http://127.0.0.1:18099": None,
    }
    assert not warnings


def test_without_verdicts_there_is_a_warning() -> None:
    latencies, warnings = read("valid/prometheus/durations.json")
    # The target where nothing listens is the fastest.
    assert min((latency or 0.0, target) for target, latency in latencies.items()) == (
        0.43081,
        "http://127.0.0.1:18099",
    )
    assert warnings == [f"answer.json: {NO_VERDICTS}"]
    assert read("valid/prometheus/joined_by_query.json")[1] == [f"answer.json: {NO_VERDICTS}"]


def test_what_is_no_number_is_no_measurement() -> None:
    assert set(read("valid/prometheus/infinite.json")[0].values()) == {None}


def test_an_empty_answer_has_nothing_to_warn_of() -> None:
    assert read("valid/prometheus/empty.json") == ({}, [])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bad_query.json", "Prometheus answered with an error: .*unexpected end of input"),
        ("matrix.json", r"not an instant vector \(got 'matrix'\).*without a range"),
        ("scalar.json", "not an instant vector"),
        ("only_verdicts.json", "only probe_success series"),
    ],
)
def test_other_answers_are_refused(name: str, message: str) -> None:
    with pytest.raises(InputError, match=f"answer.json: {message}"):
        read(f"invalid/prometheus/{name}")


@pytest.mark.parametrize(
    "text", [b"[]", b"{}", b"1", b'{"status": "success"}', b'{"status":"success","data":[]}']
)
def test_other_documents_are_refused(text: bytes) -> None:
    with pytest.raises(InputError, match=r"answer\.json: not an"):
        latencies_of(text)


def test_no_json_is_refused() -> None:
    with pytest.raises(InputError, match=r"answer\.json:1:1: not JSON"):
        latencies_of(b"<html>")


def test_a_target_without_verdict_or_duration_has_no_measurement() -> None:
    latencies, warnings = latencies_of(
        answer(
            ("probe_success", "a", "1"),
            ("probe_success", "b", "1"),
            (None, "a", "0.25"),
            ("up", "c", "1e-3"),
        )
    )
    assert latencies == {"a": 250.0, "b": None, "c": None}
    assert not warnings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.0014", 1.4),
        ("0.001393", 1.393),
        ("0", 0.0),
        ("-0", 0.0),
        ("1e-05", 0.01),
        ("12", 12000.0),
        (".5", 500.0),
    ],
)
def test_milliseconds_are_the_digits_shifted(text: str, expected: float) -> None:
    latencies, _ = latencies_of(answer(("d", "a", text)))
    assert list(map(str, latencies.items())) == [str(("a", expected))]


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (("d", None, "1"), r"series 2: the series has no label instance; its labels: job, __name__"),
        (("d", "", "1"), "the id is empty"),
        (("d", "x\ny", "1"), "control characters"),
        (("d", "b", "-1"), "finite and not negative"),
        (("d", "b", "1e999"), "finite and not negative"),
        (("d", "b", "1e9999"), "number of seconds"),
        (("d", "b", "fast"), "number of seconds"),
        (("d", "b", 1), "has no value"),
        (("d", "a", "1"), "'a' is there twice; narrow the query"),
        (("probe_success", "b", "2"), "must be 0 or 1"),
    ],
)
def test_wrong_series_are_named_and_can_be_left_out(series: Any, message: str) -> None:
    text = answer(("d", "a", "1"), series)
    with pytest.raises(InputError, match=message):
        latencies_of(text)
    bad: list[InputError] = []
    assert list(latencies_of(text, on_bad=bad.append)[0]) == ["a"]
    assert [error.place for error in bad] == ["series 2"]


class Fine(BaseHTTPRequestHandler):
    """A web server that answers every request with 200."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


CONFIGURATION = """
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: edge
    metrics_path: /probe
    params: {module: [http_2xx]}
    static_configs: [{targets: [%s]}]
    relabel_configs:
      - {source_labels: [__address__], target_label: __param_target}
      - {source_labels: [__param_target], target_label: instance}
      - {target_label: __address__, replacement: "127.0.0.1:%d"}
"""


def test_the_tools_themselves(tmp_path: Path) -> None:
    server = shutil.which("prometheus")
    blackbox = shutil.which("prometheus-blackbox-exporter") or shutil.which("blackbox_exporter")
    if server is None or blackbox is None:
        warnings.warn("prometheus or blackbox_exporter is not installed: not tried for real", stacklevel=1)
        return
    with ExitStack() as stack:
        fine = stack.enter_context(HTTPServer(("127.0.0.1", 0), Fine))
        Thread(target=fine.serve_forever, daemon=True).start()
        stack.callback(fine.shutdown)
        up, refused = f"http://127.0.0.1:{fine.server_port}", f"http://127.0.0.1:{free_port()}"
        exporter, port = free_port(), free_port()
        (tmp_path / "blackbox.yml").write_text(
            "modules: {http_2xx: {prober: http, http: {preferred_ip_protocol: ip4}}}"
        )
        (tmp_path / "prometheus.yml").write_text(CONFIGURATION % (f'"{up}", "{refused}"', exporter))
        for command in (
            [
                blackbox,
                "--config.file=blackbox.yml",
                f"--web.listen-address=127.0.0.1:{exporter}",
            ],
            [
                server,
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
        ):
            started = stack.enter_context(
                subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
            stack.callback(started.kill)
        query = quote('{__name__=~"probe_success|probe_duration_seconds"}')
        latencies = wait_for(f"http://127.0.0.1:{port}/api/v1/query?query={query}", 2)
    assert (latencies[up] or 0) > 0
    assert latencies[refused] is None


def wait_for(url: str, targets: int) -> Latencies:
    """The targets of the query, once all of them were probed."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=5) as response:
                latencies, _ = latencies_of(response.read(), url)
        except OSError:
            latencies = {}
        if len(latencies) == targets:
            return latencies
        time.sleep(0.2)
    raise AssertionError("prometheus did not answer within a minute")
