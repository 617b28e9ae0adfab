#!/usr/bin/env bash
# Split a list of tests over the runners of a CI job, and see what a fifth runner would move.
set -euo pipefail

tests=$(seq -f 'tests/test_%02g.py' 12)

for runner in 0 1 2 3; do
  echo "runner $runner of 4:"
  rvhctl jump-hash --buckets 4 -o tsv <<<"$tests" | awk -F '\t' -v runner="$runner" '$2 == runner {print "  " $1}'
done

echo "with a fifth runner:"
paste <(rvhctl jump-hash --buckets 4 <<<"$tests") <(rvhctl jump-hash --buckets 5 <<<"$tests") <(echo "$tests") |
  awk '$1 != $2 {print "  " $3 " moves from " $1 " to " $2}'
