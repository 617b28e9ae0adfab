"""The program in a fork of this process, which has all modules already: a real process with real files and pipes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryFile

from support.cli import PLAIN, Outcome

from rvhctl.__main__ import main


def forked(*arguments: str, stdin: bytes | Path) -> Outcome:
    """Run it with standard input from a pipe that holds these bytes (at most 64 KiB), or from a file."""
    if isinstance(stdin, Path):
        given = os.open(stdin, os.O_RDONLY)
    else:
        given, writing = os.pipe()
        os.write(writing, stdin)
        os.close(writing)
    with TemporaryFile() as out, TemporaryFile() as err:
        pid = os.fork()
        if not pid:
            code = 70
            try:
                for end, to in ((given, 0), (out.fileno(), 1), (err.fileno(), 2)):
                    os.dup2(end, to)
                for name, value in PLAIN.items():
                    os.environ.pop(name, None) if value is None else os.environ.update({name: value})
                sys.stdin, sys.stdout, sys.stderr = (
                    open(fd, mode, closefd=False)  # noqa: SIM115
                    for fd, mode in enumerate("rww")
                )
                code = main(arguments)
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os._exit(code)
        os.close(given)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
    return Outcome(code, texts[0], texts[1].decode())
