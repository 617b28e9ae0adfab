"""Look up what is known against the packages that CI and a release are made with; code 1 where something is.

Where no advisories are in reach it says so, and 0: that is no fault of the change that is checked. Any other failure of
pip-audit is code 1.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
COMMAND = [
    sys.executable,
    "-m",
    "pip_audit",
    "--require-hashes",
    "--disable-pip",
    "--progress-spinner",
    "off",
]
UNREACHED = re.compile(
    # pip-audit's own line, or the last one of a traceback: it does not catch all that requests raises.
    r"ERROR:pip_audit\._cli:Tip: your network may be blocking"
    r"|requests\.exceptions\.(\w*Timeout|ConnectionError|ProxyError|SSLError)\b"
    r"|pip_audit\._service\.interface\.ServiceError$"
)
"""How it ends where the service does not answer, or answers with a status that is an error."""


def main() -> int:
    files = [part for name in ("requirements.txt", "build.txt") for part in ("-r", str(HERE / name))]
    try:
        run = subprocess.run([*COMMAND, "-f", "json", *files], capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        print("pip-audit: no answer within 300 s, so nothing is looked up here")
        return 0
    try:
        packages = json.loads(run.stdout)["dependencies"]
    except ValueError:
        said = (run.stdout + run.stderr).strip() or f"no answer, and code {run.returncode}"
        last = said.splitlines()[-1]
        if UNREACHED.match(last):
            print(f"pip-audit: {last}, so nothing is looked up here")
            return 0
        print(f"pip-audit: {said}")
        return 1
    found = [(package, each) for package in packages for each in package.get("vulns", [])]
    for package, each in found:
        print(f"{package['name']} {package['version']}: {each['id']}, fixed in {each['fix_versions']}")
    known = sum("vulns" in package for package in packages)
    if not known:
        print("pip-audit: no advisories in reach, so nothing is looked up here")
    else:
        print(f"pip-audit: {known} of {len(packages)} packages looked up, {len(found)} advisories apply")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
