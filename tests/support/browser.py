"""A headless Chromium, driven by its DevTools protocol over two pipes, which needs no library."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage")
PATIENCE = 30
"""Seconds after which an answer will not come."""


class Tab:
    """A tab of the browser: what is asked of it, and what it says by itself."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._read = b""
        self._count = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (said := self._next()).get("id") != self._count:
            self.events.append(said)
        assert "error" not in said, said["error"]
        result: dict[str, Any] = said["result"]
        return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._read:
            assert select.select([self._answers], [], [], PATIENCE)[0], f"no answer; last: {self.events[-3:]}"
            some = os.read(self._answers, 1 << 16)
            assert some, "the browser is gone"
            self._read += some
        text, _, self._read = self._read.partition(b"\0")
        said: dict[str, Any] = json.loads(text)
        return said

    def open(self, file: Path) -> None:
        """Open a file and wait until all of it has run."""
        self.events.clear()
        self.ask("Page.navigate", url=file.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())
        self.value("document.body.offsetHeight")

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript gives."""
        said = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self.ask("Input.insertText", text=text)

    def said(self) -> list[dict[str, Any]]:
        """Messages of the console, exceptions, and what the browser complains about."""
        methods = {"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"}
        methods |= {"Page.javascriptDialogOpening"}
        return [event for event in self.events if event.get("method") in methods]

    def requests(self) -> list[str]:
        """The addresses that were asked for."""
        sent = [event for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]

    def picture(self) -> bytes:
        """A picture of the whole page, as PNG."""
        said = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(said["data"])


@contextmanager
def browser(folder: Path) -> Iterator[Tab]:
    """A browser of its own, with its profile in a folder; gone at the end."""
    assert CHROMIUM
    from_us, commands = os.pipe()
    answers, to_us = os.pipe()

    def pipes() -> None:
        # The protocol has its pipes at 3 and 4; the copies keep clear of these until both are made.
        reading, writing = os.dup(from_us), os.dup(to_us)
        while min(reading, writing) < 5:
            reading, writing = os.dup(reading), os.dup(writing)
        os.dup2(reading, 3)
        os.dup2(writing, 4)

    process = subprocess.Popen(
        [CHROMIUM, *FLAGS, *QUIET, f"--user-data-dir={folder}", "about:blank"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=pipes,
        close_fds=False,
    )
    os.close(from_us)
    os.close(to_us)
    try:
        yield Tab(commands, answers)
    finally:
        os.close(commands)
        os.close(answers)
        process.kill()
        process.wait()
