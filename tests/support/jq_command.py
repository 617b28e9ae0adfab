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
    parser.add_argument("-R", dest="raw_input", action="store_true", help="with -s: the text as one string")
    parser.add_argument("-f", dest="program_file", type=Path)
    parser.add_argument("--arg", nargs=2, action="append", default=[])
    parser.add_argument("operands", nargs="*")
    options = parser.parse_args()

    if options.program_file:
        text, files = options.program_file.read_text(), options.operands
    else:
        text, *files = options.operands
    program = jq.compile(text, args=dict(options.arg))
    if options.null_input:
        answers = program.input_value(None)
    else:
        texts = [Path(name).read_text() for name in files] or [sys.stdin.read()]
        if options.raw_input:
            answers = program.input_value("".join(texts))
        else:
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
