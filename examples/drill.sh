#!/usr/bin/env bash
# Does the inventory hold if any one node or zone fails? The exit code answers, 3 where a group is overloaded.
set -uo pipefail
cd "$(dirname "$0")"

for fill in 60% 50%; do
  rvhctl faultset --by zone --drill both --spill capacity --fill "$fill" --fail-on overload -n 2 -o plain inventory.csv 2> /dev/null
  echo "at $fill: exit code $?"
done
