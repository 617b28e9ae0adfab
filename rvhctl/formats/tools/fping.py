"""What ``fping -C N -q`` says on standard error: a target a line, a round trip or ``-`` a probe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from rvhctl.errors import InputError, InvalidNodeError
from rvhctl.formats import jsontext
from rvhctl.formats.tools.measured import Asked, Measured, Target, Text

# The target is padded to the longest; it may hold colons, but no white space.
_LINE: Final = re.compile(r"(\S+)\s* : ((?:-|\d+(?:\.\d+)?)(?: (?:-|\d+(?:\.\d+)?))*)", re.ASCII)

HINT: Final = "run fping -C N -q and give its standard error: fping ... 2>&1 >/dev/null"


def read(texts: Sequence[Text], asked: Asked) -> Measured:
    """Return the targets in the order of the lines, with their samples in milliseconds.

    Empty lines say nothing. Every other line that is no target is bad.

    Raises:
        InputError: a text is not UTF-8, or what ``asked.on_bad`` raises.
    """
    targets = []
    for source, data in texts:
        for number, line in enumerate(jsontext.decode_utf8(data, source).splitlines(), 1):
            if not line.strip():
                continue
            try:
                fields = _fields(line.rstrip())
                asked.check(fields["id"], None)
                targets.append(Target(fields, source, number))
            except (InputError, InvalidNodeError) as error:
                asked.on_bad(error.at(source, number))
    return Measured(targets)


def _fields(line: str) -> dict[str, Any]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise InputError("not a line of fping -C N -q", value=line, hint=HINT)
    samples = [None if sample == "-" else float(sample) for sample in found.group(2).split(" ")]
    return {"id": found.group(1), "samples": samples}
