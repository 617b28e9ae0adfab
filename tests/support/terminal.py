"""The program on a pseudo-terminal."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import sys
import termios

from support.program import PATIENCE, SET_ASIDE, Program

from rvhctl.__main__ import main


def on_terminal(
    program: Program, *arguments: str, stdin: bytes | None = None, columns: int = 80, **environment: str
) -> tuple[int, str]:
    """Exit code and all that the terminal got; standard input is the terminal, too, unless there is some."""
    master, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    settings = {"TERM": "xterm-256color"} | environment
    if stdin is None:
        process = program.start(
            *arguments, stdin=terminal, stdout=terminal, stderr=terminal, environment=settings
        )
    else:
        process = program.start(*arguments, stdout=terminal, stderr=terminal, environment=settings)
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
    os.close(terminal)
    got = _all(master)
    return process.wait(PATIENCE), got


def forked_on_terminal(
    *arguments: str, columns: int, stdout: str = "", interrupt: str = "", **environment: str
) -> tuple[int, str]:
    """The same from a fork of this process, which has all modules already; a colour terminal.

    Args:
        stdout: a file for standard output.
        interrupt: a text on the terminal, upon which somebody presses ^C.
    """
    pid, master = pty.fork()
    if not pid:
        code = 70
        try:
            fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            for name in SET_ASIDE:
                os.environ.pop(name, None)
            os.environ.update({"TERM": "xterm-256color"} | environment)
            if stdout:
                os.dup2(os.open(stdout, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
            sys.stdin, sys.stdout, sys.stderr = (open(fd, mode) for fd, mode in enumerate("rww"))  # noqa: SIM115
            code = main(arguments)
            sys.stdout.flush()
        finally:
            os._exit(code)
    got = _all(master, interrupt)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), got


def _all(master: int, interrupt: str = "") -> str:
    got = b""
    with contextlib.suppress(OSError):  # Linux: nobody has the terminal open any more
        while data := os.read(master, 1 << 16):
            got += data
            if interrupt and interrupt.encode() in got:
                os.write(master, b"\x03")
                interrupt = ""
    os.close(master)
    return got.decode().replace("\r\n", "\n")
