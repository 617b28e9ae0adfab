"""What grows, as cases by their names, and what the cases are made of: nodes, keys, and names of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path

Run = Callable[[], object]
Case = Callable[[int], Run]


class Cases(dict[str, tuple[int, Case]]):
    """By what grows: the least of the three sizes, and what makes the run of a size."""

    def __init__(self) -> None:
        self.lines: dict[str, Callable[[int], tuple[str, str | bytes]]] = {}
        """The command lines of those that have one."""

    def line(
        self,
        name: str,
        least: int,
        make: Callable[[int], tuple[str, str | bytes]],
        **files: Callable[[int], str | bytes],
    ) -> None:
        """A command line and its standard input; what is named in the line as a file ``files`` writes."""

        def prepared(size: int) -> Run:
            from support.cli import rvhctl

            line, stdin = make(size)
            for file, text in files.items():
                content = text(size)
                Path(file).write_bytes(content.encode() if isinstance(content, str) else content)
            arguments, data = line.split(), stdin.encode() if isinstance(stdin, str) else stdin

            def run() -> object:
                return rvhctl(*arguments, stdin=data)

            return run

        self[name] = (least, prepared)
        self.lines[name] = make


def spread(at: int) -> tuple[float, float]:
    """Places all over the map, no two the same."""
    return round(at * 37.7 % 160 - 80, 4), round(at * 101.3 % 360 - 180, 4)


def nodes(size: int, **more: Callable[[int], object]) -> list[dict[str, object]]:
    def node(at: int) -> dict[str, object]:
        lat, lon = spread(at)
        usual: dict[str, object] = {"id": f"n{at}", "lat": lat, "lon": lon, "latency": at * 31 % 97 + 1}
        return usual | {name: value(at) for name, value in more.items()}

    return [node(at) for at in range(size)]


def as_csv(records: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def as_ndjson(records: Iterable[object]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def keys(size: int) -> str:
    return "".join(f"user:{at}\n" for at in range(size))


def names(size: int, prefix: str = "n", step: int = 1) -> str:
    return ",".join(f"{prefix}{at}" for at in range(0, size, step))


def one_place(size: int) -> list[dict[str, object]]:
    return nodes(size, lat=lambda _: 52.3, lon=lambda _: 4.9)


def fleet(size: int, **more: Callable[[int], object]) -> str:
    return as_csv(nodes(size, **more))


def labelled(size: int, members: int = 4) -> str:
    return fleet(size, zone=lambda at: f"z{at // members}", capacity=lambda at: 10 + at % 7)


def cells(size: int) -> str:
    from rvhctl import geohash

    return ",".join(geohash.encode(*spread(at), 6) for at in range(size))


def address(at: int) -> str:
    return f"10.0.{at // 200}.{at % 200}"
