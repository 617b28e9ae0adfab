"""Prometheus: real answers, joins on instance, and answers that are none."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
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
from rvhctl.formats.tools.measured import Asked, Measured, Text
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
    targets, warnings, _, _ = prometheus.read([Text(source, text)], Asked(on_bad, check_target))
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


@pytest.mark.parametrize("text", [b"{}", b"1", b'{"status": "success"}', b'{"status":"success","data":[]}'])
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
            (None, "c", "1e-3"),
        )
    )
    assert latencies == {"a": 250.0, "b": None, "c": None}
    assert not warnings


def measured(
    *texts: bytes | str, unit: str | None = None, id_label: str | None = None, on_bad: OnBad = fail
) -> Measured:
    data = [text if isinstance(text, bytes) else (DATA / text).read_bytes() for text in texts]
    named = [Text(f"f{number}", text) for number, text in enumerate(data, 1)]
    return prometheus.read(named, Asked(on_bad, check_target, unit, id_label))


def found(measured: Measured) -> Latencies:
    return {target.fields["id"]: target.fields["latency"] for target in measured.targets}


def test_durations_and_verdicts_may_come_in_two_texts() -> None:
    durations = answer(("d_seconds", "a", "0.25"), ("d_seconds", "b", "0.5"))
    verdicts = answer(("probe_success", "b", "0"), ("probe_success", "a", "1"), ("probe_success", "c", "1"))
    both = measured(durations, verdicts)
    assert [(target.fields["id"], target.source) for target in both.targets] == [
        ("a", "f1"),
        ("b", "f1"),
        ("c", "f2"),
    ]
    assert found(both) == found(measured(verdicts, durations)) == {"a": 250.0, "b": None, "c": None}
    assert (both.warnings, both.doubts) == ([], 0)
    with pytest.raises(
        InputError, match=r"f2: series 1: instance 'a' has 2 series of d_seconds; narrow the query"
    ):
        measured(durations, durations)


def test_promtool_prints_the_series_alone() -> None:
    assert found(measured("valid/prometheus/promtool.json")) == {
        "127.0.0.1": 0.31216,
        "127.0.0.2": 0.29152,
        "http://127.0.0.1:18081": 8.361769,
        "http://127.0.0.1:18082": 22.339274,
        "http://127.0.0.1:18099": 0.590346,
    }
    assert measured(b"[]") == ([], [], (), 0)


def test_a_unit_is_said_by_the_name_or_by_the_user() -> None:
    text = "valid/prometheus/milliseconds.json"
    with pytest.raises(
        InputError, match=r"f1: series 1: ping_average_response_ms is not known to be a duration.*--unit ms"
    ):
        measured(text)
    assert found(measured(text, unit="ms")) == {"10.0.0.5:9273": 12.5, "10.0.0.6:9273": 0.05}
    assert found(measured(text, unit="s")) == {"10.0.0.5:9273": 12500.0, "10.0.0.6:9273": 50.0}
    assert not measured(text, unit="s").warnings
    with pytest.raises(
        InputError, match="f1: series 1: d_seconds is in seconds by its name; leave out --unit ms"
    ):
        measured(answer(("d_seconds", "a", "1")), unit="ms")


def test_a_label_names_the_targets() -> None:
    text = "valid/prometheus/pinger.json"
    with pytest.raises(
        InputError,
        match=r"f1: series 2: instance '127.0.0.1:9427' has 2 .*differ in target, ip.*--id-label target",
    ):
        measured(text)
    assert found(measured(text, id_label="target")) == {"a.example": 10.0, "b.example": 20.0}
    assert found(measured("valid/prometheus/port.json", id_label="host")) == {"10.0.0.1": 10.0}
    with pytest.raises(InputError, match=r"no label nobody; its labels: instance, host; --id-label names"):
        measured("valid/prometheus/port.json", id_label="nobody")


def test_what_the_server_says_against_its_answer_is_passed_on_and_counted() -> None:
    _, warnings, _, doubts = measured("valid/prometheus/warnings.json")
    assert doubts == 2
    assert warnings == [
        "f1: Prometheus warns: fetch series for store 10.1.1.1:10901: context deadline exceeded",
        "f1: Prometheus notes: PromQL info: metric might not be a counter",
    ]
    whole = json.loads(answer(("d_seconds", "a", "1")))
    assert measured(json.dumps({**whole, "isPartial": True}).encode()).doubts == 1
    assert measured(json.dumps({**whole, "isPartial": False, "warnings": None}).encode()).doubts == 0


def test_phases_are_refused_together() -> None:
    def phases(*names: str) -> bytes:
        metric = {"__name__": "probe_http_duration_seconds", "instance": "a"}
        other = {"metric": {**metric, "instance": "b"}, "value": [1, "1"]}
        return json.dumps(
            [*({"metric": {**metric, "phase": name}, "value": [1, "1"]} for name in names), other]
        ).encode()

    for names in (("connect", "tls", "resolve"), ("connect",)):
        with pytest.raises(InputError) as caught:
            measured(phases(*names), on_bad=[].append)
        assert str(caught.value) == (
            "f1: series 1: probe_http_duration_seconds with phase 'connect' is a part of a duration; "
            "query their sum: sum by (instance) (probe_http_duration_seconds); or this part, if it is meant: "
            'sum by (instance) (probe_http_duration_seconds{phase="connect"})'
        )


def vector(*series: dict[str, str]) -> bytes:
    """An answer of labels, with a second each."""
    labels = [{name.replace("name", "__name__"): value for name, value in one.items()} for one in series]
    return json.dumps([{"metric": one, "value": [1, "1"]} for one in labels]).encode()


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (
            [
                {"name": "probe_icmp_duration_seconds", "instance": "a", "phase": "rtt"},
                {"name": "probe_icmp_duration_seconds", "instance": "b", "phase": "setup"},
            ],
            "f1: series 1: probe_icmp_duration_seconds with phase 'rtt' is a part of a duration; query",
        ),
        (
            [{"instance": "a", "phase": "rtt"}],
            'the series with phase .*query their sum: sum by .instance. .*phase="rtt"',
        ),
        (
            [{"name": "x_seconds", "instance": "a"}, {"name": "y_seconds", "instance": "b"}],
            "f1: series 2: durations of several names cannot be compared: x_seconds, y_seconds; query one of them; "
            "instance 'a' and 'b' differ",
        ),
        (
            [{"name": "x_seconds", "instance": "a"}, {"name": "y_seconds", "instance": "a"}],
            "durations of several names cannot be compared: x_seconds, y_seconds; query one of them",
        ),
        (
            [{"name": "x_seconds", "instance": "a"}, {"instance": "b"}],
            "durations of several names cannot be compared: x_seconds, no name",
        ),
        (
            [
                {"name": "x_seconds", "instance": "a", "quantile": "0.5"},
                {"name": "x_seconds", "instance": "b", "quantile": "0.99"},
            ],
            "durations of several quantiles cannot be compared: 0.5, 0.99",
        ),
    ],
)
def test_durations_of_different_things_are_not_compared(series: list[dict[str, str]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        measured(vector(*series), on_bad=[].append)
    halves = [vector(one) for one in series]
    with pytest.raises(InputError, match=message.replace("f1: series 2", "f2: series 1")):
        measured(*halves, on_bad=[].append)


def test_one_quantile_or_a_label_named_phase_is_comparable() -> None:
    text = vector(*({"name": "x_seconds", "instance": one, "quantile": "0.5"} for one in "ab"))
    assert found(measured(text)) == {"a": 1000.0, "b": 1000.0}
    text = vector(*({"name": "x_seconds", "instance": "a", "phase": one} for one in "ab"))
    assert found(measured(text, id_label="phase")) == {"a": 1000.0, "b": 1000.0}


@pytest.mark.parametrize(
    "name",
    [
        *("process_start_time_seconds", "node_boot_time_seconds", "node_time_seconds", "x_timestamp_seconds"),
        *("kube_pod_start_time_seconds", "last_update_time_seconds", "cert_expiration_timestamp_seconds"),
    ],
)
def test_a_point_in_time_is_no_duration(name: str) -> None:
    for unit in (None, "s"):
        with pytest.raises(
            InputError, match=f"f1: series 1: {name} is a point in time, and no duration; query"
        ):
            measured(answer((name, "a", "1.7e9")), unit=unit, on_bad=[].append)


@pytest.mark.parametrize(
    "name",
    [
        *("probe_dns_lookup_time_seconds", "probe_timeout_seconds", "scrape_interval_seconds"),
        *("scrape_duration_seconds", "node_scrape_collector_duration_seconds", "go_gc_duration_seconds"),
        *("process_uptime_seconds", "certificate_expiry_seconds", "replication_lag_seconds"),
        *("smokeping_jitter_seconds", "ping_rtt_std_deviation_seconds", "node_timex_offset_seconds"),
    ],
)
def test_a_duration_that_no_answer_took_is_no_latency(name: str) -> None:
    for unit in (None, "s"):
        with pytest.raises(
            InputError, match=f"f1: series 1: {name} is not how long a target took to answer; query"
        ):
            measured(answer((name, "a", "0.5")), unit=unit, on_bad=[].append)


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [("x_seconds", "1764264000", None), (None, "1.7e9", None), ("x_ms", "1.7e12", "ms")],
)
def test_a_value_that_is_a_unix_time_is_no_duration(name: str | None, value: str, unit: str | None) -> None:
    with pytest.raises(InputError, match=r"looks like a point in time, and no duration \(got '1.*\); query"):
        measured(answer((name, "a", value)), unit=unit, on_bad=[].append)


@pytest.mark.parametrize(
    "name", ["http_response_time_seconds", "storage_seconds", "downtime_seconds", "d_seconds"]
)
def test_a_time_that_something_takes_is_a_duration(name: str) -> None:
    assert found(measured(answer((name, "a", "0.25")))) == {"a": 250.0}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("up.json", "series 1: up says whether a scrape worked, and is no duration; query "),
        ("phase.json", "series 1: probe_failed_due_to_regex is not known to be a duration.*; query "),
        (
            "histogram.json",
            r"series 1: rpc_latency_seconds is a histogram; .*histogram_quantile\(0.5, rpc_latency_sec",
        ),
    ],
)
def test_a_query_for_something_else_ends_the_run(name: str, message: str) -> None:
    for unit in ("s", None) if name == "up.json" else (None,):
        with pytest.raises(InputError, match=f"f1: {message}"):
            measured(f"invalid/prometheus/{name}", unit=unit, on_bad=[].append)


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
    latencies, _ = latencies_of(answer(("d_seconds", "a", text)))
    assert list(map(str, latencies.items())) == [str(("a", expected))]


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (
            ("d_seconds", None, "1"),
            r"series 2: the series has no label instance; its labels: job; --id-label",
        ),
        (("d_seconds", "", "1"), "the id is empty"),
        (("d_seconds", "x\ny", "1"), "control characters"),
        (("d_seconds", "b", "-1"), "finite and not negative"),
        (("d_seconds", "b", "1e999"), "finite and not negative"),
        (("d_seconds", "b", "1e9999"), "must be a number"),
        (("d_seconds", "b", "fast"), "must be a number"),
        (("d_seconds", "b", 1), "has no value"),
        (("probe_success", "b", "2"), "must be 0 or 1"),
    ],
)
def test_wrong_series_are_named_and_can_be_left_out(series: Any, message: str) -> None:
    text = answer(("d_seconds", "a", "1"), series)
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


SERVER = shutil.which("prometheus")
BLACKBOX = shutil.which("prometheus-blackbox-exporter") or shutil.which("blackbox_exporter")


@pytest.mark.skipif(not SERVER or not BLACKBOX, reason="prometheus or blackbox_exporter is not installed")
def test_the_tools_themselves(tmp_path: Path) -> None:
    assert SERVER
    assert BLACKBOX
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
                BLACKBOX,
                "--config.file=blackbox.yml",
                f"--web.listen-address=127.0.0.1:{exporter}",
            ],
            [
                SERVER,
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
        promtool = shutil.which("promtool")
        if promtool is not None:
            asked = [
                promtool,
                "query",
                "instant",
                "-o",
                "json",
                f"http://127.0.0.1:{port}",
                "probe_duration_seconds",
            ]
            printed = subprocess.run(asked, capture_output=True, timeout=60, check=True).stdout
            assert found(measured(printed)).keys() == latencies.keys()
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
