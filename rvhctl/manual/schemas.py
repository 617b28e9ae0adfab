"""Where the schemas of documents are: in the package, or in a checkout beside it."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def schema_files() -> list[Path]:
    """Return the files, by their names."""
    found = list((PACKAGE / "schema").glob("*.json")) or (PACKAGE.parent / "docs" / "schema").glob("*.json")
    return sorted(found)
