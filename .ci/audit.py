"""Look up what is known against the packages that CI and a release are made with; code 1 where something is.

Where no advisories are in reach it says so, and 0: that is no fault of the change that is checked.
"""

from __future__ import annotations

import json
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


def main() -> int:
    files = [part for name in ("requirements.txt", "build.txt") for part in ("-r", str(HERE / name))]
    try:
        run = subprocess.run([*COMMAND, "-f", "json", *files], capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        print("pip-audit: no answer within 300 s, so nothing is looked up here")
        return 0
    if not run.stdout:
        print(f"pip-audit: {run.stderr.strip().splitlines()[-1]}, so nothing is looked up here")
        return 0
    packages = json.loads(run.stdout)["dependencies"]
    found = [(package, each) for package in packages for each in package.get("vulns", [])]
    for package, each in found:
        print(f"{package['name']} {package['version']}: {each['id']}, mended in {each['fix_versions']}")
    known = sum("vulns" in package for package in packages)
    if not known:
        print("pip-audit: no advisories in reach, so nothing is looked up here")
    else:
        print(f"pip-audit: {known} of {len(packages)} packages looked up, {len(found)} advisories apply")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
