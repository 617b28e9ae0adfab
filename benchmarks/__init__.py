"""rvhctl against its peers, as ratios in one run: ``python -m benchmarks`` (see README.md beside this)."""
