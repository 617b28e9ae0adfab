"""What the site has beside the pages of this folder: those of the root, the topics, a page for each command, and one
of the Python package."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from rvhctl.app import command_line
from rvhctl.cli.help import manual_of
from rvhctl.commands import COMMANDS
from rvhctl.manual.blocks import to_markdown
from rvhctl.manual.topics import TOPICS, page_name

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\[([^\]]*)\]\((?!https?:|mailto:|#)([^)#]+)(#[^)]*)?\)")

OF_THE_ROOT = {path.name: path.name.lower().replace("readme", "index") for path in ROOT.glob("*.md")}
"""The pages of the site that stand in the root of the repository."""

ELSEWHERE = OF_THE_ROOT | {f"rvhctl/manual/topics/{topic}.md": f"topics/{topic}.md" for topic in TOPICS}
"""The pages that stand outside of this folder, by where they stand."""


API = {
    "Which nodes serve": "failover failover_async faultset faultset_async evaluate drill advise",
    "What goes in": "Node NodeColumns Policy Percent Failed Memory",
    "What comes out": "Evaluation FleetPlan Drill Failure policy.evaluation.Group policy.evaluation.Explanation "
    "policy.plan.CellPlan policy.plan.Share policy.advice.Advice policy.advice.PrecisionReport policy.memory.Standing",
    "Which node owns a key": "jump_hash jump_hash_async jump_hash_many jump_hash_many_async async_jump_hash Placement "
    "placement.evenness.Stats placement.evenness.BucketCount placement.evenness.Moves placement.evenness.BucketMoves "
    "placement.explain.Explanation placement.explain.Probe",
    "Geohashes": "geohash",
    "Columns of Arrow": "arrow.jump_hash arrow.owners arrow.geohash_encode arrow.failover arrow.faultset",
    "Many files": "dask.bucket_files dask.Part",
    "Errors": "RvhctlError FaultsetError EmptyNodesError LengthMismatchError NegativeThresholdError InvalidNodeError "
    "NoSurvivorsError UnknownNodeError JumpHashError NoLiveNodeError InputError",
}
"""The public names, and what their answers are made of, as the page of the Python package has them."""


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made of what stands elsewhere."""
    for name, text in _pages():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Point links at pages of the site; of a link to what the repository alone has, the words stay."""
    here = page.file.src_uri
    folder = "" if here in OF_THE_ROOT.values() else posixpath.join("docs", posixpath.dirname(here))

    def pointed(found: re.Match[str]) -> str:
        words, path, anchor = found.groups(default="")
        named = posixpath.normpath(posixpath.join(folder, path))
        target = ELSEWHERE.get(named, named.removeprefix("docs/"))
        if files.get_file_from_path(target) is None:
            return words
        return f"[{words}]({posixpath.relpath(target, posixpath.dirname(here) or '.')}{anchor})"

    return LINK.sub(pointed, markdown)


def _pages() -> Iterator[tuple[str, str]]:
    yield "api.md", _api_page()
    for source, name in ELSEWHERE.items():
        yield name, (ROOT / source).read_text(encoding="utf-8")
    context = command_line().make_context("rvhctl", [], resilient_parsing=True)
    for command in (None, *COMMANDS):
        title = f"# {page_name(command).replace('-', ' ', 1)}\n\n"
        yield f"commands/{page_name(command)}.md", title + to_markdown(manual_of(command, context))


def _api_page() -> str:
    lines = [
        "# Python reference",
        "",
        "Every name is imported from `rvhctl`, but for those with a longer path.",
        "",
    ]
    for title, names in API.items():
        lines += [f"## {title}", ""]
        for name in names.split():
            lines += [f"::: rvhctl.{name}", ""]
    return "\n".join(lines)
