"""What a release says of itself."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\]\(([^)]*)\)")


def test_a_release_names_the_repository_that_builds_it(tmp_path: Path) -> None:
    # Where this is a release already, what it was before.
    before = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("\n[project.urls]")[0]
    before = before.replace(".github/pypi.md", "README.md")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (tmp_path / ".github").mkdir()
    (tmp_path / "pyproject.toml").write_text(before, encoding="utf-8")
    (tmp_path / "README.md").write_text(readme, encoding="utf-8")
    where = {"REPOSITORY": "https://example.org/owner/name", "REVISION": "v1.2.3"}

    subprocess.run(
        ["bash", str(ROOT / ".github" / "add-urls.sh")], cwd=tmp_path, env=os.environ | where, check=True
    )

    assert "urls" not in tomllib.loads(before)["project"]
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["urls"].keys() == {"Source", "Documentation", "Changelog", "Issues"}
    assert all(url.startswith(where["REPOSITORY"]) for url in project["urls"].values())
    paths = [url.partition(f"/{where['REVISION']}/")[2] for url in project["urls"].values()]
    assert all((ROOT / path).exists() for path in paths)

    # On PyPI, which shows the README, a link without an address leads nowhere.
    shown = (tmp_path / project["readme"]).read_text(encoding="utf-8")
    links = LINK.findall(shown)
    assert len(links) == len(LINK.findall(readme)) >= 10
    assert all(link.startswith("https://") for link in links)
    base = f"{where['REPOSITORY']}/blob/{where['REVISION']}/"
    named = [link.removeprefix(base).partition("#")[0] for link in links if link.startswith(base)]
    assert len(named) >= 10
    assert all((ROOT / path).is_file() for path in named)
    assert shown.replace(base, "") == readme
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == readme
