"""Pages that follow the files: drawn anew on each save, with what is wrong in place of what was.

One thread draws, so that a save shows while a demo runs; the main thread runs demos; a preview
turns the pages that changed into HTML and reloads the browser.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path

import click
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from framebuild.build import pages_of, run_demos, store_of
from framebuild.check import check
from framebuild.execute import Settings
from framebuild.load import Corpus, Frame, load
from framebuild.markdown import plain
from framebuild.pages.page import Page
from framebuild.plan import Job, plan
from framebuild.preview import Preview
from framebuild.problem import Problem
from framebuild.site import configuration, overrides, write_pages
from framebuild.store import Run
from framebuild.summary import console
from framespec.corpus import Refused

WATCHED = ("frames", "demos", "schema")
SUFFIXES = (".yaml", ".yml", ".py", ".json")
CHANGES = ("modified", "created", "moved", "deleted")  # reading a file is an event too
SETTLED_S = 0.05  # an editor writes a file in several steps
START_S = 60


class View:
    """What the browser shows of a root: the pages as they can be drawn now."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "build" / "serve"
        # Where nothing can be drawn, nothing is shown: not the pages of an earlier day either.
        (self.folder / "mkdocs.yml").unlink(missing_ok=True)
        self.said: list[Problem] = []
        self.failed: dict[str, Problem] = {}  # by the key of the job that failed
        self.saved: set[str] = set()  # ids whose files were saved since we look
        self.never_run = 0  # demos that have not run here, and that nobody has saved
        self.preview: Preview | None = None  # what is told of each change, once there is one
        self._good: dict[str, Frame] = {}  # each frame as it last had no problem
        self._drawing = threading.Lock()

    def draw(self) -> list[Job]:
        """Write the pages that differ; the jobs that somebody works on and that must run.

        Those are the demos that ran here before, and those that are saved while we look: in a fresh
        clone none has run, and who looks at one page should not wait for all of them.
        """
        with self._drawing:
            corpus, problems = load(self.root)
            problems = sorted([*problems, *check(corpus)])
            wrong = _by_page(problem for problem in problems if not problem.draft)
            fine = [one for one in corpus.frames if one not in wrong]
            jobs, unplanned = plan(corpus, fine, {}, store_of(self.root))
            failures = [self.failed[job.key] for job in jobs if job.key in self.failed]
            wrong |= _by_page([*unplanned, *failures])
            self._good = {**self._good, **{one: corpus.frames[one] for one in fine}}
            self._say(sorted({*problems, *unplanned, *failures}))
            shown = self._shown(corpus)
            if shown is not None:
                runs = {job.frame.id: job.run for job in jobs if job.run}
                self._write(shown, wrong, runs)
            stale = [job for job in jobs if job.stale and job.key not in self.failed]
            ours = [job for job in stale if job.frame.id in self.saved or self._ran(job)]
            self.never_run = len(stale) - len(ours)
            return ours

    def _ran(self, job: Job) -> bool:
        return store_of(self.root).latest(job.frame.id, default=True) is not None

    def _shown(self, corpus: Corpus) -> Corpus | None:
        """The corpus with the last good version of what is not good; None if that is not enough."""
        there = {*corpus.frames, *corpus.unreadable}
        frames = {one: frame for one, frame in self._good.items() if one in there}
        if not corpus.topics or not frames:
            return None
        kept = {}
        for one, frame in sorted(frames.items()):
            known = [link for link in frame.record.related if link.frame in frames]
            topics = [topic for topic in frame.record.topics if topic in corpus.topics]
            record = frame.record.model_copy(update={"related": known, "topics": topics})
            kept[one] = replace(frame, record=record)
        stubs = {old: new for old, new in corpus.stubs.items() if new in frames}
        return replace(corpus, frames=kept, stubs=stubs)

    def _write(self, corpus: Corpus, wrong: dict[str, list[Problem]], runs: dict[str, Run]) -> None:
        pages = {page.path: page for page in pages_of(corpus, runs)}
        for one, problems in wrong.items():
            path = f"frames/{one}/index.md" if one else "index.md"
            pages[path] = _problem_page(path, one, problems)
        changed, gone = write_pages(self.folder / "pages", list(pages.values()))
        write_pages(self.folder / "overrides", overrides())
        text = configuration(list(pages.values())).replace("../mkdocs.yml", "../../mkdocs.yml")
        settings = self.folder / "mkdocs.yml"
        same = settings.is_file() and settings.read_text(encoding="utf-8") == text
        if not same:
            settings.write_text(text, encoding="utf-8")
        if self.preview:
            self.preview.update(changed if same and not gone else None)

    def _say(self, problems: list[Problem]) -> None:
        for problem in problems:
            if problem not in self.said:
                click.echo(str(problem), err=True)
        if self.said and not problems:
            click.echo("no problem is left", err=True)
        self.said = problems


