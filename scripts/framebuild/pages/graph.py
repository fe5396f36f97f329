"""All frames and relations as one picture with a table beside it, and those not yet drawn."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from framebuild.api import FORWARD, SCHEMA_VERSION
from framebuild.arcs import AXIS, LABEL, LINE, draw, relations
from framebuild.nearest import Near, undrawn
from framebuild.pages.page import Page, Site, data, markdown


def pages(site: Site) -> Iterator[Page]:
    """The graph, its suggestions, and both as data."""
    drawn, near = relations(site.frames), undrawn(site.frames)
    yield markdown(
        "graph/index.md",
        "graph.md",
        frames=site.frames,
        topics=site.corpus.topics,
        picture=draw(site.frames),
        contradictions=[one for one in drawn if one.how == "contradicts"],
        forward=FORWARD,
        axis=AXIS,
        label=LABEL,
        line_height=LINE,
    )
    yield markdown(
        "graph/connections/index.md",
        "connections.md",
        frames=site.frames,
        topics=site.corpus.topics,
        undrawn=near,
    )
    yield data("api/graph.json", _as_data(site, near))


def _as_data(site: Site, near: dict[str, list[Near]]) -> dict[str, Any]:
    nodes = [
        {name: found[name] for name in ("id", "title", "kind", "topics", "verdict", "url")}
        for found in site.frames.values()
    ]
    edges = [
        {"source": one.source, "target": one.target, "how": one.how}
        for one in relations(site.frames)
    ]
    suggestions = [
        {
            "source": one,
            "target": other["frame"],
            **{k: other[k] for k in ("score", "words", "topics")},
        }
        for one, found in near.items()
        for other in map(asdict, found)
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "nodes": nodes,
        "edges": edges,
        "suggestions": suggestions,
    }
