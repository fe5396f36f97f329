"""The rules that no single file can be judged by: each a pure function from corpus to problems."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from framebuild.demo import TYPES, Demo, Parameter, fits, reported_ids
from framebuild.load import Corpus, Frame
from framebuild.problem import Problem
from framespec.corpus import nearest

MAY_BE_MARKUP = re.compile(r"<|\]\s*[(:\[]")  # else there is no HTML and no link to look at

Rule = Callable[[Corpus], Iterator[Problem]]


def check(corpus: Corpus) -> list[Problem]:
    """Every problem of every rule, in the order of files and lines."""
    return sorted(problem for rule in RULES for problem in rule(corpus))


def unknown_topic(corpus: Corpus) -> Iterator[Problem]:
    """A frame's topics are in the list of topics."""
    for frame in corpus.frames.values():
        for index, topic in enumerate(frame.record.topics):
            if topic not in corpus.topics:
                near = nearest(topic, list(corpus.topics))
                mend = f"nearest is {near}; " if near else ""
                what = f"topics: no topic '{topic}'"
                mend += "topics are listed in frames/topics.yaml"
                yield Problem(frame.path, frame.line_of("topics", index), what, mend)


def unknown_relation(corpus: Corpus) -> Iterator[Problem]:
    """A relation names another frame that exists; one that has moved is named by its new id."""
    for frame in corpus.frames.values():
        for index, relation in enumerate(frame.record.related):
            line, other = frame.line_of("related", index), relation.frame
            if other == frame.id:
                yield Problem(frame.path, line, "related: a frame to itself", "remove the line")
            elif other in corpus.stubs:
                what = f"related: '{other}' has moved"
                yield Problem(frame.path, line, what, f"write '{corpus.stubs[other]}'")
            elif other not in corpus.frames and other not in corpus.unreadable:
                near = nearest(other, list(corpus.frames))
                mend = f"nearest is {near}" if near else "`frames ls` lists the frames"
                yield Problem(frame.path, line, f"related: no frame '{other}'", mend)


def relation_twice(corpus: Corpus) -> Iterator[Problem]:
    """A pair of frames is related once: from one side, in one way."""
    first: dict[frozenset[str], tuple[str, int]] = {}
    for frame in corpus.frames.values():
        for index, relation in enumerate(frame.record.related):
            pair = frozenset((frame.id, relation.frame))
            line = frame.line_of("related", index)
            if pair in first:
                path, other = first[pair]
                what = f"related: '{relation.frame}' is related already, at {path}:{other}"
                mend = "keep one of the two; the reverse direction is generated"
                yield Problem(frame.path, line, what, mend)
            first.setdefault(pair, (frame.path, line))


def unknown_answer(corpus: Corpus) -> Iterator[Problem]:
    """What answers a question is a frame, or a source of the same record."""
    for frame in corpus.frames.values():
        known = [source.id for source in frame.record.sources] + list(corpus.frames)
        for index, question in enumerate(frame.record.open_questions):
            if not isinstance(question, str) and question.answered_by not in known:
                near = nearest(question.answered_by, known)
                what = f"answered_by: no frame or source '{question.answered_by}'"
                mend = f"nearest is {near}" if near else "name a frame, or a source's id"
                line = frame.line_of("open_questions", index, "answered_by")
                yield Problem(frame.path, line, what, mend)


def source_ids(corpus: Corpus) -> Iterator[Problem]:
    """A record's sources have ids of their own."""
    for frame in corpus.frames.values():
        ids = [source.id for source in frame.record.sources]
        for index, one in enumerate(ids):
            if one in ids[:index]:
                what, mend = f"two sources have the id '{one}'", "give each its own"
                yield Problem(frame.path, frame.line_of("sources", index, "id"), what, mend)


def moved_nowhere(corpus: Corpus) -> Iterator[Problem]:
    """A stub leads to a frame, in one step."""
    for old, new in corpus.stubs.items():
        if new not in corpus.frames and new not in corpus.unreadable:
            near = nearest(new, list(corpus.frames))
            mend = f"nearest is {near}" if near else "`frames ls` lists the frames"
            yield Problem(f"frames/{old}.yaml", 1, f"moved_to: no frame '{new}'", mend)


def notebook_exists(corpus: Corpus) -> Iterator[Problem]:
    """The notebook is the frame's own file, and it is there."""
    for frame in corpus.frames.values():
        line, wanted = frame.line_of("demo", "notebook"), f"demos/{frame.id}.py"
        given = frame.record.demo.notebook
        if given != wanted:
            mend = f"a demo has its frame's stem: write {wanted}"
            yield Problem(frame.path, line, f"notebook is '{given}'", mend)
        elif frame.id not in corpus.demos:
            yield Problem(frame.path, line, f"there is no {wanted}", "write it")


def stray_demo(corpus: Corpus) -> Iterator[Problem]:
    """Every demo belongs to a record."""
    for stem in corpus.demos:
        if stem not in corpus.frames and stem not in corpus.unreadable:
            what = f"there is no frames/{stem}.yaml for this demo"
            yield Problem(f"demos/{stem}.py", 1, what, "write the record, or remove the demo")


def _demos(corpus: Corpus) -> Iterator[tuple[Frame, Demo]]:
    return ((frame, frame.demo) for frame in corpus.frames.values() if frame.demo)


def syntax_error(corpus: Corpus) -> Iterator[Problem]:
    """Every code cell parses."""
    for _, demo in _demos(corpus):
        for cell, tree in demo.trees.items():
            if isinstance(tree, SyntaxError):
                line = cell.line + (tree.lineno or 1) - 1
                yield Problem(demo.path, line, f"syntax error: {tree.msg}", "correct the cell")


