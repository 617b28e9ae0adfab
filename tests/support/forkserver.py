"""Runs command lines in forked children of one process that has imported the program already.

``python -P forkserver.py [interpreted]`` reads lists of steps from standard input and writes what became of them to
standard output, both by ``marshal``. It needs nothing but the package that its Python has installed.
"""

from __future__ import annotations

import marshal
import os
import pkgutil
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module, util
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

GIVEN, OUT, FIFOS = Path("given"), Path("out"), Path("fifo")
"""The folders of what lies there before each case, of what a case leaves, and of named pipes."""

PATIENCE = 10
"""Seconds after which a run is ended."""

WARM_UP = ("-h", "failover -h", "failover --th 2 --nodes a,b --lats 1,3 -o table", "jump-hash --list-hashes")

Step = tuple[list[str], str, bool, dict[str, str]]
"""Arguments, the file on standard input, whether it comes through a pipe, and what is added to the environment."""

Run = tuple[int, bytes, bytes]
"""Exit code (less than 0: the signal that ended it), standard output and standard error."""


def import_program(*, interpreted: bool) -> None:
    """Import the whole package, and what it imports later, so that no child has to."""
    spec = util.find_spec("rvhctl")
    assert spec is not None
    assert spec.submodule_search_locations
    if interpreted:
        _hide_compiled(os.path.join(spec.submodule_search_locations[0], "core"))
    for module in pkgutil.walk_packages(import_module("rvhctl").__path__, "rvhctl."):
        if not module.name.endswith(("._build", "__mypyc")):
            import_module(module.name)
    for name in ("asyncio", "concurrent.futures.process", "csv", "gzip", "rich.progress", "backports.zstd"):
        with suppress(ImportError):
            import_module(name)
    for line in WARM_UP:
        _main(line.split())


def _hide_compiled(folder: str) -> None:
    """Let the folder's modules be found by a finder that knows no extension suffix."""
    find = FileFinder.path_hook((SourceFileLoader, SOURCE_SUFFIXES))

    def hook(path: str) -> Any:
        if not path.startswith(folder):
            raise ImportError
        return find(path)

    sys.path_hooks.insert(0, hook)


def answer(steps: list[Step]) -> tuple[list[Run], dict[str, bytes]]:
    """What became of each step, and the files that they left."""
    written = any(word.startswith((f"{OUT}/", f"{FIFOS}/")) for arguments, *_ in steps for word in arguments)
    if not written:
        return [run(*step) for step in steps], {}
    for folder in (OUT, FIFOS):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(GIVEN, OUT)
    runs = [run(*step) for step in steps]
    return runs, {str(path): path.read_bytes() for path in sorted(OUT.rglob("*")) if path.is_file()}


def run(arguments: list[str], stdin: str, piped: bool, environment: dict[str, str]) -> Run:
    """Run one command line in a child."""
    feeders = [_feed_fifo(Path(word)) for word in arguments if word.startswith(f"{FIFOS}/")]
    with TemporaryFile() as out, TemporaryFile() as err:
        source, feeder = _feed_pipe(stdin) if piped else (os.open(stdin or os.devnull, os.O_RDONLY), None)
        child = _fork(lambda: _live(arguments, (source, out.fileno(), err.fileno()), environment))
        os.close(source)
        _, status = os.waitpid(child, 0)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # workers that it left
        for process in filter(None, [*feeders, feeder]):
            os.kill(process, signal.SIGKILL)  # it may wait for a reader that never came
            os.waitpid(process, 0)
        return os.waitstatus_to_exitcode(status), _content(out), _content(err)


def _live(arguments: list[str], streams: tuple[int, int, int], environment: dict[str, str]) -> int:
    """In the child: the program as its entry point would run it."""
    os.setpgid(0, 0)
    signal.alarm(PATIENCE)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
    # Streams anew, because the inherited ones remember what kind of file theirs were.
    kept = partial(open, encoding="utf-8", closefd=False)
    sys.stdin, sys.stdout = kept(0, errors="surrogateescape"), kept(1, "w", errors="surrogateescape")
    sys.stderr = kept(2, "w", buffering=1, errors="backslashreplace")
    os.environ.update(environment)
    return _main(arguments)


def _main(arguments: list[str]) -> int:
    program: Any = import_module("rvhctl.__main__")
    try:
        return int(program.main(arguments))
    except BaseException as error:
        # Without the places in the code, which no user should see and every change moves.
        sys.stderr.write("Traceback: " + "".join(traceback.format_exception_only(error)))
        sys.stderr.flush()
        return 1


def _feed_pipe(name: str) -> tuple[int, int]:
    """A pipe from which a file can be read, and the process that writes into it."""
    reader, writer = os.pipe()

    def feed() -> int:
        os.close(reader)
        with open(writer, "wb") as pipe:
            pipe.write(Path(name).read_bytes())
        return 0

    feeder = _fork(feed)
    os.close(writer)
    return reader, feeder


def _feed_fifo(fifo: Path) -> int:
    """Make a named pipe, and a process that writes the file of the same name into it."""
    fifo.parent.mkdir(exist_ok=True)
    os.mkfifo(fifo)

    def feed() -> int:
        fifo.write_bytes(Path(fifo.name).read_bytes())
        return 0

    return _fork(feed)


def _fork(live: Callable[[], int]) -> int:
    """A child that lives this life, and ends with its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = live()
        except BrokenPipeError:
            pass  # a reader that has seen enough
        finally:
            os._exit(code)
    return child


def _content(file: IO[bytes]) -> bytes:
    """What was written, with any name of this folder as ``.``."""
    file.seek(0)
    return file.read().replace(os.fsencode(Path.cwd()), b".")


def serve() -> None:
    """Answer until nobody asks any more."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    import_program(interpreted="interpreted" in sys.argv)
    with suppress(EOFError):
        while True:
            marshal.dump(answer(marshal.load(asked)), answers)
            answers.flush()


if __name__ == "__main__":
    serve()
