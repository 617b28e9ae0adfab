"""The answer of Prometheus to an instant query: seconds as strings, and whether each probe succeeded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from rvhctl.errors import InputError, InvalidNodeError, listed, quoted
from rvhctl.formats import jsontext
from rvhctl.formats.tools.measured import Asked, Measured, Target, Text

VERDICT: Final = "probe_success"
"""The series by which blackbox_exporter says 1, the probe succeeded, or 0."""

LABEL: Final = "instance"
"""Names a target, in both kinds of series, unless another label is asked for."""

SECONDS: Final = "_seconds"
"""How the name of a duration ends that is in seconds."""

QUERY: Final = 'query {__name__=~"probe_success|probe_duration_seconds"}'
NO_VERDICTS: Final = (
    f"no {VERDICT} series in the answer: a refused connection is the fastest target there is; {QUERY}"
)
PARTIAL: Final = "the answer is partial: some storage did not answer"

POINTS_IN_TIME: Final = re.compile(
    r"(?:.*_)?(?:timestamp|(?:start|boot|birth|create|created|creation|modification|modified|mtime|expiry|expiration|"
    r"expire|renewal|reload|update|completion|success|failure|last|end|next|schedule|unix)_(?:time|timestamp))_seconds"
    r"|node_time_seconds"
)
"""Names of series that say when, and not how long."""

NO_LATENCIES: Final = re.compile(
    r"probe_dns_lookup_time_seconds"
    r"|(?:.*_)?scrape_(?:.*_)?duration_seconds|(?:go|prometheus)_.*_seconds"
    r"|(?:.*_)?(?:interval|timeout|uptime|expiry|lag|offset|jitter|deviation|stddev|age)_seconds"
)
"""Names of durations that no answer of a target took: a part of a probe, a scrape of metrics, work inside a process,
what is set, and how old or how even something is."""

LONGEST: Final = 1e11
"""Milliseconds, about three years: no duration is longer, and the Unix time has been since 1973."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_NO_NUMBER: Final = ("NaN", "+Inf", "-Inf", "Inf")


class _Series(NamedTuple):
    """One value of a target: a duration in milliseconds, or a verdict, 1.0 or 0.0; None is no number."""

    name: str
    target: str
    labels: dict[str, Any]
    value: float | None
    source: str
    place: str


def read(texts: Sequence[Text], asked: Asked) -> Measured:
    """Return the targets of instant queries, each with its latency in milliseconds.

    Series named ``probe_success`` are verdicts, every other one is a duration; they belong together by the label that
    names the target, and may come in several texts. A target whose probe failed, or without a verdict where others
    have one, or without a duration, has no measurement.

    Raises:
        InputError: a text is no answer to an instant query, or has series that are no durations, or what
            ``asked.on_bad`` raises.
    """
    warnings: list[str] = []
    series: list[_Series] = []
    for source, data in texts:
        document = jsontext.parse(data, source)
        warnings += [f"{source}: {doubt}" for doubt in _doubts(document)]
        for number, one in enumerate(_vector(document, source), 1):
            place = f"series {number}"
            try:
                series.append(_read(one, asked, source, place))
            except _QueryError as error:
                raise error.at(source, place=place) from None
            except (InputError, InvalidNodeError) as error:
                asked.on_bad(error.at(source, place=place))
    doubts = len(warnings)
    names = ", ".join(text.source for text in texts)
    verdicts = [one for one in series if one.name == VERDICT]
    durations = [one for one in series if one.name != VERDICT]
    if series and not durations:
        raise InputError(f"only {VERDICT} series, and no duration", source=names, hint=QUERY)
    _check_comparable(durations, asked.id_label or LABEL)
    if not verdicts and any(one.name.startswith("probe_") or not one.name for one in durations):
        warnings.append(f"{names}: {NO_VERDICTS}")
    return Measured(_targets(series, durations, verdicts, asked), warnings, doubts=doubts)


def _check_comparable(durations: list[_Series], label: str) -> None:
    """Refuse durations of different things, which say nothing of one another.

    Raises:
        InputError: they have several names or quantiles, or a phase.
    """
    for one in durations:
        name, phase = one.name or "the series", one.labels.get("phase")
        if phase is not None and label != "phase":
            total = f"sum by ({label}) ({one.name or '...'}"
            raise InputError(
                f"{name} with phase {quoted(phase)} is a part of a duration",
                source=one.source,
                place=one.place,
                hint=f"query their sum: {total}); or this part, if it is meant: {total}{{phase={_in_quotes(phase)}}})",
            )
    for what, values in (
        ("names", {one.name or "no name": one for one in reversed(durations)}),
        ("quantiles", {str(one.labels.get("quantile", "none")): one for one in reversed(durations)}),
    ):
        if len(values) > 1:
            *_, other, first = values.values()
            raise InputError(
                f"durations of several {what} cannot be compared: {listed([*reversed(values)])}",
                source=other.source,
                place=other.place,
                hint=f"query one of them; {label} {quoted(first.target)} and {quoted(other.target)} differ",
            )


def _in_quotes(text: object) -> str:
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _targets(
    series: list[_Series], durations: list[_Series], verdicts: list[_Series], asked: Asked
) -> list[Target]:
    """Join durations and verdicts; a target that has two of a kind is bad, and left out as a whole."""
    bad: set[str] = set()
    latency_of, verdict_of = (_by_target(some, asked, bad) for some in (durations, verdicts))
    sources: dict[str, str] = {}
    for one in series:
        sources.setdefault(one.target, one.source)
    targets = []
    for target, source in sources.items():
        if target not in bad:
            measured = verdict_of.get(target, 0.0 if verdicts else 1.0)
            latency = latency_of.get(target) if measured else None
            targets.append(Target({"id": target, "latency": latency}, source))
    return targets


