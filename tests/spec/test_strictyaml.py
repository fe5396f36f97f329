"""What the dialect reads, and what it refuses, with the line."""

import pytest

from framespec.strictyaml import MAX_BYTES, YamlRefused, parse


def test_scalars_are_what_they_look_like() -> None:
    text = b"""
a: 1e-3
b: no
c: [0.5, .5, 3, -2, 1.0e-6]
d: 2024-01-02
e: 012
f: 1:30
g: true
h: null
i: =
"""
    assert parse(text).data == {
        "a": 0.001,
        "b": "no",
        "c": [0.5, 0.5, 3, -2, 1e-6],
        "d": "2024-01-02",
        "e": "012",
        "f": "1:30",
        "g": True,
        "h": None,
        "i": "=",
    }


def test_lines_point_at_keys_and_items() -> None:
    document = parse(b"a:\n  b: 1\n  c:\n    - x\n    - y\n")
    assert document.line_of(("a", "c", 1)) == 5
    assert document.line_of(("a", "b")) == 2
    assert document.line_of(("a", "missing")) == 1
    assert document.line_of(("nothing",)) == 1


BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("raw", "line", "what"),
    [
        (b"", 1, "file is empty"),
        (b"a: 1\nb: 2\na: 3\n", 3, "duplicate key 'a', first on line 1"),
        (BOMB, 1, "anchor '&a' is not allowed"),
        (b"a: 1\nb: *a\n", 2, "alias '*a' is not allowed"),
        (b"x: 1\n1: y\n", 2, "key '1' is not text"),
        (b"[a]: y\n", 1, "key [ScalarNode"),
        (b"a: !!python/object:os.system x\n", 1, "tag 'tag:yaml.org,2002:python/object:os.system'"),
        (b"a: [1, 2\nb: 3\n", 2, "not valid YAML: "),
        (b"a: 1\n---\nb: 2\n", 2, "not valid YAML: but found another document"),
        (b"a: 1\nb: \x00\n", 2, "character 0x00 is not allowed in YAML"),
        (b"a: 1\nb: \xff\n", 2, "file is not UTF-8 text"),
        (b"[" * 50_000, 1, "nested more than 12 deep"),
        (b"a" * (MAX_BYTES + 1), 1, f"file has {MAX_BYTES + 1} bytes, the limit is {MAX_BYTES}"),
    ],
    ids=lambda value: None,
)
def test_refused(raw: bytes, line: int, what: str) -> None:
    with pytest.raises(YamlRefused) as refused:
        parse(raw)
    assert refused.value.line == line
    assert refused.value.what.startswith(what)
    assert refused.value.mend


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("a: b\nsays: Section 2: the rank\n", "the text holds ': ', which begins a value"),
        ("a: b\n kind: y\nc: z\n", "indent it like the fields beside it"),
        ("a: [x\nb: y\n", "indent it like the fields beside it, and close"),
        ("a: 'x\nb: y\n", "check the indentation and the quotes"),
    ],
)
def test_a_line_that_does_not_parse_gets_the_likeliest_advice(text: str, mend: str) -> None:
    with pytest.raises(YamlRefused) as refused:
        parse(text.encode())
    assert refused.value.mend.startswith(mend)
