"""The options of running, reading and answering, as one bundle; apart, because a key alone needs no dataclass."""

from __future__ import annotations

from dataclasses import dataclass

from rvhctl.cli import options


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How the commands over nodes read, answer and run."""

    output: options.Output = "auto"
    json: options.Json = False
    input_format: options.Input = "auto"
    color: options.Color = "auto"
    level: options.LogLevel = "warn"
    async_: options.Async = False
    batch: options.Batch = False
    jobs: options.Jobs = None
    unordered: options.Unordered = False
    on_error: options.OnErrorChoice = None