def _by_target(series: list[_Series], asked: Asked, bad: set[str]) -> dict[str, float | None]:
    """Return the value of each target; those that have several are bad."""
    found: dict[str, list[_Series]] = {}
    for one in series:
        found.setdefault(one.target, []).append(one)
    for target, several in found.items():
        if len(several) > 1:
            bad.add(target)
            asked.on_bad(_several(several, asked.id_label or LABEL))
    return {target: several[0].value for target, several in found.items()}


def _several(series: list[_Series], label: str) -> InputError:
    """Say what tells the series of one target apart, and what to do about it."""
    name = series[0].name or "a duration"
    differ = [
        name
        for name in series[0].labels
        if name not in ("__name__", "job")
        and len({quoted(one.labels.get(name)) for one in series}) == len(series)
    ]
    if differ:
        hint = f"they differ in {listed(differ)}: name the targets by it with --id-label {differ[0]}"
    else:
        hint = "narrow the query, to one job for instance"
    problem = f"{label} {quoted(series[0].target)} has {len(series)} series of {name}"
    return InputError(problem, source=series[1].source, place=series[1].place, hint=hint)


def _doubts(document: Any) -> list[str]:
    """Return what the server says against its own answer."""
    if not isinstance(document, dict):
        return []
    said = [
        f"Prometheus {verb}: {text}"
        for member, verb in (("warnings", "warns"), ("infos", "notes"))
        for text in (document.get(member) or ())
    ]
    return [*said, PARTIAL] if document.get("isPartial") is True else said


class _QueryError(InputError):
    """The query asks for something else, whichever series shows it."""


def _vector(document: Any, source: str) -> list[Any]:
    """Return the series of an answer of the server, or of ``promtool query instant -o json``."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict) or "status" not in document:
        hint = "give what /api/v1/query answers, or promtool query instant -o json"
        raise InputError("not an answer of Prometheus", source=source, hint=hint)
    if document["status"] != "success":
        answered = document.get("error", document["status"])
        raise InputError(f"Prometheus answered with an error: {answered}", source=source)
    data = document.get("data")
    kind, result = (data.get("resultType"), data.get("result")) if isinstance(data, dict) else (None, None)
    if kind != "vector" or not isinstance(result, list):
        hint = "query one value of each series, without a range such as [5m]"
        raise InputError("not an instant vector", source=source, value=kind, hint=hint)
    return result


def _read(series: Any, asked: Asked, source: str, place: str) -> _Series:
    """Return a series with its value.

    Raises:
        InputError: it is none, or its value is wrong.
        InvalidNodeError: its target or its latency is wrong.
    """
    metric = series.get("metric") if isinstance(series, dict) else None
    if not isinstance(metric, dict):
        raise InputError("a series needs its labels", value=series)
    name = str(metric.get("__name__", ""))
    if "histogram" in series:
        hint = f"query a quantile of it: histogram_quantile(0.5, {name})"
        raise _QueryError(f"{name or 'the series'} is a histogram", hint=hint)
    in_milliseconds = name != VERDICT and _in_milliseconds(name, asked.unit)
    label = asked.id_label or LABEL
    target = metric.get(label)
    if not isinstance(target, str):
        others = listed([other for other in metric if other != "__name__"]) or "none"
        hint = f"its labels: {others}; --id-label names the one to take"
        raise InputError(f"the series has no label {label}", hint=hint)
    asked.check(target, None)
    sample = series.get("value")
    if not isinstance(sample, list) or len(sample) != 2 or not isinstance(sample[1], str):
        raise InputError(f"the series of {target} has no value [time, text]", value=sample)
    if name == VERDICT:
        if sample[1] not in ("0", "1"):
            raise InputError(f"{VERDICT} must be 0 or 1", value=sample[1])
        return _Series(name, target, metric, float(sample[1]), source, place)
    latency = _milliseconds(sample[1], in_milliseconds)
    asked.check(target, latency)
    if latency is not None and latency > LONGEST:
        raise _QueryError(
            f"{name or 'the series'} looks like a point in time, and no duration", value=sample[1], hint=QUERY
        )
    return _Series(name, target, metric, latency, source, place)


def _in_milliseconds(name: str, unit: str | None) -> bool:
    """Whether durations of this name are in milliseconds, else in seconds.

    Raises:
        InputError: it is not known to be a duration.
    """
    if name == "up":
        raise _QueryError("up says whether a scrape worked, and is no duration", hint=QUERY)
    if POINTS_IN_TIME.fullmatch(name):
        raise _QueryError(f"{name} is a point in time, and no duration", hint=QUERY)
    if NO_LATENCIES.fullmatch(name):
        raise _QueryError(f"{name} is not how long a target took to answer", hint=QUERY)
    if name.endswith(SECONDS) and unit == "ms":
        raise _QueryError(f"{name} is in seconds by its name", hint="leave out --unit ms")
    if unit is None and name and not name.endswith(SECONDS):
        hint = f"{QUERY}; or say --unit ms or --unit s"
        raise _QueryError(
            f"{name} is not known to be a duration, for it does not end in {SECONDS}", hint=hint
        )
    return unit == "ms"


def _milliseconds(value: str, in_milliseconds: bool) -> float | None:
    """Return milliseconds; seconds are shifted by three decimals before any rounding; None for what is no number."""
    if value in _NO_NUMBER:
        return None
    if not _NUMBER.fullmatch(value):
        raise InputError("a duration must be a number", value=value)
    return float(Decimal(value).scaleb(0 if in_milliseconds else 3)) + 0.0  # -0.0 becomes 0.0
