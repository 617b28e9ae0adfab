"""TAB in real shells, each with the script where its users put it: in every shell that is installed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.program import Program
from support.shells import PROMPT, SHELLS, Shell

EXAMPLES = Path(__file__).parents[2] / "examples"

INSTALLED = {
    "bash": ".local/share/bash-completion/completions/rvhctl",
    "zsh": ".zfunc/_rvhctl",
    "fish": ".config/fish/completions/rvhctl.fish",
}
LAZY = "/usr/share/bash-completion/bash_completion"
"""It reads the script at the first TAB."""

LOADED = {
    "bash": f"source {LAZY if Path(LAZY).exists() else INSTALLED['bash']}\n",
    "zsh": "fpath+=(~/.zfunc); autoload -Uz compinit; compinit -u\n",
    "fish": "",
}
EVALUATED = {
    "bash": 'eval "$(rvhctl completion bash)"\n',
    "zsh": 'autoload -Uz compinit; compinit -u; eval "$(rvhctl completion zsh)"\n',
    "fish": "rvhctl completion fish | source\n",
}
TABS = {"bash": "\t\t", "zsh": "\t", "fish": "\t"}
"""What shows what fits."""

LEFT = "\x1b[D"

STRANGE_IDS = [
    "apo's",
    'b"quote',
    "c two words",
    "d$(touch harm)",
    "e`touch harm`",
    "f\\slash",
    "g[2001:db8::1]:443",
    "h:80",
    "i=value",
    "j*",
    "k~",
    "l#",
    "m;|&",
    "ü",
]


def home_of(folder: Path, program: Program) -> dict[str, str]:
    """Make ``folder`` a home with the examples and the program; the environment that finds it."""
    shutil.copytree(EXAMPLES, folder / "examples")
    shim = folder / "bin" / "rvhctl"
    shim.parent.mkdir()
    command = " ".join(f"'{word}'" for word in program.command())
    shim.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    shim.chmod(0o755)
    return program.environment | {"PATH": f"{shim.parent}:{program.environment['PATH']}"}


@pytest.fixture(scope="module", params=SHELLS)
def installed(
    request: pytest.FixtureRequest, program: Program, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    name, home = request.param, tmp_path_factory.mktemp("home")
    environment = home_of(home, program)
    script = home / INSTALLED[name]
    script.parent.mkdir(parents=True)
    script.write_bytes(program.run("completion", name)[1])
    ids = [{"id": node_id, "latency": 1} for node_id in STRANGE_IDS]
    (home / "strange.json").write_text(json.dumps(ids))
    with Shell(name, home, environment, LOADED[name]) as shell:
        yield shell


@pytest.fixture
def shell(installed: Shell) -> Shell:
    installed.clear()
    return installed


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("rvhctl fai", "rvhctl failover "),
        ("rvhctl failover --thr", "rvhctl failover --threshold "),
        ("rvhctl jump-hash --output=nd", "rvhctl jump-hash --output=ndjson "),
        ("rvhctl faultset exa", "rvhctl faultset examples/"),
        ("rvhctl faultset --memory=exa", "rvhctl faultset --memory=examples/"),
        ("rvhctl faultset examples/nodes.json --down=EI", "rvhctl faultset examples/nodes.json --down=EIDW"),
    ],
)
def test_what_fits_alone_is_written(typed: str, completed: str, shell: Shell) -> None:
    shell.type(f"{typed}\t")
    shell.wait_for(f"^{re.escape(PROMPT + completed.strip())}$")
    shell.type("!")
    shell.wait_for(f"^{re.escape(PROMPT + completed)} ?!$")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("rvhctl fa", ["failover", "faultset"]),
        ("rvhctl faultset --on-", ["--on-degraded", "--on-down", "--on-error"]),
        ("rvhctl faultset examples/nodes.json --down EI,EH", ["EHAM", "EHEH", "EHRD"]),
    ],
)
def test_what_fits_is_shown(typed: str, shown: list[str], shell: Shell) -> None:
    shell.type(typed + TABS[shell.name])
    for word in shown:
        shell.wait_for(rf"^[^>]*(?<![\w-]){word}\b")


def test_a_description_keeps_its_apostrophes(shell: Shell) -> None:
    shell.type(f"rvhctl faultset --a{TABS[shell.name]}")
    shell.wait_for(
        "--aggregate" if shell.name == "bash" else "Make the latency out of a node's samples: median"
    )


def test_nothing_fits_where_a_number_belongs(shell: Shell) -> None:
    shell.type("rvhctl faultset --threshold \t\t!")
    shell.wait_for(f"^{PROMPT}rvhctl faultset --threshold !$")


def test_the_file_may_stand_behind_the_cursor(shell: Shell) -> None:
    rest = " examples/nodes.json"
    shell.type(f"rvhctl faultset --down EI{rest}{LEFT * len(rest)}\t!")
    # fish shows its scripts nothing of that.
    shell.wait_for(f"^{PROMPT}rvhctl faultset --down EI{'' if shell.name == 'fish' else 'DW'} ?! *{rest}$")


def test_an_id_is_data(shell: Shell) -> None:
    """Completed and run, each is one word again, whatever it would mean to the shell; also in quotes."""
    begun = {node_id[0]: node_id for node_id in STRANGE_IDS}
    begun |= {f"{quote}{letter}": begun[letter] for quote in "'\"" for letter in "abdf"}
    shell.type("rvhctl failover strange.json " + " ".join(f"--down {start}\t" for start in begun))
    shell.type(" > words; echo do''ne\x01printf '%s\\n' \r")
    shell.wait_for("^done$")
    words = (shell.home / "words").read_text(encoding="utf-8").splitlines()
    assert words[4::2] == [*begun.values()]


@pytest.mark.parametrize("name", SHELLS)
def test_the_script_may_be_evaluated(name: str, program: Program, tmp_path: Path) -> None:
    with Shell(name, tmp_path, home_of(tmp_path, program), EVALUATED[name]) as shell:
        shell.type("rvhctl jump-hash -o nd\t!")
        shell.wait_for(f"^{PROMPT}rvhctl jump-hash -o ndjson !$")
