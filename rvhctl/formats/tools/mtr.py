"""What ``mtr -j`` says of a route: its last hop counts only where it is the destination."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from rvhctl.errors import InputError, InvalidNodeError, quoted
from rvhctl.formats import jsontext
from rvhctl.formats.tools.measured import Asked, Measured, Target, Text, summarized

HINT: Final = "give what mtr -j prints"
KNOW: Final = "run mtr -j -n with addresses"
NOBODY: Final = "???"
"""The name of a hop that did not answer."""

BEYOND: Final = 1e15
"""No number of mtr is as large."""

_NAME_AND_ADDRESS: Final = re.compile(r"(.+) \((.+)\)")
_SPACE: Final = re.compile(r"\s*")


def read(texts: Sequence[Text], asked: Asked) -> Measured:
    """Return the destinations of all reports, one after the other, with their round trips as samples (ms).

    Of these only the least, the mean and the greatest are known: the mean stands for the others. A destination that
    the route does not reach has no measurement, nor has one of which the report does not tell: the last hop goes by
    another name.

    Raises:
        InputError: a text is no report, or what ``asked.on_bad`` raises.
    """
    targets = []
    unknown: list[tuple[str, str, str]] = []
    for source, data in texts:
        for line, report in _reports(jsontext.decode_utf8(data, source), source):
            try:
                destination, hop = _last_hop(report)
                asked.check(destination, None)
                reached = hop is not None and _is(destination, hop["host"])
                if reached is None and hop is not None:
                    unknown.append((source, destination, hop["host"]))
                fields = {"id": destination, "samples": _samples(hop) if hop and reached else [None]}
                targets.append(Target(fields, source, line))
            except (InputError, InvalidNodeError) as error:
                asked.on_bad(error.at(source, line))
    return Measured(targets, [_unknown(unknown)] if unknown else [])


def _reports(text: str, source: str) -> Iterator[tuple[int, Any]]:
    """Yield the documents of a text, which follow each other, with the line on which each begins."""
    decoder = json.JSONDecoder(parse_int=_integer)
    line, counted = 1, 0
    position = _end_of_space(text, 0)
    if position == len(text):
        raise InputError("the text is empty", source=source, hint=HINT)
    while position < len(text):
        try:
            document, end = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise InputError(
                f"not JSON: {error.msg}", source=source, line=error.lineno, column=error.colno, hint=HINT
            ) from None
        except RecursionError:
            raise InputError("nested too deeply", source=source, hint=HINT) from None
        line, counted = line + text.count("\n", counted, position), position
        yield line, document
        position = _end_of_space(text, end)


def _integer(digits: str) -> float:
    """Return the value, a rounded one where there are so many digits that ``int`` may refuse them."""
    return int(digits) if len(digits) < 100 else float(digits)


def _end_of_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _last_hop(document: Any) -> tuple[str, dict[str, Any] | None]:
    """Return the destination of a report, and its last hop."""
    report = document.get("report") if isinstance(document, dict) else None
    about = report.get("mtr") if isinstance(report, dict) else None
    hops = report.get("hubs") if isinstance(report, dict) else None
    destination = about.get("dst") if isinstance(about, dict) else None
    if not isinstance(destination, str) or not isinstance(hops, list):
        raise InputError("not a report of mtr", hint=HINT)
    if not hops:
        return destination, None
    hop = hops[-1]
    if not isinstance(hop, dict) or not isinstance(hop.get("host"), str):
        raise InputError("the last hop has no host", value=hop, hint=HINT)
    return destination, hop


def _is(destination: str, host: str) -> bool | None:
    """Whether a hop is the destination; None: nobody can tell, for it goes by a name of its own."""
    found = _NAME_AND_ADDRESS.fullmatch(host)
    names = [_normal(name) for name in (found.groups() if found else (host,))]
    wanted = _normal(destination)
    if wanted in names:
        return True
    if host == NOBODY:
        return False
    address = _address(wanted)
    return False if address and any(map(_address, names)) else None


def _normal(name: str) -> str:
    return _address(name) or name.lower().removesuffix(".")


def _address(name: str) -> str:
    """Return an address as it is written by rule; empty for a name."""
    from ipaddress import ip_address

    try:
        return str(ip_address(name))
    except ValueError:
        return ""


def _samples(hop: dict[str, Any]) -> list[float | None]:
    sent, loss = hop.get("Snt"), hop.get("Loss%")
    times = [hop.get(name) for name in ("Best", "Avg", "Wrst")]
    for name, value in (("Snt", sent), ("Loss%", loss), ("Avg", times[1])):
        # Written so that NaN, which the library takes for JSON, is none.
        if isinstance(value, bool) or not (isinstance(value, int | float) and abs(value) < BEYOND):
            raise InputError(f"the last hop has no number {name}", hint="run mtr -j with its usual columns")
    assert isinstance(sent, int | float)
    assert isinstance(loss, int | float)
    return summarized(int(sent), round(sent * (100 - loss) / 100), *times)


def _unknown(hops: list[tuple[str, str, str]]) -> str:
    """Return the warning of reports that do not tell whether the destination was reached."""
    source, destination, host = hops[0]
    more = f", and {len(hops) - 1} more alike" if len(hops) > 1 else ""
    return (
        f"{source}: nobody can tell whether the last hop {quoted(host)} is {quoted(destination)}, so it counts as no "
        f"measurement{more}; {KNOW}"
    )
