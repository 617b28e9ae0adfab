#!/usr/bin/env bash
# Writes where a release comes from into pyproject.toml, and into the links of README.md, which stand on PyPI too:
# REPOSITORY, the address of the repository that builds it, and REVISION, its tag. The project itself has no address.
set -euo pipefail

cat >>pyproject.toml <<END

[project.urls]
Source = "$REPOSITORY/tree/$REVISION"
Documentation = "$REPOSITORY/tree/$REVISION/docs"
Changelog = "$REPOSITORY/blob/$REVISION/CHANGELOG.md"
Issues = "$REPOSITORY/issues"
END

# Links to files: those with an address have a colon.
sed -E "s|\]\(([A-Za-z0-9_./-]+)(#[^)]*)?\)|](${REPOSITORY}/blob/${REVISION}/\1\2)|g" README.md >README.new
mv README.new README.md
