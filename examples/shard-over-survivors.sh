#!/usr/bin/env bash
# The best node of each region that answers within 150 ms, and the one of them that owns each key.
#
# Keys are placed on the whole fleet, of which these are live: a key moves only when its own node comes or goes.
set -euo pipefail
cd "$(dirname "$0")"

live=$(mktemp)
trap 'rm -f "$live"' EXIT

rvhctl faultset --threshold 150 --precision 1 --top 1 -o plain nodes.json >"$live"
echo "live: $(paste -sd ' ' "$live")"

printf '%s\n' user:41 user:42 user:43 |
  rvhctl jump-hash --nodes nodes.json --live "$live" -o tsv |
  awk -F '\t' 'NR > 1 {print $1, "->", $3}'
