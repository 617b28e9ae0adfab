#!/usr/bin/env bash
# list-installed.sh WHEEL FILE: what an installation of a wheel brings, as an SBOM in CycloneDX's JSON.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Without pip, which no user gets with the wheel.
python3 -m venv --without-pip "$scratch/installed"
python3 -m venv "$scratch/tools"
"$scratch/tools/bin/pip" install -q cyclonedx-bom
"$scratch/tools/bin/pip" --python "$scratch/installed/bin/python" install -q "$1"
"$scratch/tools/bin/cyclonedx-py" environment --output-reproducible --output-format JSON --output-file "$2" \
    "$scratch/installed/bin/python"
