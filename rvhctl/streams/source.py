"""Where input comes from: files and standard input, plain or compressed."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final, TypeVar, cast

from rvhctl.concurrency.fork import widen
from rvhctl.concurrency.waiting import WaitingFile
from rvhctl.errors import CutShortError, InputError, UsageError, reason_of
from rvhctl.streams.decompress import BLOCK, MAGICS, Reading, unpacked
from rvhctl.streams.lines import check_whole, has_nuls
from rvhctl.streams.lookalike import BINARY, foreign_error
from rvhctl.streams.progress import reading, watched

STDIN: Final = "-"
STDIN_NAMES: Final = frozenset({STDIN, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
UTF8_BOM: Final = b"\xef\xbb\xbf"
UTF16_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")

HEAD: Final = 1 << 13
"""Bytes from which an error may tell what a source is; they are kept of every one, and there may be thousands."""

What = TypeVar("What")

Enough = Callable[[bytes], bool]
"""Whether the beginning of a source tells what was asked of it."""


class Source:
    """One input, opened when it is first looked at or read, and only once.

    Its bytes are decompressed and without a byte-order mark; with ``raw`` they are as they stand.
    """

    def __init__(self, name: str, *, raw: bool = False, opened: io.BufferedReader | None = None) -> None:
        """``opened``: what is read, where no file here has that name."""
        self.name = "stdin" if name == STDIN else name
        self.plain_file = False
        """A regular, uncompressed file: it may be cut into pieces."""
        self.packed = False
        """Compressed."""
        self.binary = False
        """No text: whoever knows that says it before anything is read."""
        self.rows: Callable[[Source], bytes] | None = None
        """What makes a text of the whole, where it is a table."""
        self.read_table: Callable[..., Any] | None = None
        """What reads it as a table; perhaps only some of its columns."""
        self.layout_of: Callable[[Sequence[str]], Any] | None = None
        """What says what its columns are; None: what they are called."""
        self.layout: Any = None
        """What that said."""
        self.table: Any = None
        """The table, where a text was made of it."""
        self.head = b""
        """Some of its first bytes, from which an error may tell what it is."""
        self._path: Final = name
        self._raw: Final = raw
        self._opened: Final = opened
        self._file: io.BufferedReader | None = None
        self._regular = False
        self._start = 0
        self._size = 0
        self._stream: io.BufferedReader | None = None

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None and self._path != STDIN:
            with suppress(OSError):  # what has been read holds good
                self._file.close()

    @property
    def stream(self) -> io.BufferedReader:
        """The bytes that are still to be read."""
        if self._stream is None:
            if self._file is None:
                self._open()
            self._unpack()
        assert self._stream is not None
        return self._stream

    def look(self, enough: Enough) -> bytes:
        """The beginning of what is still to be read: until that is ``enough``, or all of it."""
        with self.reading():
            return self._look(enough)

    def rewind(self) -> None:
        """Keep nothing of a regular file that was only looked at, until its turn comes; a pipe keeps it all."""
        if self._regular and self._file is not None:
            self._file.seek(self._start)
            self._stream = None

    def read_some(self, size: int = BLOCK) -> bytes:
        """What is there now, at most ``size`` bytes; empty at the end."""
        with self.reading():
            block = self.stream.read1(size)
            if not block:
                self._check_whole()
            return block

    def read_all(self) -> bytes:
        """The rest, to the end.

        Raises:
            InputError: also where nothing but NUL comes, of which a few compressed bytes may hold gigabytes.
        """
        if self.rows is not None:
            return self.rows(self)
        with self.reading():
            stream = self.stream
            if self.plain_file and isinstance(stream.raw, io.FileIO):
                self._refuse_nul(os.pread(stream.fileno(), BLOCK, stream.tell()))
                # Straight into one object of the file's size; the buffer in between would copy it.
                stream.raw.seek(stream.tell())
                text = stream.raw.readall()
                self._check_whole()
                return text
        # Block by block: a single read() loops inside the interpreter and may miss a ^C between two blocks.
        # And into one growing buffer: joined, blocks would take twice the memory of the text.
        whole = io.BytesIO()
        for block in self.watched(self.blocks()):
            whole.write(block)
        return whole.getvalue()

    def blocks(self) -> Iterator[bytes]:
        """The rest, as it comes.

        Raises:
            InputError: as `read_all`.
        """
        with self.reading():
            while block := self.stream.read1(BLOCK):
                self._refuse_nul(block)
                yield block

    def watched(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same blocks of this source, while a terminal shows how far they are."""
        what = reading(self.name)
        _ = self.stream
        if not self._regular or self._file is None:
            return watched(blocks, what, size=len)
        # Another thread may be about to read from the file object.
        position = partial(os.lseek, self._file.fileno(), 0, os.SEEK_CUR)
        return watched(blocks, what, self._size, position=position)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What goes wrong while the stream is read becomes an error that names the source."""
        try:
            yield
        except CutShortError as error:
            raise InputError(str(error), source=self.name) from None
        except EOFError:
            problem = "the compressed data ends too early"
            raise InputError(problem, source=self.name, hint="the file is truncated") from None
        except OSError as error:
            if error.errno is not None:
                raise InputError(f"read error: {error.strerror}", source=self.name) from None
            raise self._damaged(error) from None
        except Exception as error:
            # These modules are imported only when they are needed.
            if type(error).__module__.partition(".")[0] not in ("zlib", "_lzma", "backports", "compression"):
                raise
            if "not enough memory" in str(error):
                raise MemoryError from None
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> InputError:
        return InputError(f"the compressed data is damaged: {error}", source=self.name)

    def _open(self) -> None:
        file = self._opened or (_stdin() if self._path == STDIN else _opened(self._path))
        self._file = file
        with self.reading():
            status = _status(file)
            if status is not None and stat.S_ISREG(status.st_mode):
                self._regular = True
                self._start = file.tell()
                self._size = status.st_size
            elif status is not None and stat.S_ISFIFO(status.st_mode):
                # Fewer and larger reads: a third less of the time that a long text takes to come.
                widen(file.fileno())

    def _unpack(self) -> None:
        """Begin to read: decompress, and leave out a byte-order mark."""
        assert self._file is not None
        self._stream = self._file
        self.plain_file = self._regular
        if self._raw:
            return
        with self.reading():
            compression = _marked(self._look(partial(_tells, MAGICS)), MAGICS)
            if compression is not None:
                text = Reading(unpacked(self.name, compression, self._stream))
                self._stream = io.BufferedReader(text, BLOCK)
                self.plain_file = False
                self.packed = True
            if self.binary:
                return
            head = self._look(partial(_tells, (*BINARY, UTF8_BOM, *UTF16_BOMS)))
            foreign = _marked(head, BINARY)
            if foreign is not None:
                raise foreign_error(foreign, self.name)
            if head.startswith(UTF8_BOM):
                self._stream.read(len(UTF8_BOM))
                head = head[len(UTF8_BOM) :]
            elif head.startswith(UTF16_BOMS):
                raise InputError("the text is UTF-16", source=self.name, hint="convert it to UTF-8")
            self.head = head[:HEAD]

    def _look(self, enough: Enough) -> bytes:
        stream = self.stream
        head = stream.peek()
        if enough(head) or not head:
            return head
        start = stream.tell() if self.plain_file else 0
        seen = io.BytesIO()
        while not enough(head) and (block := stream.read1(BLOCK)):
            self._refuse_nul(block)
            seen.write(block)
            head = seen.getvalue()
        if self.plain_file:
            stream.seek(start)
        else:
            self._stream = io.BufferedReader(Reading(stream, head), BLOCK)
        return head

    def _refuse_nul(self, block: bytes) -> None:
        if not (self._raw or self.binary) and has_nuls(block):
            raise InputError("NUL bytes instead of text", source=self.name)

    def _check_whole(self) -> None:
        if self.plain_file and self._stream is not None and self._size:
            check_whole(self._stream.fileno(), self._stream.raw.tell(), self._size)


def open_sources(files: Sequence[str], *, raw: bool = False) -> Iterator[Source]:
    """The inputs in order, each open while it is used; with none, standard input.

    ``raw``: the bytes as they stand, neither decompressed nor looked at.
    """
    for name in source_names(files):
        with Source(name, raw=raw) as source:
            _ = source.stream
            yield source


def source_names(files: Sequence[str]) -> list[str]:
    """The names of the inputs, after all that can be said before any is read.

    So a misspelt last FILE does not cost the whole run.

    Raises:
        UsageError: a pipe is named twice; or there is no input.
        InputError: there is no such file.
    """
    names = list(files) or [STDIN]
    if names.count(STDIN) > 1:
        raise UsageError("standard input ('-') can be read only once")
    pipes: dict[tuple[int, int], str] = {}
    for name in names:
        status = _status(sys.stdin) if name == STDIN else _file_status(name)
        if status is not None and stat.S_ISFIFO(status.st_mode):
            other = pipes.setdefault((status.st_dev, status.st_ino), name)
            if other != name or names.count(name) > 1:
                raise UsageError(f"{other} and {name} are one pipe, which can be read only once")
    if not files and nothing_comes():
        raise UsageError("no input: name a FILE, pipe data in, or give it with flags")
    return names


def nothing_comes() -> bool:
    """Whether standard input is closed, or a terminal, from which no data comes."""
    return sys.stdin is None or sys.stdin.isatty()


def nothing_was_meant() -> bool:
    """Whether nothing comes, or standard input is the null device, which nobody measures with."""
    status = _status(sys.stdin)
    return nothing_comes() or (status is not None and os.path.samestat(status, os.stat(os.devnull)))


def is_stdin(name: str) -> bool:
    """Whether a name is one of standard input's."""
    return name in STDIN_NAMES


