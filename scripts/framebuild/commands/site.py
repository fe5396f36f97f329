"""`frames site`: the pages, from the runs that there are."""

import click

from framebuild.asked import clean, site_line


@click.command()
def command() -> None:
    """Render the pages and build site/, running no demo."""
    from framebuild import summary
    from framebuild.build import one_at_a_time, write_site
    from framebuild.site import mkdocs_ready

    corpus = clean(())
    with one_at_a_time(corpus.root, summary.console()), mkdocs_ready(corpus.root) as mkdocs:
        click.echo(site_line(write_site(corpus, mkdocs)))
