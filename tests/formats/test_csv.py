"""CSV and TSV: what comes in goes out, and what a spreadsheet or a person may write is read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import rvhctl

from rvhctl.errors import InputError
from rvhctl.formats.csv import json_record
from rvhctl.formats.rows import Rows, join_rows, split_row
from rvhctl.formats.shapes import plain_layout

text = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8)
printable = st.text(st.sampled_from("ab7é日\",;\t '[]"), min_size=1, max_size=8).filter(str.strip)


def written(rows: list[list[str]], delimiter: str, line_end: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return out.getvalue().encode()


@given(
    st.lists(st.tuples(text, text, text), max_size=6), st.sampled_from(",\t"), st.sampled_from(["\n", "\r\n"])
)
def test_rows_and_their_own_bytes(rows: list[tuple[str, str, str]], delimiter: str, line_end: str) -> None:
    # csv.writer writes a lone carriage return bare unless the line end has one.
    rows = [row for row in rows if line_end == "\r\n" or "\r" not in "".join(row)]
    data = written([["a", "b", "c"], *map(list, rows)], delimiter, line_end)
    got = list(Rows([data], "rows", delimiter))
    assert [tuple(fields) for fields, _, _ in got] == rows
    assert [tuple(split_row(raw, delimiter)) for _, raw, _ in got] == rows
    line = 2
    for (fields, raw, number), row in zip(got, rows, strict=True):
        assert number == line
        line += len(io.StringIO(raw.decode(), newline="").readlines()) or 1
        assert tuple(fields) == row


@given(st.lists(text.filter(bool), max_size=6), st.sampled_from(",\t"))
def test_keys_can_be_read_again(keys: list[str], delimiter: str) -> None:
    data = join_rows((), [("key", "bucket"), *((key, 7) for key in keys)], delimiter=delimiter)
    read = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter, strict=True)
    assert list(read) == [["key", "bucket"], *([key, "7"] for key in keys)]


@given(
    st.dictionaries(printable, st.sampled_from(["1", "07", "1.50", ""]), min_size=1, max_size=5),
    st.sampled_from(["csv", "tsv", "json", "ndjson"]),
)
def test_survivors_can_be_read_again(nodes: dict[str, str], format_: str) -> None:
    ids = [node_id for node_id in nodes if "\t" not in node_id]
    rows = [["note", "id", "latency"], *(['x,\n"y', node_id, nodes[node_id]] for node_id in ids)]
    once = rvhctl("failover", "--threshold", "9", "-o", format_, stdin=written(rows, ",", "\n"))
    if any(nodes[node_id] for node_id in ids):
        assert once.code == 0
        assert rvhctl("failover", "--threshold", "9", "-o", format_, stdin=once.out) == once
    else:
        assert once.code in (1, 3)


@pytest.mark.parametrize(
    ("number", "as_json"),
    [
        ("5", "5"),
        ("5.000", "5.000"),
        ("+5", "5"),
        ("-0.50", "-0.50"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0005", "5"),
        ("00.5e+3", "0.5e+3"),
        (" 7 ", "7"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("", "null"),
        ("  ", "null"),
        ("1e400", '"1e400"'),
        ("5ms", '"5ms"'),
        ("nan", "null"),
        (".", '"."'),
        ("1_0", '"1_0"'),
        ("٣", '"٣"'),
    ],
)
def test_numbers_keep_their_digits(number: str, as_json: str) -> None:
    record = json_record(plain_layout(["id", "lat"], ","), f"007,{number}".encode())
    assert record.decode() == f'{{"id":"007","lat":{as_json}}}'
    json.loads(record)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b,a\n", "rows:1: the column 'a' is there twice"),
        (b'a\n"b\n', "rows:2: not CSV: "),
        (b'a\n"b"c\n', "rows:2: not CSV: "),
        (b"a\nb\n\xff\n", "rows:3:1: not UTF-8 (got '\\xff')"),
    ],
)
def test_what_is_no_csv(data: bytes, message: str) -> None:
    def read() -> None:
        rows = Rows([data], "rows", ",")
        for row in rows:
            rows.check(row)

    with pytest.raises(InputError) as caught:
        read()
    assert str(caught.value).startswith(message)


def test_a_field_of_any_length() -> None:
    nodes = b"id,latency\n%b,1\n" % (b"x" * 300_000)
    assert rvhctl("failover", "--threshold", "1", stdin=nodes).out == nodes


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ('[{"id":"a","latency":1.0,"x":null}]', "id,latency,x\na,1.0,\n"),
        (
            '[{"id":"a","latency":1},{"latency":2,"id":"b","x":[1, {"y":"z"}]}]',
            'id,latency,x\na,1,\nb,2,"[1, {""y"":""z""}]"\n',
        ),
        (
            '[{"id":"a","latency":1,"t":true,"s":"true","big":12345678901234567890123}]',
            "id,latency,t,s,big\na,1,true,true,12345678901234567890123\n",
        ),
        ('[{"id":"a,b","latency":1,"n":"x\\ny\\rz\\"q"}]', 'id,latency,n\n"a,b",1,"x\ny\rz""q"\n'),
    ],
)
def test_objects_become_rows(records: str, expected: str) -> None:
    assert (
        rvhctl("failover", "--threshold", "9", "-o", "csv", stdin=records.encode()).out.decode() == expected
    )


FPING = b"a : 1 2\nb : 3 4\n"


@pytest.mark.parametrize("output", ["csv", "tsv"])
@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        ("failover", b'[{"id":"a","latency":1,"x":null},{"id":"b","latency":2,"x":3}]'),
        (
            "faultset",
            b'{"id":"a","lat":1,"lon":2,"latency":1}\n{"id":"b","lat":1,"lon":2,"latency":1,"z":"y"}\n',
        ),
        ("faultset", b'{"nodes":[{"id":"a","lat":1,"lon":2,"latency":1,"\\u00e9,":[1]}]}'),
        ("failover", b"id,latency,note\na,1,x\n"),
        ("failover --nodes a --latencies 1", b""),
        ("faultset --nodes a:1:2:3", b""),
        ("failover --from fping", FPING),
        ("failover --from fping --inventory inventory.csv", FPING),
    ],
)
def test_the_header_is_there_if_nobody_serves(
    arguments: str, stdin: bytes, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads the answer finds the columns that it has when all serve."""
    monkeypatch.chdir(tmp_path)
    Path("inventory.csv").write_text("id,zone\na,x\nb,\n")
    words = (*arguments.split(), "--fail-on", "never", "-o", output, "--threshold")
    nobody, everybody = (rvhctl(*words, limit, stdin=stdin) for limit in ("0", "9"))
    assert (nobody.code, everybody.code) == (0, 0)
    assert nobody.out == everybody.out.splitlines(keepends=True)[0]
    assert everybody.out.count(b"\n") > 1


