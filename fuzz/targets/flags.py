"""What options say in a few letters: names, weights, percentages, durations, columns, files, addresses."""

from __future__ import annotations

import csv
import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

from typer._click.exceptions import BadParameter

from fuzz.target import Given, target
from rvhctl.cli.flag_types import CountOrPercentText, Letters, Milliseconds, PercentText
from rvhctl.cli.node_options import _columns
from rvhctl.cli.view_options import names_in
from rvhctl.engine.cluster import scheduler_of
from rvhctl.engine.plan import _named_as
from rvhctl.errors import FaultsetError, RvhctlError, UsageError
from rvhctl.formats.choice import COMPRESSED_SUFFIXES, FORMATS, format_by_suffix
from rvhctl.formats.shapes import COLUMN_FIELDS
from rvhctl.nodes.documents import labels_in
from rvhctl.nodes.fields import check_id, how_to_write
from rvhctl.nodes.flags import nodes_given
from rvhctl.placement.buckets import Buckets
from rvhctl.placement.flags import buckets_counted, buckets_named, members_of
from rvhctl.placement.request import placements
from rvhctl.placement.split_files import Template
from rvhctl.policy.policy import minimum, parse_percent

DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
SPACE = " \t\n\r\v\f"
"""What ``float`` passes over in ASCII."""
SHARE = re.compile(r"([0-9]{1,18})/([0-9]{1,18})")
LISTS = (["a", "b", "c"], ["a,b", "b=1", "1/4", "é", " "])


def words(data: bytes) -> str:
    """A text as it stands in ``sys.argv``, which has no NUL."""
    return data.replace(b"\0", b"0").decode("utf-8", "surrogateescape")


def id_of(text: str) -> str | None:
    """An id, if it is one."""
    try:
        return check_id(text.encode("utf-8", "surrogateescape").decode())
    except (RvhctlError, UnicodeDecodeError):
        return None


@target("a", "b=0.5", ",", "=", "1/4", "\n", " ", "1e-3", "inf", "a,b", "-1", "2", "é", longest=60)
def bucket_flags(data: bytes) -> object:
    """What ``--weight``, ``--down`` and ``--only`` say of nodes, or of buckets without names."""
    given = Given(data)
    kind = given.one_of("weight", "down", "only")
    ids = given.one_of([], *LISTS)
    texts = [words(text) for text in given.text().split(b"\n")]
    buckets = Buckets.named(ids) if ids else Buckets.numbered(4)
    expected = {"weight": naive_weights, "down": naive_names, "only": naive_only}[kind](texts, buckets)
    try:
        if kind == "only":
            counted = buckets_counted(texts)
            found: Any = buckets_named(texts, buckets)
            parts = [part.strip() for text in texts for part in text.split(",")]
            shares = [share for part in parts if (share := SHARE.fullmatch(part))]
            assert counted == (int(shares[0][2]) if shares else None)
        else:
            members = {"buckets": 4, **members_of({kind: texts})}
            flag = members["weights" if kind == "weight" else "down"]
            found = flag(*[buckets] * (1 + (kind == "weight")), lenient=False)
            if not ids and len(found) < 4:
                placement, _ = placements(members)
                assert placement.nodes.weights == (
                    {k: w for k, w in found.items() if w != 1} if kind == "weight" else {}
                )
                assert placement.nodes.down == frozenset(found if kind == "down" else ())
    except RvhctlError as error:
        assert expected is None, expected
        return str(error)
    assert found == expected
    return found


def naive_name(text: str, nodes: Buckets) -> str | int | None:
    if nodes.ids:
        return text if text in nodes.ids else None
    return int(text) if re.fullmatch("[0-9]{1,18}", text) and int(text) < nodes.count else None


def naive_names(texts: list[str], nodes: Buckets) -> list[str | int] | None:
    parts = [part for text in texts if text for part in ([text] if text in nodes.ids else text.split(","))]
    names = [
        part if part in texts and part in nodes.ids else naive_name(part.strip(), nodes) for part in parts
    ]
    found = [name for name in names if name is not None]
    return found if len(found) == len(names) and all(map(utf8, texts)) else None


def naive_weights(texts: list[str], nodes: Buckets) -> dict[str | int, float] | None:
    weights: dict[str | int, float] = {}
    for part in ",".join(texts).split(","):
        text, _, number = part.strip().rpartition("=")
        name = naive_name(text, nodes)
        if name is None or name in weights or not DECIMAL.fullmatch(number.strip(SPACE)):
            return None
        weights[name] = float(number.strip(SPACE))
    return weights if all(0 < weight < math.inf for weight in weights.values()) else None


def naive_only(texts: list[str], nodes: Buckets) -> list[int] | None:
    rows: dict[int, None] = {}
    for part in (part.strip() for text in texts for part in text.split(",")):
        share = SHARE.fullmatch(part)
        if part in nodes.ids:
            rows[nodes.ids.index(part)] = None
        elif share and 1 <= int(share[1]) <= int(share[2]) == nodes.count:
            rows[int(share[1]) - 1] = None
        elif re.fullmatch("[0-9]{1,18}", part) and int(part) < nodes.count:
            rows[int(part)] = None
        else:
            return None
    return list(rows)


