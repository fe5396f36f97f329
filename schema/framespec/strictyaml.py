"""The dialect of YAML that records are written in: YAML 1.2 scalars, and nothing that surprises.

Refused, each with its line: anchors, aliases, tags, merge keys, duplicate keys, keys that are
not text, more than one document, control characters, files over a size, nesting over a depth.
Only `true` and `false` are booleans, `1e-3` is a number, and no text turns into a date.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
MANY = 500  # of the characters that nest; fewer cannot nest deep enough to harm the parser

COLON = re.compile(r"^\s*(?:- )?\w+: +[^\s\"'\[{>|&*#][^#]*: ")  # a text with a colon in it

Location = tuple[str | int, ...]


class YamlRefused(ValueError):
    """A file is not in the dialect. Carries its parts: line (from 1), what, mend."""

    def __init__(self, line: int, what: str, mend: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line, self.what, self.mend = line, what, mend


class Document(NamedTuple):
    """Plain data, the line (from 1) of every key and item by its location, and the text."""

    data: Any
    lines: dict[Location, int]
    text: str

    def line_of(self, location: Location) -> int:
        """The line of the nearest enclosing thing that was written, 1 if there is none."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


class _Loader(yaml.CSafeLoader):
    """libyaml's parser with YAML 1.2 scalars in place of PyYAML's 1.1 ones."""


_Loader.yaml_implicit_resolvers = {}
_SCALARS = {
    "bool": (r"true|false", "tf"),
    "null": (r"null|~|", ["n", "~", ""]),
    "int": (r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    "float": (
        r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+",
        "-+.0123456789",
    ),
}
for _name, (_pattern, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )
_CONVERT: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": lambda text: text == "true",
    "tag:yaml.org,2002:null": lambda text: None,
}


def parse(raw: bytes) -> Document:
    """Read one file's bytes. Raises YamlRefused, at the first thing that is out of the dialect."""
    if len(raw) > MAX_BYTES:
        raise YamlRefused(
            1, f"file has {len(raw)} bytes, the limit is {MAX_BYTES}", "move detail to the demo"
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise YamlRefused(line, "file is not UTF-8 text", "save it as UTF-8") from None
    try:
        if "&" in text or "*" in text or sum(map(text.count, "[{-?:")) > MANY:
            _refuse_events(text)
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        began = error.context_mark
        context = f" ({error.context} that began on line {began.line + 1})" if began else ""
        what = f"not valid YAML: {error.problem or error.context}{context}"
        raise YamlRefused(mark.line + 1 if mark else 1, what, _mend(text, mark)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"character {error.character:#04x} is not allowed in YAML"
        raise YamlRefused(line, what, "remove it: a record is plain text") from None
    if node is None:
        raise YamlRefused(1, "file is empty", "start from the record of a neighbouring frame")
    lines: dict[Location, int] = {}
    return Document(_build(node, (), lines), lines, text)


def _mend(text: str, mark: "yaml.Mark | None") -> str:
    """What most likely is wrong with a line that libyaml stumbles over."""
    lines = text.splitlines()
    here = lines[mark.line] if mark and mark.line < len(lines) else ""
    if here[: len(here) - len(here.lstrip())].count("\t"):
        return "indent it with spaces: YAML takes no tabs there"
    if COLON.match(here):
        return "the text holds ': ', which begins a value; put the whole text in quotes"
    if re.match(r"^\s*(?:- )?\w+:(?: |$)", here):
        return "indent it like the fields beside it, and close the quotes on the line before"
    return "check the indentation and the quotes on this line and the one before"


def _refuse_events(text: str) -> None:
    """Refuse what must not reach the composer: it copies aliases, and recurses without bound."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1  # type: ignore[union-attr]  # libyaml always marks
        if isinstance(event, yaml.AliasEvent):
            raise YamlRefused(line, f"alias '*{event.anchor}' is not allowed", "write it out")
        if anchor := getattr(event, "anchor", None):
            raise YamlRefused(line, f"anchor '&{anchor}' is not allowed", "write it out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise YamlRefused(line, f"nested more than {MAX_DEPTH} deep", "flatten it")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _compose(text: str) -> Node | None:
    loader = _Loader(text)
    try:
        node: Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _build(node: Node, at: Location, lines: dict[Location, int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(at, line)
    if len(at) > MAX_DEPTH:
        raise YamlRefused(line, f"nested more than {MAX_DEPTH} deep", "flatten it")
    if isinstance(node, ScalarNode) and node.tag in _CONVERT:
        return _CONVERT[node.tag](node.value)
    if isinstance(node, SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        return [_build(child, (*at, index), lines) for index, child in enumerate(node.value)]
    if isinstance(node, MappingNode) and node.tag == "tag:yaml.org,2002:map":
        return _build_mapping(node, at, lines)
    raise YamlRefused(line, f"tag '{node.tag}' is not allowed", "remove the tag")


def _build_mapping(node: MappingNode, at: Location, lines: dict[Location, int]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode) or key.tag != "tag:yaml.org,2002:str":
            shown = getattr(key, "value", "?")
            raise YamlRefused(line, f"key {shown!r} is not text", f"quote it: '{shown}'")
        if key.value in data:
            first = lines[(*at, key.value)]
            raise YamlRefused(
                line, f"duplicate key '{key.value}', first on line {first}", "keep one of the two"
            )
        lines[(*at, key.value)] = line
        data[key.value] = _build(value, (*at, key.value), lines)
    return data
