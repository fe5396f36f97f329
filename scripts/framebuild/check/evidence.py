"""The rules for results files: pure functions from the corpus to problems, as those of check."""

from collections.abc import Iterator, Mapping

from framebuild.check.rule import Rule
from framebuild.evidence import Results, is_worse, name_of
from framebuild.load import Corpus, Frame
from framebuild.problem import Problem
from framespec.judge import Word
from framespec.result import Row, verdict_of
from framespec.seal import row_digest


def _files(corpus: Corpus) -> Iterator[tuple[Frame, Results]]:
    return ((frame, frame.results) for frame in corpus.frames.values() if frame.results)


def _rows(corpus: Corpus) -> Iterator[tuple[Frame, Results, int, Row]]:
    for frame, results in _files(corpus):
        for index, row in enumerate(results.rows):
            yield frame, results, index, row


def results_form(corpus: Corpus) -> Iterator[Problem]:
    """A results file is JSON in the form that `frames record` writes, and of its own frame."""
    for frame, results in _files(corpus):
        yield from results.problems
        if results.frame not in (None, frame.id):
            what = f"it says that it is of frame '{results.frame}'"
            yield Problem(results.path, 1, what, f"write '{frame.id}', or rename the file")


def stray_results(corpus: Corpus) -> Iterator[Problem]:
    """Every results file belongs to a record."""
    for stem in corpus.results:
        if stem not in corpus.frames and stem not in corpus.unreadable:
            mend = "remove it, or rename it if its frame has another id now"
            what = f"there is no frames/{stem}.yaml for these results"
            yield Problem(f"frames/{stem}.results.json", 1, what, mend)


def results_twice(corpus: Corpus) -> Iterator[Problem]:
    """A model has one row."""
    for _, results, index, row in _rows(corpus):
        if row.model in [one.model for one in results.rows[:index]]:
            what = f"a second row for {name_of(row)}"
            yield Problem(results.path, results.line_of(index), what, "keep the later one")


def results_edited(corpus: Corpus) -> Iterator[Problem]:
    """A row is as it was recorded; only notes are written by hand."""
    for frame, results, index, row in _rows(corpus):
        if row_digest(row) != row.digest:
            what = f"the row of {name_of(row)} was changed after it was recorded"
            mend = f"restore it, or record it again: frames record {frame.id}"
            yield Problem(results.path, results.line_of(index), what, mend)


def results_reports(corpus: Corpus) -> Iterator[Problem]:
    """A row has values for every prediction of the record, and for nothing else."""
    for frame, results, index, row in _rows(corpus):
        known = {bounded.id for bounded in frame.record.demo.bounded}
        line = results.line_of(index, "reported")
        mend = "run it again and record it, or remove the row"
        for one in sorted(known - row.reported.keys()):
            what = f"the row of {name_of(row)} has no values for '{one}'"
            yield Problem(results.path, line, what, mend)
        for one in sorted(row.reported.keys() - known):
            what = f"the row of {name_of(row)} has values for '{one}', no longer a prediction"
            yield Problem(results.path, line, what, mend)


def results_verdict(corpus: Corpus) -> Iterator[Problem]:
    """The recorded verdict is the one that the record's present bounds give."""
    for frame, results, index, row in _rows(corpus):
        now = verdict_of(frame.record, row.reported).word
        known = {bounded.id for bounded in frame.record.demo.bounded}
        if now != row.verdict and known == row.reported.keys():
            what = f"{name_of(row)} is recorded as {row.verdict}; by the present bounds it is {now}"
            mend = f"judge it anew: frames record {frame.id}"
            yield Problem(results.path, results.line_of(index, "verdict"), what, mend)


def results_worse(corpus: Corpus) -> Iterator[Problem]:
    """Where a verdict got worse, a dated note says why."""
    for _, results, index, row in _rows(corpus):
        last = row.before[-1] if row.before else None
        if last is None or not is_worse(row.verdict, last.verdict):
            continue
        if not any(note.date >= last.until for note in row.notes):
            what = f"{name_of(row)} was {last.verdict} and since {last.until} is {row.verdict}"
            mend = f'say why in notes: {{"date": "{last.until}", "says": "..."}}'
            yield Problem(results.path, results.line_of(index, "verdict"), what, mend)


def worsened(corpus: Corpus, verdicts: Mapping[str, Word]) -> Iterator[Problem]:
    """Frames whose demo now says less for the claim than its recorded row. verdicts: by frame."""
    for frame, results, index, row in _rows(corpus):
        now = verdicts.get(frame.id, "untested")
        if row.model == frame.default_model and is_worse(now, row.verdict):
            what = f"{name_of(row)} was {row.verdict} on {row.date}; this run is {now}"
            mend = f'if it stands, put it on record: frames record {frame.id} --note "WHY"'
            yield Problem(results.path, results.line_of(index, "verdict"), what, mend)


RULES: tuple[Rule, ...] = (
    results_form,
    stray_results,
    results_twice,
    results_edited,
    results_reports,
    results_verdict,
    results_worse,
)
