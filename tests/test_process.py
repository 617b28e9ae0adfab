"""The program as the shell sees it: pipes, signals, exit codes, full disks, terminals."""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from support.processes import children, gone, wait_until
from support.program import ENTRY, PATIENCE, Program

from rvhctl import __main__
from rvhctl.core.words import COMPILED
from rvhctl.placement.jump import jump_hash

FAILOVER = ("failover", "--nodes", "a,b,c", "--latencies", "50,200,75", "--threshold", "100")
FAULTSET = ("faultset", "--nodes", "a:52.37:4.90:12,b:52.31:4.76:9", "--threshold", "10")
JUMP_HASH = ("jump-hash", "-k", "foo", "-b", "5")
STREAM = ("jump-hash", "-b", "5")
BATCH = ("jump-hash", "--batch", "-b", "5")
REQUEST = b'{"key":"foo"}\n'
ANSWERED = b'{"index":%d,"ok":true,"bucket":3}\n'


def nodes(count: int) -> bytes:
    return b"".join(b'{"id":"n%d","lat":1,"lon":2,"latency":%d}\n' % (row, row % 100) for row in range(count))


# The old packages' commands


@pytest.mark.parametrize(
    ("arguments", "out"), [(FAILOVER, b"a\nc\n"), (FAULTSET, b"b\n"), (JUMP_HASH, b"3\n")]
)
@pytest.mark.parametrize("mode", [(), ("--async",)])
def test_a_command_sync_and_async(
    program: Program, arguments: tuple[str, ...], mode: tuple[str, ...], out: bytes
) -> None:
    assert program.run(*arguments, *mode) == (0, out, "")


def test_python_m(program: Program) -> None:
    command = [sys.executable, "-m", "rvhctl", *JUMP_HASH]
    done = subprocess.run(command, env=program.environment, capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"3\n", b"")


def test_the_version_names_the_core_under_test(program: Program) -> None:
    from rvhctl.core.words import COMPILED

    for flags in (("-V",), ("--version",), ("failover", "-V")):
        code, out, err = program.run(*flags)
        assert (code, err) == (0, "")
        assert out.startswith(b"rvhctl ")
        assert (b"core: compiled" in out) == COMPILED


# The reader of the pipe goes away


@pytest.mark.parametrize("unbuffered", [{}, {"PYTHONUNBUFFERED": "1"}])
@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (STREAM, b"foo\n" * 1_000_000),
        ((*STREAM, "-o", "ndjson"), b"foo\n" * 100_000),
        ((*STREAM, "-o", "json"), b"foo\n" * 100_000),
        ((*STREAM, "-o", "table"), b"foo\n" * 5_000),
        (BATCH, REQUEST * 50_000),
        (("failover", "--th", "99", "-o", "csv"), nodes(10_000)),
        (("faultset", "--th", "99", "-o", "ndjson"), nodes(10_000)),
    ],
)
def test_head_ends_a_long_answer_without_a_word(
    program: Program, arguments: tuple[str, ...], stdin: bytes, unbuffered: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "input").write_bytes(stdin)
    with (
        open(tmp_path / "input", "rb") as file,
        program.start(*arguments, stdin=file, environment=unbuffered) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1)
        process.stdout.close()
        assert (process.wait(PATIENCE), process.stderr.read()) == (141, b"")


