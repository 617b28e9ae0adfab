"""The nodes that an evaluation answers with."""

from __future__ import annotations

from rvhctl.nodes.nodes import Picked
from rvhctl.policy.evaluation import Evaluation


def first_of_groups(evaluation: Evaluation, top: int | None) -> Picked:
    """The answer of all groups, or the first ``top`` nodes of each."""
    if top is None:
        return evaluation.answer_rows
    starts = evaluation.answer_starts
    return [
        row
        for group in range(evaluation.group_count)
        for row in evaluation.answer_rows[starts[group] : min(starts[group] + top, starts[group + 1])]
    ]
