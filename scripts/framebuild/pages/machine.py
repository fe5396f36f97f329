"""What programs read: everything as data, its schema, and that of a record."""

from collections.abc import Iterator

from framebuild.api import SCHEMA_VERSION
from framebuild.pages.page import Page, Site, data
from framebuild.published import published_schema_text
from framespec.schema import record_schema_text


def pages(site: Site) -> Iterator[Page]:
    """The data files that belong to no one frame."""
    everything = {
        "schema_version": SCHEMA_VERSION,
        "built": site.built,
        "frames": list(site.frames.values()),
    }
    yield data("api/frames.json", everything)
    yield Page("api/frame.schema.json", record_schema_text().encode())
    yield Page("api/frames.schema.json", published_schema_text().encode())
