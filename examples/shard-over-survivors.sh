#!/usr/bin/env bash
# The best node of each region that answers within 150 ms, and the one of them that owns each key.
#
# The list is sorted by name, so that the number of a node does not depend on today's latencies.
set -euo pipefail
cd "$(dirname "$0")"

owners=$(mktemp)
trap 'rm -f "$owners"' EXIT

rvhctl faultset --threshold 150 --precision 1 --top 1 -o plain nodes.json | LC_ALL=C sort >"$owners"
echo "owners: $(paste -sd ' ' "$owners")"

printf '%s\n' user:41 user:42 user:43 |
  rvhctl jump-hash --buckets "$(wc -l <"$owners")" -o tsv |
  awk -F '\t' 'NR == FNR {owner[NR - 1] = $1; next} FNR > 1 {print $1, "->", owner[$2]}' "$owners" -
