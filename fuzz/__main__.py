"""``python -m fuzz [TARGET ...]``: let the engine look for what a target gets wrong; see ``fuzz/__init__.py``."""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Final

sys.path.append(str(Path(__file__).parents[1] / "tests"))  # for what stands in tests/support

from fuzz import corpus
from fuzz.cores import Core, load
from fuzz.keeping import worth_keeping
from fuzz.sanitized import is_sanitized, rerun
from fuzz.target import Target

FOUND: Final = Path(__file__).parent / "found"

LOST: Final = re.compile(r"^#(\d+)\s+\w+\s+(?:cov: (\d+) .*?)?corp: (\d+)", re.MULTILINE)
"""How the engine says how far it is; of branches nothing where it saw none."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    add = parser.add_argument
    add("targets", metavar="TARGET", nargs="*", help="names of targets (default: all; see --list), or FILE")
    add("--seconds", type=int, default=60, help="of each target (default: %(default)s)")
    add("--runs", type=int, default=-1, help="inputs of each target, however long that takes")
    add("--seed", type=int, default=0, help="of the engine's random numbers (default: another each time)")
    add("--keep", action="store_true", help="put what reaches new branches into the corpus")
    add(
        "--sanitize", action="store_true", help="build the compiled core with sanitizers, and fuzz that alone"
    )
    add("--list", action="store_true", help="name the targets and stop")
    options = parser.parse_args()
    if options.sanitize and not is_sanitized():
        return rerun(sys.argv[1:])

    cores = [load(compiled=True)] if is_sanitized() else both_cores()
    targets = cores[0].targets
    files = [Path(name) for name in options.targets if name not in targets]
    names = [name for name in options.targets if name in targets] or list(targets)
    if options.list:
        print(*names, sep="\n")
        return 0
    if missing := [str(file) for file in files if not file.is_file()]:
        parser.error(f"neither a target nor a file: {', '.join(missing)}; targets are {', '.join(targets)}")
    if files:
        for name in names:
            for file in files:
                check(cores, name, file.read_bytes())
        return 0
    limit = [f"-runs={options.runs}"] if options.runs >= 0 else [f"-max_total_time={options.seconds}"]
    limit.append(f"-seed={options.seed}")
    failed = [name for name in names if not fuzzed(cores, name, limit, options.keep)]
    if failed:
        print(f"WRONG: {', '.join(failed)}")
    return 1 if failed else 0


def both_cores() -> list[Core]:
    """The interpreted core, whose branches are counted, and the compiled one if it is there."""
    import atheris

    with redirect_stderr(StringIO()):  # it names every module
        counting = atheris.instrument_imports(include=["rvhctl"], enable_loader_override=False)
        interpreted = load(compiled=False, counting=counting)
    compiled = load(compiled=True)
    return [interpreted, compiled]


def check(cores: Sequence[Core], name: str, data: bytes) -> None:
    """Answer one input on each core.

    Raises:
        AssertionError: an answer is wrong, or they differ; or whatever else a target raises.
    """
    answers = [core.answer(name, data) for core in cores]
    if len(answers) == 1:
        return
    # By their texts, in which NaN is NaN.
    assert len(set(map(repr, answers))) == 1, f"the cores differ: {answers}"


def fuzzed(cores: Sequence[Core], name: str, limit: list[str], keep: bool) -> bool:
    """Fuzz a target in a process of its own, and say how it went; False if something is wrong."""
    with tempfile.TemporaryDirectory(prefix="rvhctl-fuzz-") as temporary:
        seeds, log = Path(temporary, "corpus"), Path(temporary, "log")
        seeds.mkdir()
        for number, text in enumerate(corpus.inputs(name)):
            (seeds / str(number)).write_bytes(text)
        FOUND.mkdir(exist_ok=True)
        child = os.fork()
        if not child:
            try:
                engine(cores, name, seeds, log, limit)
            except SystemExit as end:
                os._exit(1 if end.code else 0)
            finally:
                traceback.print_exc()
                os._exit(1)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said = log.read_text(errors="replace")
        progress = LOST.findall(said)
        runs, branches, size = progress[-1] if progress else ("0", "0", "0")
        # The engine sees what is compiled with its marks, and of what is interpreted what Atheris has marked.
        led = f"{branches:>6} branches, {size:>5} kept" if branches else "none of which reaches compiled code"
        print(f"{name:18} {runs:>10} inputs, {led}", flush=True)
        if code:
            print(said[-6000:])
            for file in re.findall(r"Test unit written to (\S+)", said)[-1:]:
                print(f"{name} is WRONG for the input in {os.path.relpath(file)}, which is")
                print(Path(file).read_bytes())
                print(
                    f"As a line of fuzz/corpus/{name}.txt it is tried by: pytest tests/test_fuzz.py -k {name}"
                )
        elif keep:
            texts = [file.read_bytes() for file in seeds.iterdir()]
            corpus.write(name, worth_keeping(corpus.inputs(name), texts, partial(cores[0].answer, name)))
        return code == 0


def engine(cores: Sequence[Core], name: str, seeds: Path, log: Path, limit: list[str]) -> None:
    """Run the engine, which ends the process."""
    import atheris

    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    target: Target = cores[0].targets[name]
    flags = [f"-max_len={target.longest}", f"-artifact_prefix={FOUND}/{name}-"]
    flags += ["-timeout=20", "-rss_limit_mb=4096", "-print_final_stats=1"]
    if target.tokens:
        tokens = Path(f"{seeds}.dict")
        tokens.write_text("".join(f'"{escaped(token)}"\n' for token in target.tokens))
        flags.append(f"-dict={tokens}")

    def one(data: bytes) -> None:
        try:
            check(cores, name, data)
        except BaseException:
            # The engine does so only where the process dies.
            file = FOUND / f"{name}-{hashlib.sha1(data).hexdigest()}"
            file.write_bytes(data)
            print(f"Test unit written to {file}", file=sys.stderr)
            raise

    atheris.Setup(["fuzz", *flags, *limit, str(seeds)], one)
    atheris.Fuzz()


def escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    sys.exit(main())
