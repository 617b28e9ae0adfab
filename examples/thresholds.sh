#!/usr/bin/env bash
# How many nodes survive, region by region, at which threshold? One request a line, one answer a line.
set -euo pipefail
cd "$(dirname "$0")"

jq -c '(10, 25, 50, 100, 150, 200) as $limit | {id: "\($limit) ms", nodes: ., threshold: $limit, precision: 2}' nodes.json |
  rvhctl faultset --batch |
  jq -r '"\(.id): \(.survivors | length) nodes"'
