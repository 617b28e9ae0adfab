"""One row: who can run, do all give the same answer, then rounds of A B C, A B C, ..."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.answers import difference
from benchmarks.contest import ANSWER_BYTES, Call, Contestant, Goal, Program, Role, Row
from benchmarks.data import first_record
from benchmarks.processes import RunError, run
from benchmarks.workers import Worker

SLOW_ROUNDS = 2
START_ROUNDS = 3
# A call is repeated until it takes this long: far above the clock's grain and the cost of asking.
CALL_SECONDS = 0.05


@dataclass
class Measured:
    """What is known of one contestant."""

    contestant: Contestant
    seconds: list[float] = field(default_factory=list)  # by round
    start_seconds: list[float] = field(default_factory=list)  # by round, on an input of one record
    largest_rss: int | None = None  # bytes
    tree_pss: int | None = None  # bytes
    answer_bytes: int = 0


@dataclass
class Result:
    """What is known of one row."""

    row: Row
    measured: list[Measured] = field(default_factory=list)
    not_measured: dict[str, str] = field(default_factory=dict)  # name -> why
    disagreement: str | None = None  # answers differ: nothing was timed

    def find(self, name: str) -> Measured | None:
        return next((one for one in self.measured if one.contestant.name == name), None)

    def ratios(self, of: Measured, against: Measured) -> list[float]:
        """Paired, round by round."""
        return [a / b for a, b in zip(of.seconds, against.seconds, strict=False)]

    def reached(self, goal: Goal) -> float | None:
        """What the goal looks at: the median ratio, or MB or us; None where it could not be measured."""
        of = self.find(goal.of)
        if of is None or self.disagreement:
            return None
        if goal.against is None and goal.unit == "us":
            return median(of.seconds) * 1e6 if of.seconds else None
        if goal.against is None:
            return of.tree_pss / 1e6 if of.tree_pss else None
        against = self.find(goal.against)
        if against is None:
            return None
        if not self.row.timed:
            if of.tree_pss is None or against.tree_pss is None:
                return None
            if goal.unit == "MB more":
                return (of.tree_pss - against.tree_pss) / 1e6
            return of.tree_pss / against.tree_pss
        ratios = self.ratios(of, against)
        return median(ratios) if ratios else None

    def commands(self, program: Program, source: Path) -> list[list[str]]:
        """What is run; a floor writes as much as that of which it is the floor."""
        of = self.find(program.floor_of)
        size = str(of.answer_bytes if of else 0)
        return [
            [size if word == ANSWER_BYTES else word for word in command]
            for command in program.commands(source)
        ]


def conduct(row: Row, rounds: int, scratch: Path, say: Callable[[str], None]) -> Result:
    """Check, then measure. Nothing is timed where two answers differ."""
    result = Result(row)
    source = row.source() if row.source else Path()
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}
        references: dict[str, tuple[str, Path]] = {}
        for number, contestant in enumerate(row.contestants):
            say(f"{row.key}: checking {contestant.name}")
            why = contestant.why_not()
            if why:
                result.not_measured[contestant.name] = why
                continue
            answer = scratch / f"{row.key}-{number}.answer"
            measured = Measured(contestant)
            try:
                if isinstance(contestant, Program):
                    once = run(result.commands(contestant, source), answer, watch=True)
                    measured.largest_rss, measured.tree_pss = once.largest_rss, once.tree_pss
                elif isinstance(contestant, Call):
                    workers[contestant.name] = stack.enter_context(Worker(contestant))
                    workers[contestant.name].answer(answer)
            except RunError as error:
                result.not_measured[contestant.name] = str(error)
                continue
            measured.answer_bytes = answer.stat().st_size
            result.measured.append(measured)
            if contestant.role is Role.FLOOR:
                answer.unlink(missing_ok=True)
                continue
            name, reference = references.setdefault(contestant.group, (contestant.name, answer))
            parted = difference(answer, reference, contestant.canonical)
            if parted:
                result.disagreement = f"{contestant.name} and {name} disagree: {parted}"
                return result
        if row.timed:
            time_rounds(result, workers, source, rounds * row.rounds, scratch, say)
    return result


def time_rounds(
    result: Result,
    workers: dict[str, Worker],
    source: Path,
    rounds: int,
    scratch: Path,
    say: Callable[[str], None],
) -> None:
    output = scratch / "timed.answer"
    calls = {name: max(1, round(CALL_SECONDS / worker.seconds(1))) for name, worker in workers.items()}
    for number in range(rounds):
        say(f"{result.row.key}: round {number + 1} of {rounds}")
        for one in list(result.measured):
            contestant = one.contestant
            if contestant.slow and number >= SLOW_ROUNDS:
                continue
            try:
                if isinstance(contestant, Program):
                    one.seconds.append(run(result.commands(contestant, source), output).seconds)
                else:
                    name = contestant.name
                    one.seconds.append(workers[name].seconds(calls[name]) / result.row.per)
            except RunError as error:
                result.measured.remove(one)
                result.not_measured[contestant.name] = f"failed in round {number + 1}: {error}"
    if result.row.source:
        time_starts(result, first_record(source), output)


def time_starts(result: Result, record: Path, output: Path) -> None:
    """What each program costs before it has real work."""
    for _ in range(START_ROUNDS):
        for one in result.measured:
            contestant = one.contestant
            if isinstance(contestant, Program) and contestant.one_record:
                # Who fails on so small an input has no such number; the work itself went well.
                with suppress(RunError):
                    one.start_seconds.append(run(contestant.commands(record), output).seconds)
