"""The demand of each group, in whichever format it comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from rvhctl.errors import InputError
from rvhctl.policy.traffic.demand import read_demand

FILES = {
    "d.csv": "group,demand,note\nu,12.5,x\ng,3,\n",
    "semicolons.csv": "sep=;\nGroup; DEMAND ;note\nu;12,5;x\ng;3;1.234\n",
    "d.tsv": "group\tdemand\nu\t12.5\ng\t3\n",
    "d.ndjson": '{"group": "u", "demand": 12.5}\n{"group": "g", "demand": 3}\n',
    "records.json": '[{"group": "u", "demand": 12.5}, {"group": "g", "demand": 3}]',
    "object.json": '{\n "u": 12.5,\n "g": 3\n}\n',
    "line.json": '{"u": 12.5, "g": 3}\n',
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_says_the_same(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(FILES[name])
    assert read_demand(str(tmp_path / name)) == {"u": 12.5, "g": 3.0}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("group,demand\nu,1\nu,2\n", ":3: the group 'u' was there before"),
        ('{"u": 1, "u": 2}', ":1: the group 'u' was there before"),
        ('{"u": 1, "\\u0075": 2}', ":1: the group 'u' was there before"),
        ('{\n"u": 1,\n"u": 2\n}', ": the group 'u' was there before"),
        ("group,demand\nu,x\n", ":2: the demand of 'u' must be a number, finite and not negative (got 'x')"),
        ("group,demand\nu,-1\n", ":2: the demand of 'u' must be a number, finite and not negative"),
        ("group,demand\nu,\n", ":2: the demand of 'u' must be a number"),
        ('group,demand\nu,"1,5"\n', ":2: the demand of 'u' must be a number"),
        (
            "group;demand\nu;1,5\ng;1.234\n",
            ":3:3: 'demand' may be 1,234 or 1234, as 1,5 in line 2 has a decimal",
        ),
        ("group,asked\nu,1\n", "demand"),
        ("group,demand\n", ": the file holds no demand"),
        ('[{"group": "u"}]', ": record 1: demand is to be records with the members group and demand"),
        ('{"u": "many"}', "the demand of 'u' must be a number"),
        ('{"u": 1', "d:1"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "d"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_demand(str(path))
    assert str(caught.value).startswith(str(path))
    assert says in str(caught.value)