def utf8(text: str) -> bool:
    return "\udc80" not in text and text.encode("utf-8", "replace").decode() == text


@target("50%", "%", "12.5", "0.", "-0", "-", "100", ".", " ", "\t", "00000000000000000000", "9", longest=50)
def percentages(data: bytes) -> object:
    """What ``--max-loss``, ``--min-survivors`` and ``--fill`` say."""
    given = Given(data)
    zero, counted = given.flag(), given.flag()
    text = words(given.text())
    plain = text.strip()
    number = re.fullmatch(r"-?\d{1,30}(\.\d{0,30})?", plain.removesuffix("%"), re.ASCII)
    value = Fraction(number[0].removesuffix(".")) / 100 if number and plain.endswith("%") else None
    share = value if value is not None and 0 <= value <= 1 and not plain.startswith("-") else None
    whole = int(plain) if counted and re.fullmatch(r"\d{1,18}", plain, re.ASCII) else None
    kind = CountOrPercentText() if counted else PercentText(zero=zero)
    try:
        found = minimum(text) if counted else parse_percent(text, "fill", zero=zero)
    except FaultsetError as error:
        assert not whole
        assert not share if counted else share is None
        for way in str(error).partition("; write ")[2].split(" or ") if "; write " in str(error) else []:
            parse_percent(way, "fill")  # what is advised is taken
        out_of_range = re.fullmatch(r"-?\d+(\.\d*)?%" + r"|-?\d+" * counted, plain, re.ASCII)
        try:
            kind.convert(text, None, None)
        except RvhctlError as failure:
            is_usage = isinstance(failure, UsageError)
        assert is_usage == (not out_of_range)
        return str(error)
    assert kind.convert(text, None, None) == found
    if whole:
        assert found == whole
        return found
    assert share == Fraction(found.numerator, found.denominator)  # type: ignore[union-attr]
    again = parse_percent(str(found), "fill")
    assert Fraction(again.numerator, again.denominator) == share
    return str(found)


@target("5 ms", "2s", "µs", "min", "ns", "1,5", "1.234,5", "1,234.5", "auto", ".", "9" * 40, longest=90)
def durations(data: bytes) -> object:
    """What ``--threshold`` and ``--precision`` say, and what is advised in place of a duration."""
    text = words(data)
    hint = how_to_write(text)
    units = {"ms": 1, "msec": 1, "s": 1000, "sec": 1000, "m": 60000, "min": 60000}
    small = {"us": 1000, "µs": 1000, "ns": 1000000}
    found = re.fullmatch(r"(\d+\.?\d*) ?([a-zµ]+)", text.strip().lower(), re.ASCII)
    if found and found[2] in units | small:
        value = Fraction(found[1].removesuffix(".")) * units.get(found[2], 1) / small.get(found[2], 1)
        assert hint.startswith("write ") == (value < Fraction(2) ** 1024), hint
        assert not hint or math.isclose(float(hint[6:]), float(value), rel_tol=1e-11, abs_tol=1e-323)
    for way in hint.removeprefix("write ").split(" or ") if hint else []:
        assert Milliseconds().convert(way, None, None) == float(Decimal(way))
        assert re.sub(r"\D", "", text) == re.sub(r"\D", "", way) or "," not in text
    said: list[object] = [hint]
    for kind in (Milliseconds(), Letters()):
        try:
            said.append(kind.convert(text, None, None))
        except BadParameter as error:
            said.append(str(error))
    assert not hint or isinstance(said[1], str)
    return said


@target("a", ":", ",", "1.5", "-0", "1e999", "50", " ", "nan", "1_0", "2 ms", "é", longest=80)
def node_flags(data: bytes) -> object:
    """What ``--nodes`` and ``--latencies`` say."""
    given = Given(data)
    coordinates = given.one_of(False, True)
    ids, *latencies = (words(text) for text in given.text().split(b"\n"))
    parts = [spec.strip() for spec in ids.split(",")]
    if coordinates:
        rows = [spec.rsplit(":", 3) for spec in parts]
    else:
        values = [value.strip() for value in latencies[0].split(",")] if latencies else []
        rows = [list(row) for row in zip(parts, values, strict=False)] if len(parts) == len(values) else []
    bounds = [90, 180, math.inf][not coordinates and 2 :]
    taken = [naive_row(row, bounds) for row in rows]
    names = [row[0] for row in rows]
    try:
        nodes = nodes_given(ids, latencies[0] if latencies else None, coordinates=coordinates)
    except RvhctlError as error:
        assert not taken or None in taken or len(set(names)) < len(names)
        return str(error)
    assert list(nodes.fleet.ids) == names
    columns = [
        [repr(value) for value in column]
        for column in (nodes.fleet.lats, nodes.fleet.lons, nodes.fleet.latencies)
    ]
    expected = [[repr(row[at]) for row in taken if row] for at in range(len(bounds))]
    assert columns[-len(bounds) :] == expected
    return [names, columns, list(nodes.records)]