def test_other_delimiters_out() -> None:
    rows = b'id,latency,n\na,1,"x,y"\nb,2,p\tq\n'
    out: Any = rvhctl("failover", "--threshold", "9", "-o", "tsv", stdin=rows).out
    assert out == b'id\tlatency\tn\na\t1\tx,y\nb\t2\t"p\tq"\n'
    assert rvhctl("failover", "--threshold", "9", "-o", "csv", stdin=out).out == rows


@pytest.mark.parametrize("command", ["failover", "faultset"])
def test_where_semicolons_separate_a_comma_may_be_the_point_of_every_number(command: str) -> None:
    table = b"id;lat;lon;latency;weight;capacity\na;52,5;4,5;1,5;2,5;0,25\nb;52,5;4,5;2;1;1\n"
    node = {"id": "a", "lat": 52.5, "lon": 4.5, "latency": 1.5, "weight": 2.5, "capacity": 0.25}
    assert json.loads(rvhctl(command, "--th", "1.5", "-o", "json", stdin=table).out) == [node]
    assert rvhctl(command, "--th", "1.5", stdin=table).out == b"".join(table.splitlines(keepends=True)[:2])
    with_commas = rvhctl(command, "--th", "9", stdin=b'id,lat,lon,latency,weight\na,1,1,1,"1,5"\n')
    assert with_commas.err == "rvhctl: stdin:2:9: the weight must be a number (got '1,5')\n"


@pytest.mark.parametrize("inventory", [False, True])
def test_an_empty_latency_is_left_to_samples_in_every_format(inventory: bool, tmp_path: Path) -> None:
    (tmp_path / "inventory").write_text('{"id": "a"}\n{"id": "b"}\n{"id": "c"}\n')
    flags = ("failover", "--th", "9", *(("--inventory", str(tmp_path / "inventory")) if inventory else ()))
    table = b'id,latency,samples\na,,"[4, null]"\nb,1,"[50]"\nc,,\n'
    assert rvhctl(*flags, "-o", "plain", stdin=table).out == b"b\na\n"
    objects = rvhctl(*flags, "-o", "ndjson", stdin=table).out
    assert objects == b'{"id":"b","latency":1,"samples":[50]}\n{"id":"a","samples":[4, null]}\n'
    assert rvhctl(*flags, "-o", "plain", stdin=objects).out == b"b\na\n"


