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

# What PyPI shows, with links that lead somewhere there: those to files get an address, the others have a colon.
sed -E "s|\]\(([A-Za-z0-9_./-]+)(#[^)]*)?\)|](${REPOSITORY}/blob/${REVISION}/\1\2)|g" README.md >.github/pypi.md
sed 's|^readme = "README.md"$|readme = ".github/pypi.md"|' pyproject.toml >pyproject.new
mv pyproject.new pyproject.toml
