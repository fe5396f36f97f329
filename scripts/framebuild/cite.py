"""A source as something to copy: a BibTeX entry, and one line of plain text."""

import unicodedata
from typing import Any

TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}


def bibtex(source: dict[str, Any]) -> str:
    """A BibTeX entry, with braces round the title so that its capitals stay.

    source: as `api.frame_object` gives it.
    """
    fields = {
        "title": f"{{{_tex(source['title'])}}}",
        "author": " and ".join(_author(one) for one in source["authors"]),
        "year": str(source["year"]),
    }
    if source["arxiv"]:
        fields |= {"eprint": source["arxiv"], "archiveprefix": "arXiv"}
    if source["doi"]:
        fields["doi"] = source["doi"]
    fields["url"] = source["link"]
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{{source['id']},\n{body}}}"


def citation(source: dict[str, Any]) -> str:
    """One line: authors, year, title, where."""
    where = source["link"]
    return f"{', '.join(source['authors'])} ({source['year']}). {source['title']}. {where}"


def _author(name: str) -> str:
    """A name in braces if it is that of a body or a list, which BibTeX would else take apart."""
    if name == "et al.":
        return "others"  # BibTeX's own word for it, which a style writes in its language
    safe = _tex(name)
    return f"{{{safe}}}" if " and " in name or "," in name else safe


def _tex(text: str) -> str:
    return "".join(TEX.get(one, one) for one in unicodedata.normalize("NFC", text))
