"""The edge of the process: run the program, errors to exit codes, the last flush, ^C, a broken pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

COMPLETION_VARIABLE = "_RVHCTL_COMPLETE"


def entry() -> NoReturn:
    """The program, as the shell calls it."""
    code = main(sys.argv[1:])
    # All is written and checked by now; tearing the interpreter down would only take time.
    os._exit(code)


def main(arguments: Sequence[str]) -> int:
    """Run the command line ``arguments``; the exit code."""
    try:
        code = _run(arguments)
    except KeyboardInterrupt:
        code = 130
    return _flush(code)


def _run(arguments: Sequence[str]) -> int:
    if list(arguments) in (["-V"], ["--version"]):
        # Answered before Typer is imported, which takes five times as long.
        from rvhctl.version import describe

        return _print(describe())

    from rvhctl.app import app
    from rvhctl.errors import ReaderGoneError, RvhctlError
    from rvhctl.report import message

    if COMPLETION_VARIABLE in os.environ:
        from typer._completion_classes import completion_init

        completion_init()

    from typer._click.exceptions import ClickException
    from typer.main import get_command

    try:
        result = get_command(app).main(args=list(arguments), prog_name="rvhctl", standalone_mode=False)
    except ReaderGoneError as error:
        return error.exit_code
    except RvhctlError as error:
        message(str(error))
        return error.exit_code
    except ClickException as error:
        from rvhctl.usage import explain

        return explain(error)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 1
    except (BrokenPipeError, MemoryError) as error:
        if isinstance(error, MemoryError):
            message("out of memory")
            return 1
        return 141
    return result if isinstance(result, int) else 0


def _print(text: str) -> int:
    try:
        sys.stdout.write(text + "\n")
    except (OSError, AttributeError):
        return 1
    return 0


def _flush(code: int) -> int:
    """The last flush; what it cannot write is an error, too."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        return 141
    except OSError as error:
        from rvhctl.report import message

        message(f"write error: {error.strerror}")
        return code or 1
    return code


if __name__ == "__main__":
    entry()