def test_a_decimal_comma_becomes_a_point_where_others_know_none() -> None:
    rows = b"Host;RTT;Note\na;1,5;x,y\nb;800us;1,2\n"
    out: Any = rvhctl("failover", "--threshold", "9", "-o", "tsv", stdin=rows).out
    assert out == b"Host\tRTT\tNote\nb\t800us\t1,2\na\t1.5\tx,y\n"
    assert rvhctl("failover", "--threshold", "9", "-o", "tsv", stdin=out).out == out


def test_rows_of_several_tables_keep_the_delimiter_that_all_have(tmp_path: Path) -> None:
    files = {"a.csv": "id;latency\na;2,5\n", "b.csv": "host;rtt\nb;3\n", "c.csv": "id,latency\nc,3\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    a, b, c = (str(tmp_path / name) for name in files)
    assert rvhctl("failover", "--threshold", "9", a, b).out == b"id;latency\na;2.5\nb;3\n"
    assert rvhctl("failover", "--threshold", "9", a, c).out == b"id,latency\na,2.5\nc,3\n"


@pytest.mark.parametrize("command", ["failover", "faultset"])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("rest", [0, 60_000])
@pytest.mark.parametrize("point", ["1.234", "+12.345", "1.234ms", '"1.234"'])
def test_a_point_beside_decimal_commas_may_be_none(
    command: str, first: bool, rest: int, point: str, tmp_path: Path
) -> None:
    rows = ["a;12,5;1;1", f"b;{point};1;1"]
    rows = rows if first else rows[::-1]
    rows = [rows[0], *[f"x{at};99,5;1;1" for at in range(rest)], rows[1]]
    path = tmp_path / "nodes.csv"
    path.write_text("\n".join(["id;latency;lat;lon", *rows, ""]))
    outcome = rvhctl(command, "--threshold", "50", str(path))
    assert (outcome.code, outcome.out) == (1, b"")
    bare = point.strip('"')
    line = next(number for number, row in enumerate(rows, 2) if row.startswith("b"))
    commas = next((row.split(";")[1], number) for number, row in enumerate(rows, 2) if "," in row)
    assert outcome.err == (
        f"rvhctl: {path}:{line}:3: 'latency' may be {bare.replace('.', ',')} or {bare.replace('.', '')}, as "
        f"{commas[0]} in line {commas[1]} has a decimal comma (got '{bare}'); write the one that it is, the first as "
        f"{bare.replace('.', ',')}\n"
    )


AMBIGUOUS = [
    # A row beside the doubtful number, which stands in line 2; what is said of it, and how it is read without the row.
    ("1.234", "2;;52,5;4,5;;", "may be 1,234 or 1234, as 52,5 in line 3 has a decimal comma"),
    ("1.234", "2;;;;2,5;", "may be 1,234 or 1234, as 2,5 in line 3 has a decimal comma"),
    ("1.234", "2;;;;;0,25", "may be 1,234 or 1234, as 0,25 in line 3 has a decimal comma"),
    ("1,234", "12.5;;;;;", "may be 1.234 or 1234, as 12.5 in line 3 has a decimal point"),
    ("1,234", "2;;52.370;4;;", "may be 1.234 or 1234, as 52.370 in line 3 has a decimal point"),
    ("1,234", "2;;;;0.123;", "may be 1.234 or 1234, as 0.123 in line 3 has a decimal point"),
]


@pytest.mark.parametrize("core", [True, False], ids=["core", "records"])
@pytest.mark.parametrize("field", ["latency", "capacity"])
@pytest.mark.parametrize(("number", "row", "says"), AMBIGUOUS)
def test_all_numbers_of_a_table_have_one_decimal_sign(
    number: str, row: str, says: str, field: str, core: bool, tmp_path: Path
) -> None:
    header = "latency;id;lat;lon;weight;capacity"
    doubtful = f"{number};a;;;;" if field == "latency" else f"3;a;;;;{number}"
    note = "x" if core else '"x\ny"'
    lines = [header + ";note", f"{doubtful};{note}", f"{row.replace(';;', ';b;', 1)};x"]
    path = tmp_path / "nodes.csv"
    path.write_text("\n".join([*lines, ""]))
    inventory = ("failover", "--threshold", "1", "--inventory", str(path))
    line = "4" if not core else "3"
    for flags, stdin in (
        (("failover", "--threshold", "1", str(path)), b""),
        (inventory, b'{"id":"a","latency":1}'),
    ):
        code, out, err = rvhctl(*flags, stdin=stdin)
        assert (code, out) == (1, b"")
        assert err.startswith(f"rvhctl: {path}:2:{1 if field == 'latency' else 8}: '{field}' ")
        assert says.replace("line 3", f"line {line}") in err
    path.write_text("\n".join([*lines[:2], ""]))
    assert rvhctl("failover", "--threshold", "3", str(path)).code == 0


ELSEWHERE = [
    # A latency, a cell beside it that nobody reads, and what is said.
    ("1.234", "12,5", "may be 1,234 or 1234, as 12,5 in line 3 has a decimal comma"),
    ("1.234", "12,5 GB", "may be 1,234 or 1234, as 12,5 in line 3 has a decimal comma"),
    ("1.234", "1.234,56 €", "may be 1,234 or 1234, as 1.234,56 in line 3 has a decimal comma"),
    ("1,234", "0.25%", "may be 1.234 or 1234, as 0.25 in line 3 has a decimal point"),
    ("1,234", "12,345.6", "may be 1.234 or 1234, as 12,345.6 in line 3 has a decimal point"),
    # Not known to be a number, or a decimal one.
    *[("1.234", cell, "") for cell in ("80,443", "x,5", "1,2,3", "rack 4,5", "5,x", "3.5", "1.234.567")],
    *[("1,234", cell, "") for cell in ("v1.2", "1.2.3", "10.0.0.1", "1.2-rc1", "2,5", "1.234")],
]


@pytest.mark.parametrize(("number", "cell", "says"), ELSEWHERE)
def test_a_number_that_nobody_reads_tells_the_decimal_sign_too(
    number: str, cell: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "nodes.csv"
    path.write_text(f"id;capacity;latency;load\na;{number};{number};\nb;3;3;{cell}\n")
    for flags, stdin in (((), b""), (("--inventory",), b'{"id":"a","latency":1}')):
        code, _, err = rvhctl("failover", "--threshold", "1.3", *flags, str(path), stdin=stdin)
        assert code == (1 if says else 0)
        assert says in err
    path.write_text(f"id;load;latency\na;{cell};{number}\nb;;{'12.5' if '.' in number else '12,5'}\n")
    assert rvhctl("failover", "--threshold", "1.3", str(path)).code == 0, "settled by its own column"


def test_an_id_is_no_number() -> None:
    rows = b"id;latency\n1,5;1.234\n"
    assert rvhctl("failover", "--threshold", "2", "-o", "plain", stdin=rows) == (0, b"1,5\n", "")


def test_degrees_know_no_thousands() -> None:
    rows = b"id;lat;lon;latency\na;52.370;4.900;12,5\n"
    assert rvhctl("faultset", "-p", "2", "--threshold", "13", "-o", "plain", stdin=rows) == (0, b"a\n", "")


@pytest.mark.parametrize("other", ["12.5", "0.123", "1.2345", "", "800us", "7"])
def test_a_point_alone_is_the_decimal_one(other: str) -> None:
    rows = f"id;latency\na;1.234\nb;{other}\n".encode()
    assert rvhctl("failover", "--threshold", "1.3", "--top", "1", "-o", "plain", stdin=rows).code == 0
    if other not in ("", "800us", "7"):
        beside = rows.replace(b"1.234\n", b"12,5\n")
        assert rvhctl("failover", "--threshold", "20", stdin=beside).code == 0


def test_a_weight_that_is_none_is_that_of_all() -> None:
    rows = b"id,latency,weight,capacity\na,1,N/A,--\n"
    outcome = rvhctl("failover", "--threshold", "20", "-o", "json", stdin=rows)
    assert json.loads(outcome.out) == [{"id": "a", "latency": 1, "weight": None, "capacity": None}]


def test_what_is_no_number_is_said_in_the_unit_of_its_column() -> None:
    outcome = rvhctl("failover", "--threshold", "20", stdin=b"id,rtt_s\na,abc\n")
    problem = "the latency must be a number of seconds (got 'abc'); leave it empty for no measurement"
    assert outcome.err == f"rvhctl: stdin:2:3: {problem}\n"
