"""Shells on a terminal of their own: what is typed goes in, and what a person would see is looked at."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pyte
from support.program import PATIENCE

PROMPT = "ready> "
SHELLS = [name for name in ("bash", "zsh", "fish") if shutil.which(name)]

START = {
    "bash": ["bash", "--noprofile", "--rcfile", ".start", "-i"],
    "zsh": ["zsh", "-i"],
    "fish": ["fish", "-i"],
}
START_FILE = {"bash": ".start", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
SETTINGS = {
    "bash": f"PS1='{PROMPT}'; bind 'set bell-style none'; bind 'set completion-query-items 0'; "
    "bind 'set page-completions off'; bind 'set enable-bracketed-paste off'\n",
    "zsh": f"PS1='{PROMPT}'; unsetopt beep prompt_cr prompt_sp; LISTMAX=0\n",
    "fish": f"function fish_prompt; echo -n '{PROMPT}'; end\nset -g fish_greeting\n"
    "set -g fish_autosuggestion_enabled 0\n",
}


class Shell:
    """An interactive shell whose home is a folder; ``rvhctl`` is the first program on its path."""

    def __init__(
        self, name: str, home: Path, environment: dict[str, str], start: str = "", columns: int = 120
    ) -> None:
        """``start``: what stands in the file that the shell reads first."""
        self.name, self.home = name, home
        file = home / START_FILE[name]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SETTINGS[name] + start)
        self._master, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self._screen = pyte.Screen(columns, 40)
        self._stream = pyte.ByteStream(self._screen)
        self._process = subprocess.Popen(
            START[name],
            cwd=home,
            env={**environment, "HOME": str(home), "ZDOTDIR": str(home), "TERM": "xterm", "COLUMNS": ""},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(terminal)
        self.wait_for(re.escape(PROMPT.strip()))

    def __enter__(self) -> Shell:
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._master)

    def clear(self) -> None:
        """Leave the line as it is, and have nothing on the screen but a prompt."""
        self.type("\x03")
        # What is typed before the shell sees that is lost with the line; and a prompt may be the one that was there.
        for word in map("seen-{}".format, range(10)):
            self.type(f"echo {word}\r")
            if self._comes(rf"^{word}\n{PROMPT.strip()}\Z", 2.0):
                break
        self.type("clear\r")
        self.wait_for(rf"\A{PROMPT.strip()}\Z")

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def wait_for(self, pattern: str) -> str:
        """What is on the screen as soon as it has the pattern; a line's trailing blanks are not there."""
        assert self._comes(pattern, PATIENCE), f"no {pattern!r} in:\n{self.text()}"
        return self.text()

    def _comes(self, pattern: str, seconds: float) -> bool:
        """Whether the screen has the pattern within that time."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text(), re.MULTILINE):
            if time.monotonic() > end:
                return False
            if select.select([self._master], [], [], 0.1)[0]:
                self._stream.feed(os.read(self._master, 1 << 16))
        return True

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