def kernel_name(corpus: Corpus) -> Iterator[Problem]:
    """The kernel is python3, which every installation has."""
    for _, demo in _demos(corpus):
        name = demo.header.get("kernelspec", {}).get("name", "python3")
        if name != "python3":
            mend = "set kernelspec's name to python3 in the header"
            yield Problem(demo.path, 1, f"kernel '{name}' is somebody's own", mend)


def no_parameters_cell(corpus: Corpus) -> Iterator[Problem]:
    """Exactly one cell is tagged `parameters`."""
    for _, demo in _demos(corpus):
        tagged = [cell for cell in demo.code if "parameters" in cell.tags]
        if not tagged:
            what = "no cell is tagged parameters"
            mend = 'begin one with: # %% tags=["parameters"]'
            yield Problem(demo.path, 1, what, mend)
        for cell in tagged[1:]:
            what = "a second cell is tagged parameters"
            yield Problem(demo.path, cell.line, what, "keep one: papermill reads only the first")


def parameter_form(corpus: Corpus) -> Iterator[Problem]:
    """A parameter is a plain literal with a plain annotation and a comment that explains it."""
    for _, demo in _demos(corpus):
        for parameter in demo.parameters:
            fault = _fault_of(parameter)
            if fault:
                yield Problem(demo.path, parameter.line, *fault)


def _fault_of(parameter: Parameter) -> tuple[str, str] | None:
    name, annotation = parameter.name, parameter.annotation
    allowed = ", ".join(TYPES)
    if annotation is None:
        return f"parameter '{name}' has no type", f"annotate it with one of {allowed}"
    if annotation not in TYPES:
        what = f"parameter '{name}' has type '{annotation}', which papermill drops"
        return what, f"use one of {allowed}"
    if not parameter.literal:
        return f"parameter '{name}' has no literal default", f"write {name}: {annotation} = ..."
    if not fits(parameter.default, annotation):
        what = f"parameter '{name}' is {parameter.default!r}, which is not {annotation}"
        return what, "make the type and the default agree"
    if not parameter.help:
        return f"parameter '{name}' has no help", "say what it is in a comment on its line"
    return None


def reports_match(corpus: Corpus) -> Iterator[Problem]:
    """Every prediction is reported by the demo, and every report is of a prediction."""
    for frame, demo in _demos(corpus):
        if any(isinstance(tree, SyntaxError) for tree in demo.trees.values()):
            continue  # what does not parse has its own problem, and may hold the reports
        reported = reported_ids(demo)
        known = [bounded.id for bounded in frame.record.demo.bounded]
        for one in known:
            if one not in reported:
                what = f"prediction '{one}' of {frame.path} is never reported"
                mend = f'add study.report("{one}", measured=..., control=...)'
                yield Problem(demo.path, 1, what, mend)
        for one, line in reported.items():
            if one not in known:
                near = nearest(one, known)
                mend = f"nearest is {near}" if near else f"add it to {frame.path}"
                yield Problem(demo.path, line, f"reports unknown prediction '{one}'", mend)


def number_in_prose(corpus: Corpus) -> Iterator[Problem]:
    """A demo's text holds no number that a run could move: it is computed or it is left out."""
    for _, demo in _demos(corpus):
        for cell in demo.cells:
            if cell.kind != "markdown":
                continue
            for offset, line in enumerate(cell.source.splitlines()):
                plain = re.sub(r"`[^`]*`|\$[^$]*\$", "", line)
                found = re.search(r"(?<![\w.-])\d+\.\d+|(?<![\w.-])\d+\s*%", plain)
                if found:
                    what = f"prose gives the number '{found.group()}'"
                    mend = "compute it in a code cell, or say it in words"
                    yield Problem(demo.path, cell.line + offset, what, mend)


def unsafe_markdown(corpus: Corpus) -> Iterator[Problem]:
    """A demo's text is Markdown: no raw HTML, and links only to pages."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # every scheme must reach the rule, to be refused
    for _, demo in _demos(corpus):
        for cell in demo.cells:
            if cell.kind != "markdown" or not MAY_BE_MARKUP.search(cell.source):
                continue
            for token in parser.parse(cell.source):
                line = cell.line + (token.map[0] if token.map else 0)
                for one in [token, *(token.children or [])]:
                    if one.type.startswith("html"):
                        what = f"raw HTML in prose: {one.content.strip()[:40]}"
                        yield Problem(demo.path, line, what, "write it in Markdown")
                    address = str(one.attrs.get("href", one.attrs.get("src", "https://")))
                    if not address.lower().startswith(("https://", "http://", "#")):
                        what = f"link to '{address[:40]}' in prose"
                        yield Problem(demo.path, line, what, "link to an https:// address")


def parameters_first(corpus: Corpus) -> Iterator[Problem]:
    """The parameters cell comes before any other code."""
    for _, demo in _demos(corpus):
        for before, cell in pairwise(demo.code):
            if "parameters" in cell.tags and "parameters" not in before.tags:
                what = "code stands before the parameters cell"
                mend = "move the parameters cell to the front: papermill injects after it"
                yield Problem(demo.path, before.line, what, mend)


RULES: tuple[Rule, ...] = (
    unknown_topic,
    unknown_relation,
    relation_twice,
    unknown_answer,
    source_ids,
    moved_nowhere,
    notebook_exists,
    stray_demo,
    syntax_error,
    kernel_name,
    no_parameters_cell,
    parameter_form,
    reports_match,
    number_in_prose,
    unsafe_markdown,
    parameters_first,
)
