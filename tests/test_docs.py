"""What the documents show is what the program does: every session, script and Python block runs.

In ``README.md``, ``CONTRIBUTING.md``, ``SECURITY.md``, ``docs/*.md``, the topics of ``rvhctl help`` and
``examples/README.md``

* a ``console`` block is a session in bash: ``$ `` starts a command, ``> `` continues it, the rest is its
  output on a terminal, stdout and stderr. A command may fail only if ``echo $?`` follows;
* a ``python`` block is a doctest;
* a ``py`` block needs libraries of others: ``test_libraries`` runs it;
* an ``sh`` block is not run, only read by ``bash -n``; ``json`` and ``yaml`` must parse; ``text`` is text.

Each block runs by itself, in a folder that holds a copy of ``examples/``.
``examples/NAME.sh`` prints ``examples/NAME.out``.
"""

from __future__ import annotations

import doctest
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

import rvhctl
from rvhctl.errors import ExitCode
from rvhctl.formats.choice import FOR_PEOPLE, FORMATS

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
DOCUMENTS = [
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "rvhctl" / "manual" / "topics").glob("*.md")),
    *sorted(EXAMPLES.glob("*.md")),
]
SCRIPTS = sorted(EXAMPLES.glob("*.sh"))
COMMANDS = [path for path in sorted((ROOT / "rvhctl" / "commands").glob("*.py")) if path.name[0] != "_"]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

SENTINEL = "---- a command of this session ends here:"


@dataclass(frozen=True)
class Block:
    document: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT).as_posix()}:{self.line}"


@dataclass
class Command:
    text: str
    output: str = ""
    status: int = 0


def blocks_of(document: Path) -> list[Block]:
    text = document.read_text(encoding="utf-8")
    return [
        Block(document, text.count("\n", 0, match.start()) + 1, match[1], match[2])
        for match in FENCE.finditer(text)
    ]


BLOCKS = [block for document in DOCUMENTS for block in blocks_of(document)]


def in_language(*languages: str) -> pytest.MarkDecorator:
    chosen = [block for block in BLOCKS if block.language in languages]
    return pytest.mark.parametrize("block", chosen, ids=str)


def session_of(text: str) -> list[Command]:
    commands: list[Command] = []
    continued = False
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            commands.append(Command(line[2:]))
            continued = True
        elif continued and line.startswith("> "):
            commands[-1].text += line[2:]
        else:
            assert commands, f"output before the first command: {line!r}"
            commands[-1].output += line
            continued = False
    return commands


def folder_with_examples(root: Path) -> Path:
    """A copy of the examples, where a session may write as it likes."""
    shutil.copytree(EXAMPLES, root / "work" / "examples")
    return root / "work"


