"""`frames build`: the main job, done only where something has changed."""

import sys
from typing import Any

import click

from framebuild.arguments import settings, with_run_options
from framebuild.asked import PROBLEMS, clean, evidence_problems, finish, jobs_of, show, site_line
from framespec.corpus import find_root


@click.command()
@click.option("--force", "forced", multiple=True, metavar="ID", help="Run this frame anyway.")
@with_run_options
def command(forced: tuple[str, ...], **options: Any) -> None:
    """Check, run what is stale, and build site/."""
    from framebuild import fresh

    root = find_root()
    if not forced and (said := fresh.last_build(root)):
        click.echo(said)
        return
    from framebuild import summary
    from framebuild.build import early_server, one_at_a_time, run_demos, table_of, write_site
    from framebuild.render import kinds_of_pages
    from framebuild.site import mkdocs_ready
    from framebuild.storybook import storybook_made

    inputs = fresh.inputs_now(root)
    how, out = settings(options), summary.console()
    # Both start in advance, to import while this process plans and the demos run.
    with one_at_a_time(root, out), mkdocs_ready(root) as mkdocs:
        with early_server(how) as early, storybook_made(root):
            corpus = clean(forced, only=False)
            jobs = jobs_of(corpus, (), (), forced)
            # Both are loaded while others load, and not when the demos have run.
            kinds_of_pages()
            import scipy.special  # noqa: F401  # which verdicts need

            report = run_demos(corpus, jobs, how, out, early)
        summary.table(out, report)
        if report.problems:
            click.echo("site/ was not built: mend the demos first", err=True)
        finish(report, options["junit"])
        click.echo(site_line(write_site(corpus, mkdocs)))
        if problems := evidence_problems(corpus):
            show(problems)
            sys.exit(PROBLEMS)
        quiet = "\n".join([table_of(corpus), site_line(False)])
        fresh.remember(root, inputs, quiet)
