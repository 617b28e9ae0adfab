"""Write what the program prints now into the documents' sessions and the examples' outputs.

``PYTHONPATH=. python tests/support/update_docs.py``; then read the difference before it is committed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import test_docs as docs


def update_sessions(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for block in docs.blocks_of(document):
        if block.language != "console":
            continue
        with tempfile.TemporaryDirectory() as folder:
            environment = docs.shell_environment(Path(folder))
            answers = docs.run_session(
                docs.session_of(block.text), docs.folder_with_examples(Path(folder)), environment
            )
        session = "".join(shown(answer) for answer in answers)
        text = text.replace(f"```console\n{block.text}```", f"```console\n{session}```")
    document.write_text(text, encoding="utf-8")


def shown(command: docs.Command) -> str:
    first, *rest = command.text.splitlines(keepends=True)
    return "".join([f"$ {first}", *(f"> {line}" for line in rest), command.output])


def update_example(script: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = docs.shell_environment(Path(folder))
        run = docs.bash(f"examples/{script.name}", docs.folder_with_examples(Path(folder)), environment)
    sys.stderr.write(run.stderr)
    script.with_suffix(".out").write_text(run.stdout, encoding="utf-8")


if __name__ == "__main__":
    for document in docs.DOCUMENTS:
        update_sessions(document)
    for script in docs.SCRIPTS:
        update_example(script)
