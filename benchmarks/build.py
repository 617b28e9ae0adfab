"""What a run needs beside its data: the C programs, and rvhctl as pip would install it."""

from __future__ import annotations

import compileall
import subprocess
import sys
from pathlib import Path

from benchmarks.processes import ROOT
from benchmarks.rows import Built
from benchmarks.rows.common import PEERS

# The script that pip (before 25.1) writes for an entry point; its "import re" is part of what users wait for.
ENTRY_SCRIPT = """\
#!{python}
# -*- coding: utf-8 -*-
import re
import sys
from rvhctl.__main__ import entry
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(entry())
"""


def build(folder: Path) -> Built:
    """Everything into ``folder``; a C program that does not build is a peer that is not there."""
    script = folder / "rvhctl"
    script.write_text(ENTRY_SCRIPT.format(python=sys.executable))
    script.chmod(0o755)
    # An installer leaves bytecode behind; without it every start would compile some forty modules.
    compileall.compile_dir(ROOT / "rvhctl", quiet=1)
    programs: dict[str, str] = {}
    failures: dict[str, str] = {}
    for source in sorted(PEERS.glob("*.c")):
        program = folder / source.stem
        try:
            run = subprocess.run(
                ["cc", "-O3", "-o", str(program), str(source)], capture_output=True, text=True
            )
            failed = run.returncode != 0
            errors = [line for line in run.stderr.splitlines() if "error" in line]
            why = (errors or [f"exit code {run.returncode}"])[0].replace(f"{PEERS}/", "")
        except OSError as error:
            failed, why = True, str(error)
        if failed:
            failures[source.stem] = f"cc failed: {why}"
        else:
            programs[source.stem] = str(program)
    return Built(str(script), programs, failures)
