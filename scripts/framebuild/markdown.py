"""Text and executed notebooks as Markdown in which nothing becomes markup or script."""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any

MAX_OUTPUT = 20_000  # characters of one text output
ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
SPECIAL = re.compile(r"([\\`*_\[\]|#$~^{}!])")
MATH = re.compile(r"(?P<code>`+[^`]*`+)|\$(?P<inline>[^$\n]+)\$")
IMAGES = {"image/png": (b"\x89PNG\r\n\x1a\n", "png"), "image/jpeg": (b"\xff\xd8\xff", "jpg")}


@dataclass(frozen=True)
class Figure:
    """An image file beside a page, and what it shows in words."""

    name: str
    content: bytes
    alt: str


def plain(text: str) -> str:
    """Text from a record, as one line of Markdown that reads exactly as written."""
    line = " ".join(CONTROL.sub(" ", text).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = SPECIAL.sub(r"\\\1", line)
    return re.sub(r"^(\d+)\.|^([-+])", lambda m: f"{m[1]}\\." if m[1] else f"\\{m[2]}", line)


def fence(text: str, language: str) -> str:
    """Text as a code block that it cannot close."""
    body = CONTROL.sub("", ANSI.sub("", text)).rstrip("\n")
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{body}\n{ticks}\n"


def prose(source: str) -> str:
    """An authored Markdown cell, its headings two levels deeper and its formulas as MathML.

    Raw HTML and odd links are refused by `check`, before anything comes here.
    """
    deeper = re.sub(r"^(#{1,4}) ", r"##\1 ", source, flags=re.MULTILINE)
    return MATH.sub(lambda found: found["code"] or _mathml(found["inline"]), deeper)


def _mathml(formula: str) -> str:
    from latex2mathml.converter import convert

    markup: str = convert(formula)
    return re.sub(r"[*_\\`]", lambda found: f"&#{ord(found[0])};", markup)


def figures_of(notebook: dict[str, Any]) -> list[Figure]:
    """The figures that a notebook displayed, in order."""
    return [
        figure
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if (figure := _figure(output))
    ]


def notebook_markdown(notebook: dict[str, Any]) -> str:
    """An executed notebook: prose, code folded away, outputs as text or as image files."""
    parts: list[str] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            parts.append(prose(cell["source"]) + "\n")
        elif cell["cell_type"] == "code" and cell["source"].strip():
            title = "Parameters" if "parameters" in cell["metadata"].get("tags", ()) else "Code"
            code = fence(cell["source"], "python")
            indented = "".join(f"    {line}\n" if line else "\n" for line in code.splitlines())
            parts.append(f'??? quote "{title}"\n\n{indented}')
            parts.extend(_outputs(cell["outputs"]))
    return "\n".join(parts)


def _outputs(outputs: list[dict[str, Any]]) -> list[str]:
    parts: list[str] = []
    for output in outputs:
        if output["output_type"] == "stream":
            if output["name"] == "stdout":
                parts.append(fence(_capped(output["text"]), "text"))
        elif output["output_type"] == "error":
            parts.append(fence(_capped("\n".join(output["traceback"])), "text"))
        elif figure := _figure(output):
            parts.append(f"![{plain(figure.alt)}]({figure.name}){{ loading=lazy }}\n")
        elif "text/plain" in output.get("data", {}):
            parts.append(fence(_capped(output["data"]["text/plain"]), "text"))
    return parts


def _capped(text: str) -> str:
    if len(text) <= MAX_OUTPUT:
        return text
    return f"{text[:MAX_OUTPUT]}\n... {len(text) - MAX_OUTPUT} more characters"


def _figure(output: dict[str, Any]) -> Figure | None:
    """An output's image as a file: its name is a digest, its kind is read from its bytes."""
    data, metadata = output.get("data", {}), output.get("metadata", {})
    if "image/svg+xml" in data:
        content = "".join(data["image/svg+xml"]).encode()
        return _named(content, "svg", metadata.get("image/svg+xml", {}), data)
    for kind, (magic, suffix) in IMAGES.items():
        if kind in data:
            content = base64.b64decode(data[kind])
            if content.startswith(magic):
                return _named(content, suffix, metadata.get(kind, {}), data)
    return None


def _named(content: bytes, suffix: str, metadata: Any, data: dict[str, Any]) -> Figure:
    alt = metadata.get("alt") if isinstance(metadata, dict) else None
    name = f"figure-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
    return Figure(name, content, str(alt or data.get("text/plain", "a figure")))
