"""The scripts, one for each shell; each hands the line to the program and shows what it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Shell = Literal["bash", "zsh", "fish"]


def script(shell: Shell) -> bytes:
    """Return the script that a shell reads."""
    return Path(__file__).with_name(f"script.{shell}").read_bytes()