def _by_page(problems: "Iterator[Problem] | list[Problem]") -> dict[str, list[Problem]]:
    """Problems by the frame whose page they spoil; under an empty name those of the whole."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        path = Path(problem.path)
        own = path.parent.name in ("frames", "demos") and path.stem != "topics"
        # An id has no dot, and a results file is its frame's own too.
        found.setdefault(path.name.partition(".")[0] if own else "", []).append(problem)
    return found


def _problem_page(path: str, one: str, problems: list[Problem]) -> Page:
    title = f"{one}: not shown yet" if one else "The encyclopedia: not shown yet"
    lines = escape("\n\n".join(map(str, problems)), quote=False)
    shown = f'<pre style="white-space: pre-wrap">{lines}</pre>'
    text = f"# {plain(title)}\n\nMend this and save; the page follows.\n\n{shown}\n"
    return Page(path, text.encode())


def serve(root: Path, port: int, settings: Settings | None) -> None:
    """Show the site and follow changes until interrupted. settings: None to run no demo.

    Raises Refused if the port is taken, or if there is nothing that can be shown.
    """
    port = free_port(port)
    view, stale, changed = View(root), threading.Event(), threading.Event()
    jobs = view.draw()
    if not (view.folder / "mkdocs.yml").is_file():
        raise Refused("there is nothing that can be shown", "`frames check` says what is wrong")
    view.preview = Preview(view.folder, port)
    watching = _watching(root, view.saved, changed)
    with watching, view.preview.served() as address, _drawer(view, changed, stale):
        click.echo(f"serving {address} until Ctrl-C")
        if settings is not None and view.never_run:
            what = "demos have not run here: each runs when it is saved, `frames build` runs all"
            click.echo(f"{view.never_run} {what}")
        while True:
            if settings is not None and jobs:
                _run(view, jobs, settings)
                view.draw()
            while not stale.wait(1.0):
                pass  # awake once a second: an interrupt just before a wait is seen only after it
            stale.clear()
            jobs = view.draw()


def _run(view: View, jobs: list[Job], settings: Settings) -> None:
    corpus, _ = load(view.root)
    report = run_demos(corpus, jobs, settings, console())
    for end in report.ended:
        if end.problem:
            view.failed[end.job.key] = end.problem


@contextlib.contextmanager
def _drawer(view: View, changed: threading.Event, stale: threading.Event) -> Iterator[None]:
    """A thread that draws after each change, and says when demos must run."""
    over = threading.Event()

    def follow() -> None:
        while changed.wait():
            time.sleep(SETTLED_S)
            changed.clear()
            if over.is_set():  # looked at after the clearing, so that no call to end is lost
                return
            if view.draw():
                stale.set()

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        changed.set()
        thread.join(timeout=START_S)


@contextlib.contextmanager
def _watching(root: Path, saved: set[str], changed: threading.Event) -> Iterator[None]:
    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            names = [Path(str(one)) for one in (event.src_path, event.dest_path)]
            found = [name for name in names if name.suffix in SUFFIXES]
            if event.event_type in CHANGES and found:
                saved.update(name.stem for name in found)
                changed.set()

    observer = Observer()
    for name in WATCHED:
        if (root / name).is_dir():
            observer.schedule(Handler(), str(root / name), recursive=True)
    observer.start()
    try:
        yield
    finally:
        observer.stop()
        observer.join()


def free_port(port: int) -> int:
    """The port if it can be had; for 0, one that is free."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            what = f"port {port} cannot be had: {error.strerror}"
            raise Refused(what, f"choose another with --port {port + 1}") from None
        found: int = trial.getsockname()[1]
        return found
