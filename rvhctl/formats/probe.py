"""What a measuring tool says of one target."""

from __future__ import annotations

from typing import NamedTuple


class Probe(NamedTuple):
    """A target with its latency, or with samples of it, in milliseconds; None is no measurement."""

    id: str
    latency: float | None = None
    samples: tuple[float | None, ...] | None = None
    line: int = 0
    """Where it stands, in a text of lines."""

    def fields(self) -> dict[str, object]:
        """The node record that it becomes."""
        if self.samples is None:
            return {"id": self.id, "latency": self.latency}
        return {"id": self.id, "samples": list(self.samples)}
