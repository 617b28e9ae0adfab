"""What a terminal shows: whether in colours, and text from outside made safe for it."""

from __future__ import annotations

import os
import re
from typing import Final, Literal, TextIO

ColorChoice = Literal["auto", "always", "never"]

# Control characters and those that turn the writing round: C0 and C1 controls and DEL;
# line and paragraph separators; marks, embeddings and isolates of direction;
# and what stands for bytes that are no UTF-8 in a file's name.
_UNSAFE: Final = (
    *range(0x20),
    *range(0x7F, 0xA0),
    0x200E,
    0x200F,
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
)
_ESCAPES: Final = {
    **{code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in _UNSAFE},
    **{0xDC00 + byte: f"\\x{byte:02x}" for byte in range(0x80, 0x100)},
}

# The same in UTF-8, but for line feed and tab.
_UNSAFE_BYTES: Final = (
    rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]"
)


def visible(text: str) -> str:
    """One line of text with ``\\x1b`` in place of an escape character, and so on."""
    return text.translate(_ESCAPES)


def visible_lines(data: bytes) -> bytes:
    """Lines of UTF-8 with ``\\u001b`` in place of an escape character, and so on: in a JSON string, the same text."""
    return re.sub(_UNSAFE_BYTES, lambda found: b"\\u%04x" % ord(found.group().decode()), data)


def use_color(choice: ColorChoice, stream: TextIO | None) -> bool:
    """Whether to colour: by --color, then what the environment says, then whether the stream is a terminal.

    https://no-color.org, https://force-color.org and https://bixense.com/clicolors, in this order.
    """
    if choice != "auto":
        return choice == "always"
    said = os.environ.get
    if said("NO_COLOR"):
        return False
    if said("FORCE_COLOR") or said("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return said("CLICOLOR") != "0" and said("TERM") != "dumb" and stream is not None and stream.isatty()
