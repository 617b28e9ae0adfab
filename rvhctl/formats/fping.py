"""What ``fping -C N -q`` says on standard error: a target a line, a round trip or ``-`` a probe."""

from __future__ import annotations

import re
from typing import Final

from rvhctl.errors import InputError, InvalidNodeError, OnBad
from rvhctl.formats import jsontext
from rvhctl.formats.shapes import CheckProbe, Reader, Record

# The target is padded to the longest; it may hold colons, but no white space.
_LINE: Final = re.compile(r"(\S+)\s* : ((?:-|\d+(?:\.\d+)?)(?: (?:-|\d+(?:\.\d+)?))*)", re.ASCII)

HINT: Final = "run fping -C N -q and give its standard error: fping ... 2>&1 >/dev/null"


def read_probes(text: bytes, source: str, on_bad: OnBad, check: CheckProbe) -> Reader:
    """The targets in the order of the lines, with their samples in milliseconds.

    Empty lines say nothing. ``on_bad`` gets every other line that is no target: it raises the error, or the
    line is left out. ``check`` judges each id.

    Raises:
        InputError: the text is not UTF-8, or what ``on_bad`` raises.
    """
    records = []
    for number, line in enumerate(jsontext.decode_utf8(text, source).splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = _record(line.rstrip(), number)
            check(record.fields["id"], None)
            records.append(record)
        except (InputError, InvalidNodeError) as error:
            on_bad(error.at(source, number))
    return Reader(records)


def _record(line: str, number: int) -> Record:
    found = _LINE.fullmatch(line)
    if found is None:
        raise InputError("not a line of fping -C N -q", value=line, hint=HINT)
    samples = [None if sample == "-" else float(sample) for sample in found.group(2).split(" ")]
    return Record({"id": found.group(1), "samples": samples}, b"", number)
