"""What fping says of each target: ``-C N -q``, ``-c N -q``, ``-e``, or any of these with ``-J``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from rvhctl.errors import InputError, InvalidNodeError
from rvhctl.formats import jsontext
from rvhctl.formats.tools.measured import Asked, Measured, Target, Text, summarized

# A target may hold colons, but no white space; -A -n shows its name and its address; it is padded to the longest.
_TARGET: Final = r"(?P<id>\S+)(?: \((?P<address>\S+)\))?\s* "
_NUMBER: Final = r"\d+(?:\.\d+)?(?:e\+\d\d)?"
_COUNT: Final = r"\d{1,18}"
"""What has more digits is no count, and ``int`` does not read it if it has thousands."""

_REPORTS: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        # fping -C N
        rf"{_TARGET}: (?P<samples>(?:-|{_NUMBER})(?: (?:-|{_NUMBER}))*)",
        # fping -c N
        rf"{_TARGET}: xmt/rcv/%(?:loss|return) = (?P<sent>{_COUNT})/(?P<arrived>{_COUNT})/\d+%(?:, outage\(ms\) = \d+)?"
        rf"(?:, min/avg/max = (?P<least>{_NUMBER})/(?P<mean>{_NUMBER})/(?P<most>{_NUMBER}))?",
        # fping -e, fping -a -e
        rf"{_TARGET}(?:is alive )?\((?P<alive>{_NUMBER}) ms\)",
        rf"{_TARGET}is (?P<dead>unreachable)",
        r"(?P<id>\S+): (?P<unknown>Name or service not known|Name does not resolve|Unknown host"
        r"|Temporary failure in name resolution|No address associated with (?:host)?name"
        r"|nodename nor servname provided, or not known)",
    )
)

_SPLIT: Final = re.compile(r"\[\d\d:\d\d:\d\d\]", re.ASCII)
"""Begins the report of an interval (-Q)."""

_OTHER: Final[dict[str, re.Pattern[str]]] = {
    kind: re.compile(pattern, re.ASCII)
    for kind, pattern in {
        "duplicate": r"\S+ : duplicate for .*",
        "ICMP message": r"ICMP .*",
        "single ping": r"(?:\[.*\] )?\S+.* : \[\d+\], .*",
        "statistics line": r" +\d+ (?:targets|alive|unreachable|unknown addresses|timeouts \(.*|ICMP Echo.*"
        r"|other ICMP received)| \S+ ms \(\w+ round trip time\)| +\S+ sec \(elapsed real time\)",
    }.items()
}
"""What stands between the reports."""

_JSON_OTHER: Final = {"resp": "single ping", "timeout": "single ping", "stats": "statistics line"}

HINT: Final = "run fping -C N -q and give its standard error: fping ... 2>&1 >/dev/null"


def read(texts: Sequence[Text], asked: Asked) -> Measured:
    """Return the targets in the order of the lines, with their samples in milliseconds.

    Of a target whose rounds are summarized, only the least, the mean and the greatest are known: the mean stands for
    the others. With ``-Q`` the last report of a target counts. Lines that report on no target are counted; any other
    is bad.

    Raises:
        InputError: a text is not UTF-8, or reports on nobody, or what ``asked.on_bad`` raises.
    """
    targets: list[Target] = []
    notes = []
    for source, data in texts:
        reports = _Reports(source)
        for number, line in enumerate(jsontext.decode_utf8(data, source).splitlines(), 1):
            try:
                reports.add(line.rstrip(), number, asked)
            except (InputError, InvalidNodeError) as error:
                asked.on_bad(error.at(source, number))
        if reports.others and not reports.targets:
            raise InputError(
                f"no report of fping -C N -q, only {reports.passed_over}", source=source, hint=HINT
            )
        targets += reports.targets
        if reports.others:
            notes.append(f"{source}: passed over {reports.passed_over}")
    return Measured(targets, notes=notes)


class _Reports:
    """The reports of one text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.targets: list[Target] = []
        self.others: dict[str, int] = {}
        self._places: dict[str, int] | None = None
        """Of the targets by id, where reports of intervals replace each other."""

    @property
    def passed_over(self) -> str:
        """Say how many lines report on nobody."""
        return ", ".join(f"{count} {kind}{'s' * (count > 1)}" for kind, count in self.others.items())

    def add(self, line: str, number: int, asked: Asked) -> None:
        """Take one line.

        Raises:
            InputError: it is none of fping.
            InvalidNodeError: the id is wrong.
        """
        if not line:
            return
        if _SPLIT.fullmatch(line):
            self._begin_intervals()
            return
        fields = self._json_fields(line) if line.startswith("{") else self._fields(line)
        if fields is None:
            return
        asked.check(fields["id"], None)
        target = Target(fields, self.source, number)
        place = len(self.targets)
        if self._places is not None:
            place = self._places.setdefault(target.fields["id"], place)
        self.targets[place : place + 1] = [target]

    def _begin_intervals(self) -> None:
        if self._places is None:
            self._places = {target.fields["id"]: place for place, target in enumerate(self.targets)}

    def _fields(self, line: str) -> dict[str, Any] | None:
        for pattern in _REPORTS:
            if found := pattern.fullmatch(line):
                return _reported(found.groupdict())
        for kind, pattern in _OTHER.items():
            if pattern.fullmatch(line):
                self.others[kind] = self.others.get(kind, 0) + 1
                return None
        raise InputError("not a line of fping -C N -q", value=line, hint=HINT)

    def _json_fields(self, line: str) -> dict[str, Any] | None:
        report = jsontext.parse(line.encode(), self.source)
        kind: str = next(iter(report), "")
        said: Any = report.get(kind)
        if kind in _JSON_OTHER:
            self.others[_JSON_OTHER[kind]] = self.others.get(_JSON_OTHER[kind], 0) + 1
            return None
        if kind == "intSum":
            self._begin_intervals()
        try:
            if kind == "vSum":
                return {
                    "id": _text(said["host"]),
                    "samples": list(said["values"]),
                }
            if kind in ("summary", "intSum"):
                round_trips = [said.get(name) for name in ("rttMin", "rttAvg", "rttMax")]
                return {
                    "id": _text(said["host"]),
                    "samples": summarized(said["xmt"], said["rcv"], *round_trips),
                }
        except (KeyError, TypeError, AttributeError):
            pass
        raise InputError("not a line of fping -J -C N", value=line, hint="run fping -J -C N -q")


def _reported(found: dict[str, str | None]) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": found["id"]}
    if found.get("address"):
        fields["address"] = found["address"]
    if text := found.get("samples"):
        samples = [None if sample == "-" else float(sample) for sample in text.split(" ")]
    elif sent := found.get("sent"):
        round_trips = [_milliseconds(found[name]) for name in ("least", "mean", "most")]
        samples = summarized(int(sent), int(found["arrived"] or 0), *round_trips)
    else:
        samples = [_milliseconds(found.get("alive"))]
    return {**fields, "samples": samples}


def _milliseconds(value: str | float | None) -> float | None:
    return None if value is None else float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
