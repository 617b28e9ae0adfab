"""Whether what is drawn for people has colours."""

from __future__ import annotations

import os
from typing import Literal, TextIO

ColorChoice = Literal["auto", "always", "never"]


def use_color(choice: ColorChoice, stream: TextIO | None) -> bool:
    """--color, then NO_COLOR, FORCE_COLOR, TERM=dumb, then whether the stream is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream is not None and stream.isatty()
