"""All sources of all frames as one bibliography: BibTeX and CSL-JSON, each source once."""

from collections.abc import Iterable, Mapping
from typing import Any

from framebuild.cite import bibtex


def sources_of(frames: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every source once, sorted by id, each with the ids of the `frames` that name it.

    Frames that name one address share an entry. Two addresses under one id get keys that differ:
    the second in the order of frames is called olsson-2022-2.
    """
    found: dict[str, dict[str, Any]] = {}  # by address
    keys: set[str] = set()
    for frame in frames:
        for source in frame["sources"]:
            entry = found.get(source["link"])
            if entry is None:
                key, number = source["id"], 1
                while key in keys:
                    number += 1
                    key = f"{source['id']}-{number}"
                keys.add(key)
                entry = found[source["link"]] = {**source, "id": key, "frames": []}
            if frame["id"] not in entry["frames"]:
                entry["frames"].append(frame["id"])
    return sorted(found.values(), key=lambda one: str(one["id"]))


def as_bibtex(sources: Iterable[dict[str, Any]]) -> bytes:
    """A .bib file."""
    return ("\n".join(bibtex(one).rstrip("\n") + "\n" for one in sources)).encode()


def as_csl(sources: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """CSL-JSON, for citation managers and processors.

    Names stay whole, as `literal`: which part is the family's, a record does not say. Nor has CSL
    a word for "et al.", so that such a list ends with the last name that the record gives.
    """
    return [_csl(one) for one in sources]


def _csl(source: Mapping[str, Any]) -> dict[str, Any]:
    entry = {
        "id": source["id"],
        "type": "article" if source["arxiv"] or source["doi"] else "webpage",
        "title": source["title"],
        "author": [{"literal": one} for one in source["authors"] if one != "et al."],
        "issued": {"date-parts": [[source["year"]]]},
        "URL": source["link"],
    }
    if source["doi"]:
        entry["DOI"] = source["doi"]
    if source["arxiv"]:
        entry |= {"number": f"arXiv:{source['arxiv']}", "publisher": "arXiv"}
    return entry
