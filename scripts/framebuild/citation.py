"""A citation from an arXiv identifier or a DOI, asked of doi.org, which knows both."""

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

RESOLVER = "https://doi.org/"
TIMEOUT_S = 10
MAX_BYTES = 1_000_000
NAMED = 3  # authors that a record names before "et al."

ARXIV = re.compile(r"(?:^arxiv:|^|arxiv\.org/(?:abs|pdf)/|10\.48550/arxiv\.)(\d{4}\.\d{4,5})", re.I)
DOI = re.compile(r"(?:^|^doi:|doi\.org/)(10\.\d{4,9}/[^\s?#]+)", re.I)
ADDRESS = re.compile(r"^https?://[^\s\"]+$")


@dataclass(frozen=True)
class Citation:
    """What is known of a source. key and value: arxiv, doi or url, and the identifier."""

    key: str = ""
    value: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    family: str = ""  # of the first author

    @property
    def id(self) -> str:
        """A short key, such as olsson-2022; empty while author or year is unknown."""
        ascii_name = unicodedata.normalize("NFKD", self.family).encode("ascii", "ignore").decode()
        name = "-".join(re.findall(r"[a-z0-9]+", ascii_name.lower()))
        return f"{name}-{self.year}" if name and self.year else ""


class NotFetched(Exception):
    """Nothing came from the network, and why."""


def identified(text: str) -> Citation:
    """The identifier in an address. Raises ValueError where there is none."""
    if found := ARXIV.search(text):
        return Citation("arxiv", found[1])
    if found := DOI.search(text):
        return Citation("doi", found[1])
    if ADDRESS.match(text):
        return Citation("url", text)
    raise ValueError(f"'{text}' is neither an address, an arXiv identifier nor a DOI")


def fetched(citation: Citation, resolver: str = RESOLVER) -> Citation:
    """With title, authors and year. Raises NotFetched, with the reason, where that fails."""
    if citation.key not in ("arxiv", "doi"):
        raise NotFetched("only an arXiv identifier or a DOI can be looked up")
    doi = citation.value if citation.key == "doi" else f"10.48550/arXiv.{citation.value}"
    accept = {"Accept": "application/vnd.citationstyles.csl+json"}
    try:
        with urlopen(Request(resolver + doi, headers=accept), timeout=TIMEOUT_S) as answer:
            data = json.loads(answer.read(MAX_BYTES))
        return _filled(citation, data)
    except HTTPError as error:
        raise NotFetched(f"{resolver}{doi} answers {error.code}") from None
    except (OSError, HTTPException) as error:
        raise NotFetched(f"no answer from {resolver} ({getattr(error, 'reason', error)})") from None
    except (ValueError, KeyError, TypeError, IndexError):
        raise NotFetched(f"{resolver}{doi} answers in an unknown form") from None


def _filled(citation: Citation, data: dict[str, Any]) -> Citation:
    people = data["author"]
    names = [one.get("literal") or f"{one.get('given', '')} {one['family']}" for one in people]
    authors = [" ".join(name.split()) for name in names[:NAMED]]
    authors += ["et al."] if len(names) > NAMED else []
    return replace(
        citation,
        title=" ".join(re.sub(r"<[^>]*>", "", data["title"]).split()),
        authors=tuple(authors),
        year=int(data["issued"]["date-parts"][0][0]),
        family=people[0].get("family") or people[0]["literal"].split()[-1],
    )