def shell_environment(root: Path) -> dict[str, str]:
    """``rvhctl``, ``python`` and ``jq`` on the path; nothing that changes how output looks."""
    bin_folder = root / "bin"
    bin_folder.mkdir()
    python = f'exec "{sys.executable}"'
    shims = {"rvhctl": f"{python} -m rvhctl", "python": python, "python3": python}
    if shutil.which("jq") is None:
        shims["jq"] = f'{python} "{ROOT / "tests" / "support" / "jq_command.py"}"'
    for name, command in shims.items():
        shim = bin_folder / name
        shim.write_text(f'#!/bin/sh\n{command} "$@"\n')
        shim.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name == "TMPDIR"}
    return kept | {
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(Path(rvhctl.__file__).parents[1]),
        "HOME": str(root),
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
        "COLUMNS": "80",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_with_examples(tmp_path)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return shell_environment(tmp_path)


def bash(script: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def run_session(commands: list[Command], folder: Path, environment: dict[str, str]) -> list[Command]:
    """All in one shell, so that ``$?`` and variables reach the next command."""
    script = "exec 2>&1\n" + "".join(
        f"{command.text}\nstatus=$?; printf '\\n%s%s\\n' '{SENTINEL}' $status; (exit $status)\n"
        for command in commands
    )
    printed = bash(script, folder, environment).stdout
    parts = re.split(rf"\n{re.escape(SENTINEL)}(\d+)\n", printed)
    return [
        Command(command.text, output, int(status))
        for command, output, status in zip(commands, parts[::2], parts[1::2], strict=False)
    ]


@in_language("console")
def test_a_session_prints_what_the_document_shows(
    block: Block, folder: Path, environment: dict[str, str]
) -> None:
    commands = session_of(block.text)

    answers = run_session(commands, folder, environment)

    assert [(answer.text, answer.output) for answer in answers] == [
        (command.text, command.output) for command in commands
    ]
    followers = [*(command.text for command in commands[1:]), ""]
    for answer, follower in zip(answers, followers, strict=True):
        assert answer.status == 0 or follower.startswith("echo $?"), answer


@in_language("python")
def test_a_python_block_answers_what_the_document_shows(
    block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    test = doctest.DocTestParser().get_doctest(block.text, {}, str(block), str(block), 0)
    report: list[str] = []

    result = doctest.DocTestRunner(verbose=False).run(test, out=report.append)

    assert result.attempted > 0
    assert result.failed == 0, "".join(report)


@in_language("sh")
def test_a_script_block_is_good_bash(block: Block) -> None:
    checked = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True)

    assert (checked.returncode, checked.stderr) == (0, "")


@in_language("json", "yaml")
def test_a_data_block_parses(block: Block) -> None:
    read = json.loads if block.language == "json" else yaml.safe_load

    assert read(block.text)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_an_example_prints_what_lies_beside_it(
    script: Path, folder: Path, environment: dict[str, str]
) -> None:
    run = bash(f"examples/{script.name}", folder, environment)

    assert (run.stderr, run.returncode) == ("", 0)
    assert run.stdout == script.with_suffix(".out").read_text(encoding="utf-8")


def test_there_is_something_to_run() -> None:
    readme = [block.language for block in BLOCKS if block.document.name == "README.md"]

    assert readme.count("console") >= 7
    assert readme.count("python") >= 1
    assert readme.count("sh") >= 2
    assert len(SCRIPTS) >= 3


def test_every_block_is_of_a_kind_that_is_looked_at() -> None:
    known = {"console", "python", "py", "sh", "json", "yaml", "sql", "text"}

    assert [str(block) for block in BLOCKS if block.language not in known] == []
    for document in DOCUMENTS:
        fences = re.findall(r"^```", document.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(fences) == 2 * len(blocks_of(document)), document


def test_every_example_has_its_output_and_every_output_its_example() -> None:
    outputs = {path.stem for path in EXAMPLES.glob("*.out")}

    assert outputs == {path.stem for path in SCRIPTS}


def test_jq_is_here_for_the_examples_that_use_it() -> None:
    assert shutil.which("jq") or find_spec("jq"), "install rvhctl[test], or the jq command"


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("README.md", "^python3 -m venv .*faultset"),
        ("README.md", "^RVHCTL_MYPYC=1 "),
        ("README.md", "^python3 -m venv .*pytest"),
    ],
)
def test_a_document_has_one_line_to_paste(document: str, line: str) -> None:
    """``.ci/run`` finds it by the same pattern, and runs it."""
    lines = [
        text
        for block in BLOCKS
        if block.document.name == document and block.language == "sh"
        for text in block.text.splitlines()
        if re.search(line, text)
    ]

    assert len(lines) == 1
    assert f"documented {document} '{line}'" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200


def test_the_readme_says_the_same_in_both_languages() -> None:
    """Of prose a test sees only its parts: sections, lists, tables, links, numbers, and what is run."""
    english, japanese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md"))

    assert [block.text for block in blocks_of(ROOT / "README.ja.md")] == [
        block.text for block in blocks_of(ROOT / "README.md")
    ]
    assert "(README.ja.md)" in english
    assert "(README.md)" in japanese
    parts = [r"^(#+ (?:\d+\.)?)", r"^([*|] ?)", r"\]\(((?!README)[^)]*\.md)\)", r"(--[a-z-]+|`-.`)"]
    for part in (*parts, r"(?<![A-Za-z\d.])(\d+(?:\.\d+)?)(?![\d.])", r"`((?!rvhctl`)[^`\n]+)`"):
        counts = [sorted(re.findall(part, text, re.MULTILINE)) for text in (english, japanese)]
        assert counts[0] == counts[1], part


def topic(name: str) -> str:
    return (ROOT / "rvhctl" / "manual" / "topics" / f"{name}.md").read_text(encoding="utf-8")


def test_the_manual_tells_every_exit_code() -> None:
    told = re.findall(r"^\| `(\d+)` \|", topic("exit-codes"), re.MULTILINE)

    assert told == [str(int(code)) for code in ExitCode]


def test_the_manual_tells_every_format() -> None:
    table = topic("formats").partition("| Format | For |\n")[2].partition("\n\n")[0]
    told = {name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in row.split(", ")}

    assert told == {f"`{name}`" for name in (*FOR_PEOPLE, *FORMATS)}


def test_the_documents_show_every_command() -> None:
    shown = {word for block in BLOCKS for word in re.findall(r"\brvhctl ([a-z][a-z-]+)", block.text)}
    prose = {
        word for path in DOCUMENTS for word in re.findall(r"`rvhctl ([a-z][a-z-]+)", path.read_text("utf-8"))
    }

    assert {path.stem.replace("_", "-") for path in COMMANDS} <= shown | prose


def test_the_changelog_tells_the_version_that_is_worked_on() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert "## [Unreleased]" in text or f"## [{rvhctl.__version__}]" in text
    assert rvhctl.__version__ in text
