"""Text as Markdown in which nothing becomes markup or script, and the figures of a notebook."""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any

MAX_OUTPUT = 20_000  # characters of one text output
ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
SPECIAL = re.compile(r"([\\`*_\[\]|#$~^{}!])")
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


def figures_of(notebook: dict[str, Any]) -> list[Figure]:
    """The figures that a notebook displayed, in order."""
    return [
        figure
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if (figure := figure_in(output))
    ]


def capped(text: str) -> str:
    """Text up to the limit of one output, with a word on what is left out."""
    if len(text) <= MAX_OUTPUT:
        return text
    return f"{text[:MAX_OUTPUT]}\n... {len(text) - MAX_OUTPUT} more characters"


def figure_in(output: dict[str, Any]) -> Figure | None:
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
