"""The edge of the process: run the program, errors to exit codes, the last flush, ^C, a broken pipe."""

from __future__ import annotations

import os
import sys

# Not ``from typing import ...``: that alone would take as long as the whole of ``rvhctl -V``.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

COMPLETION_VARIABLE = "_RVHCTL_COMPLETE"
VERSION_FLAGS = (["-V"], ["--version"])
ALLOCATOR, SYSTEM = "ARROW_DEFAULT_MEMORY_POOL", "system"


def entry() -> NoReturn:
    """The program, as the shell calls it."""
    try:
        if sys.argv[1:] not in VERSION_FLAGS:
            # Imported here: enum, which signal needs, would take as long as the whole of ``rvhctl -V``.
            import signal

            signal.signal(signal.SIGINT, _interrupt)
            # Arrow's own allocator keeps tens of MB that nobody uses. In a program that calls the package it is that
            # program's to choose.
            os.environ.setdefault(ALLOCATOR, SYSTEM)
        code = main(sys.argv[1:])
    except KeyboardInterrupt:  # before the handler was there
        code = 130
    except (ImportError, OSError) as error:
        # Parts of the program are loaded when they are needed, and the system may refuse one: too many open files.
        code = _say_missing(error)
    # All is written and checked by now; tearing the interpreter down would only take time.
    os._exit(code)


def main(arguments: Sequence[str]) -> int:
    """Run the command line ``arguments``; the exit code."""
    try:
        if COMPLETION_VARIABLE in os.environ:
            return _complete(os.environ[COMPLETION_VARIABLE], arguments)
        if list(arguments) in VERSION_FLAGS and _say_version():
            return 0
        return _run(arguments)
    except KeyboardInterrupt:
        return 130


def _say_missing(error: Exception) -> int:
    """Tell which part of the program could not be loaded, with as few other parts as can be."""
    if sys.stderr is not None:
        print(f"rvhctl: cannot load the program: {error}", file=sys.stderr, flush=True)
    return 1


def _say_version() -> bool:
    """Before Typer is imported, which takes five times as long; whether it worked, or needs an explanation."""
    from rvhctl.cli.version import describe

    try:
        print(describe(), flush=True)
    except OSError:
        return False
    return sys.stdout is not None


def _run(arguments: Sequence[str]) -> int:
    import gc

    # Nothing that is imported here ever becomes garbage; looking for it would only take time.
    gc.disable()
    from typer._click.exceptions import ClickException

    from rvhctl.app import command_line
    from rvhctl.cli.report import message
    from rvhctl.errors import ExitCode, ReaderGoneError, RvhctlError, WriteError
    from rvhctl.streams import progress
    from rvhctl.streams.sink import buffer_output

    gc.freeze()
    # Rows of an answer are many small objects, and none of them is in a cycle.
    gc.set_threshold(50_000)
    gc.enable()
    buffer_output()
    code = 0
    try:
        result = command_line().main(args=list(arguments), prog_name="rvhctl", standalone_mode=False)
        code = result if isinstance(result, int) else 0
        if code == ExitCode.INTERRUPTED:
            return code  # no last flush: whoever reads the answer may have stopped reading
    except ReaderGoneError as error:
        return error.exit_code
    except WriteError as error:
        message(str(error))
        return error.exit_code
    except RvhctlError as error:
        message(str(error))
        code = error.exit_code
    except ClickException as error:
        from rvhctl.cli.usage import explain
        from rvhctl.commands import COMMANDS

        code = explain(error, arguments, COMMANDS)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except MemoryError:
        message("out of memory")
        code = 1
    finally:
        progress.end()
    return _flushed(code)


def _complete(shell: str, arguments: Sequence[str]) -> int:
    """Answer a shell's script after a TAB; a line that nothing can be made of has no answer, and no message."""
    from rvhctl.app import command_line
    from rvhctl.completion.answer import answer

    try:
        answer(command_line(), shell, arguments)
    except Exception:
        return 1
    return 0


def _interrupt(*_: object) -> None:
    """The first ^C ends the run; a second must not disturb the cleaning up."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _flushed(code: int) -> int:
    """The last flush; what it cannot write is an error, too."""
    if sys.stdout is None:
        return code
    from rvhctl.cli.report import message
    from rvhctl.errors import ReaderGoneError, WriteError
    from rvhctl.streams.sink import Sink

    try:
        Sink().flush()
    except ReaderGoneError as error:
        return error.exit_code
    except WriteError as error:
        message(str(error))
        return code or error.exit_code
    return code


if __name__ == "__main__":
    entry()