def naive_row(row: list[str], bounds: list[float]) -> list[float] | None:
    """The numbers of a node; None where one is wrong, or its id is."""
    node_id, *texts = row
    if id_of(node_id) is None or len(texts) != len(bounds):
        return None
    numbers = []
    for text, bound in zip(texts, bounds, strict=True):
        is_latency = bound == math.inf
        if not text and is_latency:
            numbers.append(math.nan)
            continue
        number = float(text.strip(SPACE)) if DECIMAL.fullmatch(text.strip(SPACE)) else math.nan
        if not (0 <= number < math.inf if is_latency else abs(number) <= bound):
            return None
        numbers.append(number + 0.0 if is_latency else number)
    return numbers


@target(
    "{bucket}", "{node}", "{", "}", "{{", ":03d", ":x", "!r", "/", ".", "A", "é", "e\u0301", "..", longest=60
)
def split_templates(data: bytes) -> object:
    """What ``--split-to`` says: no two buckets have one file."""
    given = Given(data)
    ids = given.one_of([], ["a", "b", "c"], ["a", "A"], ["é", "e\u0301"], ["a.", "a", "x/y"], ["1", "2"])
    text = words(given.text())
    nodes = Buckets.named(ids) if ids else Buckets.numbered(17)
    try:
        template = Template(text, nodes)
    except UsageError as error:
        return str(error)
    paths = [template.path(bucket) for bucket in range(nodes.count)]
    assert len({path.casefold() for path in paths}) == nodes.count
    form = re.compile(r"\{\{|\}\}|\{(bucket|node)(?::(0\d{1,2})?([dxXob]?))?\}")
    for bucket, path in enumerate(paths):

        def filled(found: re.Match[str], bucket: int = bucket) -> str:
            if found[1] is None:
                return found[0][0]
            digits = {"x": "%x", "X": "%X", "o": "%o"}.get(found[3] or "", "%d") % bucket
            digits = bin(bucket)[2:] if found[3] == "b" else digits
            return nodes.ids[bucket] if found[1] == "node" else digits.zfill(int(found[2] or 0))

        assert form.sub(filled, text) == path
    return paths


@target("id=", "latency=", "zone", ",", '"', '"a,b"', "=", " ", "\n", "é", *COLUMN_FIELDS, longest=80)
def name_lists(data: bytes) -> object:
    """What ``--by``, ``--down`` and ``--column`` say: names with commas between them."""
    given = Given(data)
    text = words(given.text())
    said: list[object] = []
    for read in (
        lambda: names_in([text], "--by"),
        lambda: labels_in({"by": text}),
        lambda: _columns([text], "--column"),
    ):
        try:
            said.append(read())
        except RvhctlError as error:
            said.append(str(error))
    names, labels, columns = said
    if isinstance(names, tuple):
        assert all(names)
        assert names == tuple(dict.fromkeys(name.strip() for name in names))
        # Quotes are for a comma, so that a name that has quotes itself goes on as it is.
        if not any('"' in name for name in names):
            again = ",".join(f'"{name}"' if "," in name else name for name in names)
            assert names_in([again], "--by") == names
            plain = next(csv.reader([text], skipinitialspace=True)) if text.isprintable() else None
            assert plain is None or set(names) == {name.strip() for name in plain} or text.count('"') % 2
        assert isinstance(labels, str) or '"' in text or labels == names
    if isinstance(columns, dict):
        assert isinstance(names, tuple)
        assert [f"{field}={column}" for field, column in columns.items()] == list(names)
        assert set(columns) <= set(COLUMN_FIELDS)
    return said


@target("dask", "://", "host", ":8786", "[::1]", "/", ":", "tcp", "é", "@", " ", "?", "#", longest=40)
def engine_addresses(data: bytes) -> object:
    """What ``--engine`` says."""
    text = words(data)
    try:
        address = scheduler_of(text)
    except UsageError as error:
        return str(error)
    if address is None:
        assert text == "dask"
        return None
    parts = urlsplit(address)
    assert parts.scheme == "tcp"
    assert parts.port is not None
    assert parts.hostname
    assert (parts.path, parts.query, parts.fragment, parts.username) == ("", "", "", None)
    assert text.removeprefix("dask://").rstrip("/") in (parts.netloc, parts.netloc.removesuffix(":8786"))
    return address


@target(*(f".{name}" for name in FORMATS), *COMPRESSED_SUFFIXES, ".jsonl", ".txt", ".", "/", "a", longest=40)
def output_names(data: bytes) -> object:
    """What a file is called whose answers are in another format."""
    given = Given(data)
    output = given.one_of("auto", *FORMATS)
    name = words(given.text())
    if name.rpartition("/")[2][:1] in ("", "."):
        return None
    new = _named_as(name, output)
    assert _named_as(new, output) == new
    if output == "auto":
        assert new == name
    elif not FORMATS[output].text:
        assert format_by_suffix(new) == output
    return new
