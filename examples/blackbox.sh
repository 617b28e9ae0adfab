#!/usr/bin/env bash
# Rank what Prometheus and its blackbox exporter measured.
#
# db-2 refuses connections at once, so its probe is the shortest of all. A duration counts only where the
# probe succeeded; elsewhere the latency is null, which is no measurement, and such a node never survives.
#
# The two files are answers of the instant queries probe_duration_seconds and probe_success.
set -euo pipefail
cd "$(dirname "$0")"

jq -cs '
  (.[1].data.result | map({key: .metric.instance, value: (.value[1] == "1")}) | from_entries) as $succeeded
  | .[0].data.result[]
  | {
      id: .metric.instance,
      latency: (if $succeeded[.metric.instance] then (.value[1] | tonumber) * 1000 else null end)
    }
' probe_duration.json probe_success.json |
  rvhctl failover --threshold 100
