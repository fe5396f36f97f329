"""What language models read: a twin of each page in plain Markdown, and llms.txt."""

import re
from collections.abc import Sequence

from framebuild.pages.page import Page, Site
from framebuild.pages.templates import environment
from framebuild.twins import twin

TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def readable(site: Site, pages: Sequence[Page]) -> list[Page]:
    """Twins for pages in Markdown, at the same path, and llms.txt.

    A frame's is written from the record: its page holds much that is for the eye.
    """
    made, listed = [], []
    for page in pages:
        if not page.path.endswith(".md"):
            continue
        folder, _, name = page.path.removesuffix("/index.md").rpartition("/")
        if folder == "frames" and name in site.frames:
            text = (
                environment()
                .get_template("twin.md")
                .render(frame=site.frames[name], frames=site.frames, topics=site.corpus.topics)
            )
        else:
            text = twin(page.content.decode())
            if name not in site.corpus.stubs:
                title = TITLE.search(text)
                listed.append({"path": page.path, "title": title[1] if title else page.path})
        made.append(Page(page.path, text.encode(), finished=True))
    text = (
        environment()
        .get_template("llms.txt")
        .render(frames=list(site.frames.values()), readable=listed, url=site.url)
    )
    return [*made, Page("llms.txt", text.encode())]
