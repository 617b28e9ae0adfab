"""What all files of a run share, and what comes of each."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final, NamedTuple

from rvhctl import __version__
from rvhctl.core.words import COMPILED
from rvhctl.errors import InputError, raise_error
from rvhctl.formats.choice import InputFormat, OutputFormat
from rvhctl.keys.records import KeySpec
from rvhctl.placement.placement import Placement

MOST_PROBLEMS: Final = 100
"""Bad records of one file that are described; further ones are counted."""


class Part(NamedTuple):
    """One file that is done: every record of its source stands in it, but for those that were left out."""

    source: str
    """The input, as it was named."""
    path: str
    """The output."""
    rows: int
    """Records of the output."""
    left_out: int = 0
    """Records of the input that have no key, left out because that was asked for."""
    problems: tuple[str, ...] = ()
    """What was wrong with the first 100 of them."""


class Failure(NamedTuple):
    """Why a file cannot be done, by whatever worker."""

    source: str
    text: str
    exit_code: int = 1


Outcome = Part | Failure


class Bad:
    """What is done about records without a key: raised, or counted and described."""

    def __init__(self, skip: bool) -> None:
        self.count = 0
        self.problems: Final[list[str]] = []
        self._skip: Final = skip

    def __call__(self, error: InputError) -> None:
        if not self._skip:
            raise_error(error)
        self.count += error.records
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(str(error))


class Maker(NamedTuple):
    """What makes the answers; all workers have the same."""

    version: str
    core: str

    def __str__(self) -> str:
        return f"rvhctl {self.version} with the {self.core} core"


def maker() -> Maker:
    """Return what makes the answers in this process."""
    return Maker(__version__, "compiled" if COMPILED else "interpreted")


class Job(NamedTuple):
    """What all files of a run share."""

    placement: Placement
    spec: KeySpec
    replicas: int | None
    """How many of each key's order are listed; None: the owner alone."""
    skip: bool
    """Whether a record without a key is left out; otherwise it ends the run."""
    input_format: InputFormat
    output: OutputFormat
    """``auto`` is that of the input."""
    jobs: int | None
    """Processes for one large file; None: as many as there are usable processors."""
    folder: str
    token: str
    """The name of this run, unlike that of any other."""
    maker: Maker

    def described(self) -> dict[str, Any]:
        """Return all that decides over an answer."""
        nodes, recipe, spec = self.placement.nodes, self.placement.recipe, self.spec
        paths = [path.text for path in (spec.path, *spec.further) if path is not None]
        return {
            "buckets": nodes.count,
            "nodes": list(nodes.ids),
            "down": [nodes.name_of(bucket) for bucket in sorted(nodes.down)],
            "weights": {str(nodes.name_of(bucket)): weight for bucket, weight in nodes.weights.items()},
            "max_weight": nodes.max_weight or None,
            "zones": list(nodes.zones),
            "replicas": self.replicas,
            "hash": recipe.name,
            "seed": recipe.seed,
            "dialect": self.placement.dialect,
            "fields": paths,
            "as_text": spec.rule.as_text,
            "regex": spec.pattern.text if spec.pattern else None,
            "input": self.input_format,
            "null": spec.delimiter == b"\0",
            "output": self.output,
        }

    def mark(self) -> str:
        """Return the same as one word, by which runs of one job are known."""
        text = json.dumps(self.described(), sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
