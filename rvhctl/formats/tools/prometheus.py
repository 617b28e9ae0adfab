"""The answer of Prometheus to an instant query: seconds as strings, and whether each probe succeeded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from rvhctl.errors import InputError, InvalidNodeError, listed, quoted
from rvhctl.formats import jsontext
from rvhctl.formats.tools.measured import Asked, Measured, Target, Text

VERDICT: Final = "probe_success"
"""The series by which blackbox_exporter says 1, the probe succeeded, or 0."""

LABEL: Final = "instance"
"""Names a target, in both kinds of series."""

QUERY: Final = 'query {__name__=~"probe_success|probe_duration_seconds"}'
NO_VERDICTS: Final = (
    f"no {VERDICT} series in the answer: a refused connection is the fastest target there is; {QUERY}"
)

_SECONDS: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_NO_NUMBER: Final = ("NaN", "+Inf", "-Inf", "Inf")


def read(texts: Sequence[Text], asked: Asked) -> Measured:
    """Return the targets of instant queries, each with its latency in milliseconds.

    Series named ``probe_success`` are verdicts, every other one is a duration in seconds; they belong
    together by ``instance``. A target whose probe failed, or without a verdict where others have one, or
    without a duration, has no measurement.

    Raises:
        InputError: a text is no answer to an instant query, or what ``asked.on_bad`` raises.
    """
    durations: dict[str, float | None] = {}
    verdicts: dict[str, bool] = {}
    targets: dict[str, str] = {}
    for source, data in texts:
        for number, series in enumerate(_vector(data, source), 1):
            try:
                target, name, value = _series(series)
                asked.check(target, None)
                if name == VERDICT:
                    if value not in ("0", "1"):
                        raise InputError(f"{VERDICT} must be 0 or 1", value=value)
                    _put(verdicts, target, value == "1", VERDICT)
                else:
                    latency = _milliseconds(value)
                    asked.check(target, latency)
                    _put(durations, target, latency, name or "a duration")
                targets.setdefault(target, source)
            except (InputError, InvalidNodeError) as error:
                asked.on_bad(error.at(source, place=f"series {number}"))
    names = ", ".join(text.source for text in texts)
    if targets and not durations:
        raise InputError(f"only {VERDICT} series, and no duration", source=names, hint=QUERY)
    found = []
    for target, source in targets.items():
        latency = durations.get(target) if verdicts.get(target, not verdicts) else None
        found.append(Target({"id": target, "latency": latency}, source))
    return Measured(found, [f"{names}: {NO_VERDICTS}"] if found and not verdicts else [])


def _vector(text: bytes, source: str) -> list[Any]:
    document = jsontext.parse(text, source)
    if not isinstance(document, dict) or "status" not in document:
        raise InputError("not an answer of Prometheus", source=source, hint="give what /api/v1/query answers")
    if document["status"] != "success":
        answered = document.get("error", document["status"])
        raise InputError(f"Prometheus answered with an error: {answered}", source=source)
    data = document.get("data")
    kind, result = (data.get("resultType"), data.get("result")) if isinstance(data, dict) else (None, None)
    if kind != "vector" or not isinstance(result, list):
        hint = "query one value of each series, without a range such as [5m]"
        raise InputError("not an instant vector", source=source, value=kind, hint=hint)
    return result


def _series(series: Any) -> tuple[str, str, str]:
    """Target, name and value of a series."""
    metric = series.get("metric") if isinstance(series, dict) else None
    sample = series.get("value") if isinstance(series, dict) else None
    if not isinstance(metric, dict):
        raise InputError("a series needs its labels", value=series)
    target = metric.get(LABEL)
    if not isinstance(target, str):
        hint = f"its labels: {listed(metric) or 'none'}"
        raise InputError(f"the series has no label {LABEL}", hint=hint)
    if not isinstance(sample, list) or len(sample) != 2 or not isinstance(sample[1], str):
        raise InputError(f"the series of {target} has no value [time, text]", value=sample)
    return target, str(metric.get("__name__", "")), sample[1]


def _milliseconds(value: str) -> float | None:
    """Seconds as text, shifted by three decimals before any rounding; None for what is no number."""
    if value in _NO_NUMBER:
        return None
    if not _SECONDS.fullmatch(value):
        raise InputError("a duration must be a number of seconds", value=value)
    return float(Decimal(value).scaleb(3)) + 0.0  # -0.0 becomes 0.0


def _put(column: dict[str, Any], target: str, value: object, name: str) -> None:
    if target in column:
        hint = "narrow the query, to one job for instance"
        raise InputError(f"{name} of {LABEL} {quoted(target)} is there twice", hint=hint)
    column[target] = value
