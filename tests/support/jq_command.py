"""jq's own options in front of libjq: for the documents' examples where no jq command is installed."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import jq


def main() -> None:
    parser = argparse.ArgumentParser(prog="jq")
    parser.add_argument("-c", dest="compact", action="store_true")
    parser.add_argument("-r", dest="raw", action="store_true")
    parser.add_argument("-n", dest="null_input", action="store_true")
    parser.add_argument("-s", dest="slurp", action="store_true")
    parser.add_argument("--arg", nargs=2, action="append", default=[])
    parser.add_argument("program")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()

    program = jq.compile(options.program, args=dict(options.arg))
    if options.null_input:
        answers = program.input_value(None)
    else:
        texts = [Path(name).read_text() for name in options.files] or [sys.stdin.read()]
        answers = program.input_text("".join(texts), slurp=options.slurp)
    for answer in answers:
        print(shown(answer, compact=options.compact, raw=options.raw))


def shown(answer: Any, *, compact: bool, raw: bool) -> str:
    if raw and isinstance(answer, str):
        return answer
    if compact:
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(answer, ensure_ascii=False, indent=2)


if __name__ == "__main__":
    main()
