"""What is new: frames by the day they were added, and verdicts by the day they were recorded."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 100  # in the feed; the page has all


@dataclass(frozen=True)
class Event:
    """Something that happened to a frame on a day. model: named where it is not the demo's own."""

    day: str
    frame: str
    kind: str  # added, recorded or changed
    verdict: str | None = None
    before: str | None = None
    model: str | None = None

    @property
    def says(self) -> str:
        """What happened, in words that follow the frame's title."""
        on = f" on {self.model}" if self.model else ""
        if self.kind == "added":
            return f"was added with the verdict {self.verdict}" if self.verdict else "was added"
        if self.kind == "recorded":
            return f"was recorded as {self.verdict}{on}"
        return f"went from {self.before} to {self.verdict}{on}"


def events(frames: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Everything with a day, the newest first.

    frames: as `api.frame_object` gives them.
    """
    found = [event for frame in frames for event in _of(frame)]
    order = {"added": 0, "recorded": 1, "changed": 2}
    found.sort(key=lambda one: (one.frame, order[one.kind], one.model or ""))
    return sorted(found, key=lambda one: one.day, reverse=True)


def _of(frame: Mapping[str, Any]) -> Iterator[Event]:
    """A frame comes with its first verdict, so that to run it again, equally, is no news."""
    rows = frame.get("evidence", ())
    if frame["added"]:
        own = next((_verdicts(row)[0][1] for row in rows if row["default"]), None)
        yield Event(frame["added"], frame["id"], "added", own)
    for row in rows:
        model = None if row["default"] else row["model"]
        (day, last), *later = _verdicts(row)
        if model or not frame["added"]:
            yield Event(day, frame["id"], "recorded", last, model=model)
        for day, verdict in later:
            if verdict != last:
                yield Event(day, frame["id"], "changed", verdict, last, model)
            last = verdict


def _verdicts(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The verdicts that a row had, each with the day from which it did; the present one is last."""
    past = [(one["date"], one["verdict"]) for one in row["before"]]
    since = row["before"][-1]["until"] if past else row["date"]
    return [*past, (since, row["verdict"])]


def atom(
    found: list[Event], frames: Mapping[str, Mapping[str, Any]], built: str, url: str
) -> bytes:
    """The newest events as an Atom feed.

    url: the site's address with a slash at its end, or nothing: links are then relative.
    built: when the content was made, for a feed without entries.
    """
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(
        f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en"}
    )
    _add(feed, "title", "Frames: what is new")
    _add(feed, "id", _uuid("feed"))
    _add(feed, "updated", _moment(found[0].day if found else built))
    _add(_add(feed, "author"), "name", "Frames")
    if url:
        _add(feed, "link", rel="self", type="application/atom+xml", href=f"{url}feed.xml")
    _add(feed, "link", rel="alternate", type="text/html", href=f"{url}new/index.html")
    for event in found[:MOST_ENTRIES]:
        frame = frames[event.frame]
        entry = _add(feed, "entry")
        _add(entry, "title", f"{frame['title']} {event.says}")
        _add(entry, "id", _uuid(f"{event.frame} {event.kind} {event.day} {event.says}"))
        _add(entry, "updated", _moment(event.day))
        address = f"{url}frames/{event.frame}/index.html"
        _add(entry, "link", rel="alternate", type="text/html", href=address)
        _add(entry, "content", frame["claim"], type="text")
    ElementTree.indent(feed, " ")
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add(
    parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    made.text = text
    return made


def _uuid(name: str) -> str:
    """An id that stays the same wherever the site is served."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"frames-encyclopedia {name}").urn


def _moment(day: str) -> str:
    """A day as the moment at which it began; a moment as it is; the epoch for neither."""
    if "T" in day:
        return day
    return f"{day if day[:1].isdigit() else '1970-01-01'}T00:00:00Z"
