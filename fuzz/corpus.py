"""The inputs that a target begins with: a text of literals, a line each, so that a change can be read."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "corpus"


def inputs(name: str) -> list[bytes]:
    """The inputs of a target."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="ascii").splitlines()
    return [ast.literal_eval(line) for line in lines]


def write(name: str, texts: Iterable[bytes]) -> None:
    """Replace the inputs of a target, the short ones first."""
    lines = [repr(text) for text in sorted(set(texts), key=lambda text: (len(text), text))]
    (FOLDER / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
