"""One object of JSON out of two, by the texts of their members."""

from __future__ import annotations

from typing import Final

from librt.strings import BytesWriter

from rvhctl.core.json.spans import member_spans
from rvhctl.core.words import copy

ID: Final = b'"id"'
STATE: Final = b'"state"'
BACKSLASH: Final = 0x5C


def is_blank(text: bytes, start: int, end: int) -> bool:
    """Whether a value states nothing: it is null, or an empty text."""
    length = end - start
    return (length == 4 and text[start] == 0x6E) or (length == 2 and text[start] == 0x22)


def keys_in(text: bytes, spans: list[int]) -> list[bytes]:
    return [text[spans[at] : spans[at + 1]] for at in range(0, len(spans), 4)]


def merged_object(
    own: bytes,
    known: bytes,
    left_out: list[bytes],
    states: list[bytes],
    watched: list[bytes],
    differing: list[bytes],
) -> bytes:
    """Return ``own`` with the values that are ``known``, and behind it what only ``known`` states.

    Args:
        left_out: keys of which nothing is known.
        watched: keys of which ``differing`` gets the key and both values, where two texts differ.
        states: values of ``state``, the worse behind the better; of two the worse stands.

    Returns:
        nothing where a key may be spelt in two ways, or is there twice: that is for the library.
    """
    if BACKSLASH in own or BACKSLASH in known:
        return b""
    spans, other_spans = member_spans(own, own.find(b"{")), member_spans(known, known.find(b"{"))
    keys, other_keys = keys_in(own, spans), keys_in(known, other_spans)
    if len(set(keys)) < len(keys) or len(set(other_keys)) < len(other_keys):
        return b""
    out = BytesWriter()
    separator = b"{"
    for index in range(len(keys)):
        key = keys[index]
        out.write(separator)
        separator = b","
        out.write(key)
        out.write(b":")
        text, start, end = own, spans[4 * index + 2], spans[4 * index + 3]
        if key in other_keys and key not in left_out:
            at = 4 * other_keys.index(key)
            first, last = other_spans[at + 2], other_spans[at + 3]
            blank = is_blank(own, start, end)
            if blank or key == ID or counts(own[start:end], known[first:last], key, states):
                if not blank and key in watched and own[start:end] != known[first:last]:
                    differing.extend([key, own[start:end], known[first:last]])
                text, start, end = known, first, last
        copy(out, text, start, end)
    for index in range(len(other_keys)):
        key = other_keys[index]
        if key not in keys and key not in left_out:
            out.write(separator)
            out.write(key)
            out.write(b":")
            copy(out, known, other_spans[4 * index + 2], other_spans[4 * index + 3])
    out.write(b"}")
    return out.getvalue()


def counts(own: bytes, known: bytes, key: bytes, states: list[bytes]) -> bool:
    """Whether the known one of two values counts: always, if it states anything; of states, if it is worse."""
    if key == STATE:
        return own in states and known in states and states.index(known) > states.index(own)
    return not is_blank(known, 0, len(known))