@pytest.mark.parametrize(
    "arguments", [JUMP_HASH, ("-h",), ("failover", "-h"), ("-V",), ("completion", "bash")]
)
def test_nobody_reads_a_short_answer(program: Program, arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert program.run(*arguments, stdout=writer) == (141, None, "")
    finally:
        os.close(writer)


@pytest.mark.parametrize("unbuffered", [{}, {"PYTHONUNBUFFERED": "1"}])
def test_a_long_answer_arrives_whole(program: Program, unbuffered: dict[str, str]) -> None:
    code, out, err = program.run(*STREAM, "-o", "json", stdin=b"foo\n" * 50_000, environment=unbuffered)
    assert (code, err) == (0, "")
    assert len(out) == 50_000 * len(b'{"key":"foo","bucket":3},') + 2


# What cannot be written


FULL = "/dev/full"  # only Linux has it
NO_SPACE, TOO_LARGE = os.strerror(errno.ENOSPC), os.strerror(errno.EFBIG)


def no_byte_more() -> None:
    """Where there is no full device, a limit on the size of files does."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


COMMANDS = [
    *((*JUMP_HASH, "-o", format_) for format_ in ("plain", "json", "ndjson", "csv", "tsv", "table")),
    *((*FAILOVER, "-o", format_) for format_ in ("plain", "json", "ndjson", "csv", "tsv", "table")),
    (*FAULTSET, "-o", "table"),
    ("-h",),
    ("jump-hash", "--help"),
    ("-V",),
    ("completion", "zsh"),
]


@pytest.mark.parametrize("arguments", [*COMMANDS, STREAM, BATCH], ids=" ".join)
def test_a_full_disk(program: Program, arguments: tuple[str, ...], tmp_path: Path) -> None:
    with open(FULL if os.path.exists(FULL) else tmp_path / "small", "wb") as full:
        answer = program.run(*arguments, stdin=REQUEST, stdout=full, preexec_fn=no_byte_more)
    assert answer == (1, None, f"rvhctl: write error: {NO_SPACE if os.path.exists(FULL) else TOO_LARGE}\n")


@pytest.mark.parametrize("arguments", [JUMP_HASH, FAILOVER, ("-h",), ("-V",)], ids=" ".join)
def test_closed_streams(program: Program, arguments: tuple[str, ...]) -> None:
    def closed(which: str) -> tuple[int, bytes, str]:
        command = ["sh", "-c", f'exec "$@" {which}', "sh", *program.command(*arguments)]
        done = subprocess.run(command, env=program.environment, capture_output=True, timeout=PATIENCE)
        return done.returncode, done.stdout, done.stderr.decode()

    normal = closed("")
    assert closed(">&-") == (1, b"", "rvhctl: write error: standard output is closed\n")
    assert closed("<&-") == normal
    assert closed("2>&-") == normal
    assert closed("<&- >&- 2>&-") == (1, b"", "")


def test_a_usage_error_needs_no_standard_output(program: Program) -> None:
    command = ["sh", "-c", 'exec "$@" >&-', "sh", *program.command("nonsense")]
    done = subprocess.run(command, env=program.environment, capture_output=True, timeout=PATIENCE)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_no_standard_input_is_a_usage_error(program: Program) -> None:
    command = ["sh", "-c", 'exec "$@" <&-', "sh", *program.command(*STREAM)]
    done = subprocess.run(command, env=program.environment, capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"no input" in done.stderr


# Slow producers are answered before they end


def compressed(part: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH)


@pytest.mark.parametrize(
    ("arguments", "first", "answer"),
    [
        (STREAM, b"foo\nbar", b"3\n"),
        ((*STREAM, "-j", "2"), b"foo\nbar", b"3\n"),
        ((*STREAM, "-0"), b"foo\0bar", b"3\n"),
        (STREAM, compressed(b"foo\n"), b"3\n"),
        ((*STREAM, "-o", "ndjson"), b"foo\nbar", b'{"key":"foo","bucket":3}\n'),
        ((*STREAM, "-o", "csv"), b"foo\nbar", b"key,bucket\nfoo,3\n"),
        ((*STREAM, "-i", "ndjson", "-a"), b'"foo"\n"b', b'{"key":"foo","bucket":3}\n'),
        ((*STREAM, "-i", "csv"), b"key,n\nfoo,1\nba", b"key,bucket\nfoo,3\n"),
        ((*STREAM, "-i", "tsv", "-o", "plain"), b"n\tkey\n1\tfoo\n2", b"3\n"),
        ((*STREAM, "--field", "k"), b'k,n\nfoo,1\nbar,"', b"k,n,bucket\nfoo,1,3\n"),
        ((*STREAM, "--field", "k", "--only", "3"), b"k,n\nfoo,1\nbar", b"k,n\nfoo,1\n"),
        ((*STREAM, "--field", "k", "-o", "ndjson"), b"k\nfoo\nbar", b'{"k":"foo","bucket":3}\n'),
        (BATCH, REQUEST + b"{", ANSWERED % 0),
        ((*BATCH, "-j", "2"), REQUEST + b"{", ANSWERED % 0),
        (
            ("failover", "--batch", "--async", "--threshold", "5"),
            b'{"ids":["a"],"latencies":[1]}\n{',
            b'{"index":0,"ok":true,"survivors":["a"]}\n',
        ),
    ],
)
def test_the_answer_comes_before_the_input_ends(
    program: Program, arguments: tuple[str, ...], first: bytes, answer: bytes
) -> None:
    with program.start(*arguments) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(first)
        process.stdin.flush()
        answered = b""
        while len(answered) < len(answer):
            assert select.select([process.stdout], [], [], PATIENCE)[0], "no answer while the input is open"
            answered += os.read(process.stdout.fileno(), len(answer) - len(answered))
        process.kill()
    assert answered == answer


# python -OO: no docstrings, no assertions


def test_commands_do_not_need_docstrings_or_assertions() -> None:
    core = "compiled" if COMPILED else "interpreted"
    folder = Path(__file__).parent / "commands"
    commands = [folder / f"test_{name}.py" for name in ("failover", "faultset", "help", "jump_hash")]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"--core={core}", *commands],
        env=os.environ | {"PYTHONOPTIMIZE": "2"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert run.returncode == 0, run.stdout


# ^C


@pytest.mark.parametrize(
    "arguments",
    [STREAM, (*STREAM, "-o", "ndjson"), BATCH, (*BATCH, "-j", "2"), (*BATCH, "-j", "2", "--unordered")],
    ids=" ".join,
)
def test_interrupted_in_a_long_stream(program: Program, arguments: tuple[str, ...]) -> None:
    line = REQUEST if "--batch" in arguments else b"foo\n"
    with (
        subprocess.Popen(["yes", line.decode().rstrip()], stdout=subprocess.PIPE) as producer,
        program.start(*arguments, stdin=producer.stdout, start_new_session=True) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        workers: set[int] = set()
        if "-j" in arguments:
            while not workers:  # they start when there is enough work for them
                process.stdout.read(1 << 16)
                workers = children(process.pid)
        process.stdout.read(1 << 16)
        # Nobody reads on: the program is, or soon will be, stuck in a write.
        os.killpg(process.pid, signal.SIGINT)
        assert (process.wait(PATIENCE), process.stderr.read()) == (130, b"")
        producer.kill()
    for worker in workers:
        wait_until(lambda worker=worker: gone(worker), "the end of a worker")


def test_interrupted_while_it_waits_for_input(program: Program) -> None:
    for arguments in (("failover", "--threshold", "5"), BATCH):
        with program.start(*arguments) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            # More than a pipe holds: once it is written, the program is reading.
            process.stdin.write(b" " * (1 << 21))
            process.stdin.flush()
            # As people do: again, if the first falls just between a look for signals and the next read.
            wait_until(lambda: process.send_signal(signal.SIGINT) or process.poll(), "the end")
            assert (process.returncode, process.stdout.read(), process.stderr.read()) == (130, b"", b"")
            process.stdin.close()


def test_interrupted_while_nobody_reads_the_answer(program: Program) -> None:
    """What is left of the answer is not waited for."""
    with program.start(*STREAM) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        os.set_blocking(process.stdin.fileno(), False)
        # Line by line, until the program takes no more: its answers fill the pipe that nobody reads.
        while select.select([], [process.stdin], [], 1)[1]:
            with suppress(BlockingIOError):
                os.write(process.stdin.fileno(), b"foo\n" * 100)
        process.send_signal(signal.SIGINT)
        assert (process.wait(PATIENCE), process.stderr.read()) == (130, b"")


PRESSED = f"""
import sys
class Pressed:
    def find_spec(self, name, *_):
        if name == "signal":
            raise KeyboardInterrupt
sys.modules.pop("signal", None)
sys.meta_path.insert(0, Pressed())
{ENTRY}
"""


def test_interrupted_before_there_is_a_handler(program: Program) -> None:
    command = [sys.executable, "-c", PRESSED, *JUMP_HASH]
    done = subprocess.run(command, env=program.environment, capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_a_second_interruption_is_not_heard() -> None:
    handler = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt):
            __main__._interrupt()
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, handler)


def test_workers_end_with_a_parent_that_is_killed(program: Program) -> None:
    with (
        subprocess.Popen(["yes", REQUEST.decode().rstrip()], stdout=subprocess.PIPE) as producer,
        program.start(*BATCH, "-j", "2", stdin=producer.stdout) as process,
    ):
        assert process.stdout is not None
        workers: set[int] = set()
        while not workers:
            process.stdout.read(1 << 16)
            workers = children(process.pid)
        process.kill()
        process.stdout.close()
        process.wait(PATIENCE)
        producer.kill()
    for worker in workers:
        wait_until(lambda worker=worker: gone(worker), "the end of a worker")


# A line of any length


def test_a_line_of_60_megabytes(program: Program) -> None:
    key = b"x" * 60_000_000
    done = subprocess.run(
        program.measured(*STREAM),
        env=program.environment,
        input=b"foo\n" + key + b"\nfoo\n",
        capture_output=True,
        timeout=PATIENCE,
    )
    assert done.stdout == b"3\n%d\n3\n" % jump_hash(key, 5)
    # The line, what it was read into, and now and then a copy by a C library that cannot let that grow in place.
    assert int(done.stderr) <= 3.5 * len(key)


@pytest.mark.parametrize(
    "line",
    [
        "failover --threshold 5 -o csv nodes.csv",
        "faultset --relative 2 -p auto --plan nodes.csv",
        "faultset --relative 2 --by zone -o html nodes.csv",
        "jump-hash -b 4 --stats nodes.csv",
        "jump-hash --nodes a,b --max-load 1.5 --async nodes.csv",
        "completion bash",
    ],
)
def test_nothing_is_kept_unasked(line: str, program: Program, tmp_path: Path) -> None:
    """No cache, no history, no settings."""
    text = "id,key,zone,lat,lon,latency\n" + "".join(f"{n},k{n},z,{n},{n},{n}\n" for n in range(1, 9))
    (tmp_path / "nodes.csv").write_text(text)
    places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(tmp_path))
    code, out, _ = program.run(*line.split(), environment=places, cwd=tmp_path)
    assert (code, bool(out)) == (0, True)
    assert [path.name for path in tmp_path.rglob("*")] == ["nodes.csv"]
