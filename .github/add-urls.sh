#!/usr/bin/env bash
# Writes into pyproject.toml where a release comes from: REPOSITORY, the address of the repository that builds it, and
# REVISION, its tag. The project itself has no address.
set -euo pipefail

cat >>pyproject.toml <<END

[project.urls]
Source = "$REPOSITORY/tree/$REVISION"
Documentation = "$REPOSITORY/tree/$REVISION/docs"
Changelog = "$REPOSITORY/blob/$REVISION/CHANGELOG.md"
Issues = "$REPOSITORY/issues"
END