def _file_status(name: str) -> os.stat_result:
    try:
        status = os.stat(name)
    except (OSError, ValueError) as error:
        hint = f"fetch it first: curl -s {name} | rvhctl ..." if "://" in name else ""
        raise InputError(reason_of(error), source=name or "''", hint=hint) from None
    if stat.S_ISDIR(status.st_mode):
        raise InputError("is a directory", source=name)
    return status


def _status(file: Any) -> os.stat_result | None:
    try:
        return os.fstat(file.fileno())
    except (AttributeError, OSError, ValueError):  # no file at all
        return None


def _stdin() -> io.BufferedReader:
    if sys.stdin is None:
        raise UsageError("no input: standard input is closed")
    stream = sys.stdin.buffer
    if isinstance(stream, io.BufferedReader):
        if type(stream.raw) is io.FileIO and not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            # For as long as the process lives: what it has read ahead, whoever reads next has to find.
            patient = WaitingFile(stream.fileno(), closefd=False)
            sys.stdin = io.TextIOWrapper(io.BufferedReader(patient), sys.stdin.encoding)
            return cast("io.BufferedReader", sys.stdin.buffer)
        return stream
    return io.BufferedReader(cast("io.RawIOBase", stream))


def _opened(name: str) -> io.BufferedReader:
    try:
        try:
            return open(name, "rb")
        except OSError as error:
            if error.errno != errno.EMFILE or not _allow_more_files():
                raise
        return open(name, "rb")
    except OSError as error:
        raise InputError(reason_of(error), source=name) from None


def _allow_more_files() -> bool:
    """Raise the limit of open files as far as it goes: sources that were looked at stay open."""
    try:
        import resource
    except ImportError:  # Windows
        return False
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == hard:
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return True


def _tells(marks: Collection[bytes], head: bytes) -> bool:
    """Whether so much of a source tells with which of the marks it begins, if with any."""
    return not any(mark.startswith(head) and mark != head for mark in marks)


def _marked(head: bytes, marks: Mapping[bytes, What]) -> What | None:
    return next((what for mark, what in marks.items() if head.startswith(mark)), None)
