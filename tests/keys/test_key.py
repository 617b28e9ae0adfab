"""What may be a key: of text, of JSON, of several fields, in a request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.errors import InputError, JumpHashError
from rvhctl.keys.key import MAX_KEY, MIN_KEY, Key, KeyRule, flag_keys, show, shown, stated_keys

PLAIN, INTEGERS = KeyRule(), KeyRule(integers=True)
UTF8, AS_TEXT = KeyRule(utf8=True), KeyRule(as_text=True)


def exactly(text: str) -> Any:
    return lambda: json.loads(text)


@pytest.mark.parametrize("rule", [PLAIN, UTF8, AS_TEXT])
def test_text_is_the_key_as_it_stands(rule: KeyRule) -> None:
    assert rule.text("é", "s") == "é"
    assert rule.text("-7", "s") == "-7"
    assert rule.text(b"a\xff" if rule is not UTF8 else b"a", "s") == (b"a\xff" if rule is not UTF8 else "a")


@given(st.integers(MIN_KEY, MAX_KEY), st.sampled_from(["", "+", "0", "00000000000000000000000"]))
def test_text_may_have_to_be_an_integer(number: int, before: str) -> None:
    text = f"-{before.strip('+')}{-number}" if number < 0 else f"{before}{number}"
    assert INTEGERS.text(text, "s") == INTEGERS.text(text.encode(), "s") == number


@pytest.mark.parametrize(
    "text",
    [str(MAX_KEY + 1), str(MIN_KEY - 1), "1.0", "1e3", "x", "-", "+", "--1", " 1", "1\n", "٣", "9" * 30],
)
def test_other_text_is_no_integer(text: str) -> None:
    for key in (text, text.encode()):
        with pytest.raises(InputError):
            INTEGERS.text(key, "s")


def test_what_is_wrong_with_text_is_said_with_its_place() -> None:
    for rule in (PLAIN, INTEGERS):
        with pytest.raises(InputError, match=r"^file:3: .*the key is empty"):
            rule.text("", "file", 3)
    with pytest.raises(InputError, match=r"^file:3:2: the key is not UTF-8") as caught:
        UTF8.text(b"\xc3\xa9\xff", "file", 3)
    assert "only -o plain can answer for it" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('"a"', "a"),
        ("7", 7),
        ("-9223372036854775808", MIN_KEY),
        ("18446744073709551615", MAX_KEY),
        ('{"key":"a","more":1}', "a"),
        ('{"key":18446744073709551615}', MAX_KEY),
        ('["a",1]', ("a", 1)),
        ('["",18446744073709551615]', ("", MAX_KEY)),
        ('{"key":["a",""]}', ("a", "")),
    ],
)
def test_a_value_of_json_is_a_key(text: str, key: Key) -> None:
    assert PLAIN.json(json.loads(text), exactly(text), "s") == key
    # A library may have made a float of an integer of more than 64 bits, signed.
    as_float = json.loads(text, parse_int=lambda digits: float(digits) if len(digits) > 19 else int(digits))
    assert PLAIN.json(as_float, exactly(text), "s") == key


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{}", "has no member 'key'"),
        ("1.5", "a key is a string or an integer"),
        ("null", "a key is a string or an integer"),
        ("true", "a key is a string or an integer"),
        ('["a",true]', "a key is a string or an integer"),
        ('["a",1.5]', "a key is a string or an integer"),
        ('["a",["b"]]', "a key is a string or an integer"),
        ("18446744073709551616", "out of range"),
        ("-9223372036854775809", "out of range"),
        ('["a",18446744073709551616]', "out of range"),
        ('""', "the key is empty"),
        ("[]", "has at least two"),
        ('["a"]', "has at least two"),
        ('["",""]', "each of its fields is"),
    ],
)
def test_other_values_are_none(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        PLAIN.json(json.loads(text), exactly(text), "file", 4)
    assert str(caught.value).startswith("file:4: ")


def test_integers_may_be_their_text_and_fields_are_no_integer() -> None:
    assert AS_TEXT.json(7, exactly("7"), "s") == "7"
    assert AS_TEXT.json(10**30, exactly("0"), "s") == str(10**30)
    assert AS_TEXT.json(["a", 7], exactly("0"), "s") == ("a", "7")
    assert INTEGERS.json("007", exactly("0"), "s") == 7
    with pytest.raises(InputError, match="no integer, which --hash int takes"):
        INTEGERS.json(["1", "2"], exactly("0"), "s")


def test_keys_of_the_shell_are_its_bytes() -> None:
    assert flag_keys(["a", "é", "\udcff"], PLAIN) == [b"a", "é".encode(), b"\xff"]
    assert flag_keys(["7"], INTEGERS) == [7]
    with pytest.raises(InputError, match=r"^--key: .*empty"):
        flag_keys([""], PLAIN)


@pytest.mark.parametrize("rule", [PLAIN, INTEGERS, AS_TEXT])
def test_keys_of_a_request_are_values_of_json(rule: KeyRule) -> None:
    for keys in (["7", "8"], ["7", 8, "9"], [], ["7", MAX_KEY]):
        text = json.dumps({"keys": keys})
        expected = [rule.json(key, exactly("0"), "s") for key in keys]
        assert stated_keys(json.loads(text), exactly(text), rule) == (expected, False)
        for key in keys:
            text = json.dumps({"key": key})
            assert stated_keys({"key": key}, exactly(text), rule) == (
                [rule.json(key, exactly("0"), "s")],
                True,
            )
    large = {"key": float(MAX_KEY), "keys": ["a", float(MAX_KEY)]}
    exact = exactly(json.dumps({"key": MAX_KEY, "keys": ["a", MAX_KEY]}))
    if rule is PLAIN:
        assert stated_keys(large, exact, rule) == ([MAX_KEY], True)
        del large["key"]
        assert stated_keys(large, exact, rule) == (["a", MAX_KEY], False)


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({"key": ""}, r"^the key is empty"),
        ({"key": 1.5}, "a key is a string or an integer"),
        ({"keys": ["a", ""]}, r"^key 2: the key is empty"),
        ({"keys": ["a", None]}, r"^key 2: a key is a string or an integer"),
        ({"keys": "a"}, "a request needs key or keys; it has keys"),
        ({"n": 1}, "a request needs key or keys; it has n"),
        ({}, "a request needs key or keys; it has no member"),
    ],
)
def test_what_is_wrong_with_the_keys_of_a_request(request_: dict[str, Any], says: str) -> None:
    with pytest.raises(JumpHashError, match=says):
        stated_keys(request_, lambda: request_, PLAIN)
    with pytest.raises(JumpHashError):
        stated_keys({"keys": ["7", "x"]}, dict, INTEGERS)


def test_keys_as_they_are_shown() -> None:
    assert [shown(key) for key in (7, "é", b"\xff", ("a", 7))] == [7, "é", b"\xff", '["a",7]']
    assert [show(key) for key in (7, "é", b"\xff", ("a", 7))] == [7, "é", "\udcff", '["a",7]']
