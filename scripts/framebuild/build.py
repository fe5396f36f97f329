"""The steps put together: what to run, running it, and the site from what there is."""

import contextlib
import fcntl
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from framebuild import summary
from framebuild.conclude import Finished, Report
from framebuild.demo import with_outputs
from framebuild.execute import Settings, execute, expected_seconds
from framebuild.kernels import Unavailable, WarmServer
from framebuild.load import Corpus
from framebuild.pages.page import Page, Ran
from framebuild.plan import Job, plan
from framebuild.render import render
from framebuild.site import build_site, site_url
from framebuild.store import Run, Store
from framebuild.storybook import find_storybook
from framebuild.task import kernel_environment


def store_of(root: Path) -> Store:
    """Where finished runs are kept."""
    return Store(root / ".cache" / "runs")


@contextlib.contextmanager
def early_server(settings: Settings) -> Iterator[WarmServer | None]:
    """A fork server that imports while we still plan; the end of the block ends it."""
    if not settings.forks:
        yield None
        return
    try:
        server = WarmServer(kernel_environment())
    except Unavailable:
        yield None
        return
    with contextlib.closing(server):
        yield server


def run_demos(
    corpus: Corpus,
    jobs: list[Job],
    settings: Settings,
    out: Console,
    early: WarmServer | None = None,
) -> Report:
    """Run what is stale among jobs, with progress. An interrupt keeps what is finished."""
    store, ended = store_of(corpus.root), []
    stale = [job for job in jobs if job.stale]
    if stale:
        expected = {job.label: expected_seconds(job, store) for job in stale}
        with summary.progress(out, expected, settings.at_once) as reporter:
            for end in execute(stale, store, settings, reporter.tick, early):
                reporter.finished(end)
                ended.append(end)
                _keep_failed(corpus.root, end)
    return Report(jobs, ended)


def _keep_failed(root: Path, end: Finished) -> None:
    """A failed notebook is kept for a person to open, apart from the runs; a mended one goes."""
    path = root / "build" / "failed" / f"{end.job.frame.id}.ipynb"
    if end.run or end.outcome.notebook is None:
        if not end.job.overrides:  # another model's success mends nothing
            path.unlink(missing_ok=True)
        return
    with contextlib.suppress(OSError):  # a full disk is reported already
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(end.outcome.notebook, encoding="utf-8")


def default_runs(corpus: Corpus) -> dict[str, Run]:
    """The runs that pages show: with the demos' own parameters, and fresh."""
    jobs, _ = plan(corpus, list(corpus.frames), {}, store_of(corpus.root))
    return {job.frame.id: job.run for job in jobs if job.run}


def table_of(corpus: Corpus) -> str:
    """The table that a build with nothing to do will show."""
    jobs, _ = plan(corpus, list(corpus.frames), {}, store_of(corpus.root))
    text = io.StringIO()
    to = Console(file=text, width=summary.PLAIN_WIDTH, highlight=False)
    summary.table(to, Report(jobs, []))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def write_site(corpus: Corpus, mkdocs: "subprocess.Popen[str]") -> bool:
    """Build site/ from the runs that there are; False if it was up to date already.

    mkdocs: as `mkdocs_ready` gives it.
    """
    return build_site(corpus.root, pages_of(corpus), mkdocs)


def pages_of(corpus: Corpus, runs: dict[str, Run] | None = None) -> list[Page]:
    """The site's pages from the runs that there are. runs: if `default_runs` is known already."""
    store, ran = store_of(corpus.root), {}
    for one, found in (default_runs(corpus) if runs is None else runs).items():
        demo = corpus.frames[one].demo
        if demo:
            ran[one] = Ran(found, with_outputs(demo, store.notebook(found)))
    book = find_storybook(corpus.root)
    return render(corpus, ran, _content_date(corpus.root), site_url(), book)


def _content_date(root: Path) -> str:
    """When the content was made: the last commit's time, so that equal trees give equal sites."""
    command = ["git", "show", "-s", "--format=%cI", "HEAD"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


@contextlib.contextmanager
def one_at_a_time(root: Path, out: Console) -> Iterator[None]:
    """Let one build of a checkout write its site at a time; the system ends a dead one's lock."""
    folder = root / "build"
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            out.print("another build is running here; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
