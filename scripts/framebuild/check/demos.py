"""Rules about a demo as a notebook: its file, its parameters, what it reports."""

from collections.abc import Container, Iterator
from itertools import pairwise

from framebuild.check.code import magics
from framebuild.check.rule import Rule, demos, demos_of
from framebuild.demo import TYPES, Demo, Parameter, fits, reported_ids
from framebuild.load import Corpus, Frame
from framebuild.problem import Problem
from framespec.corpus import nearest
from framespec.record import Prediction


def notebook_exists(corpus: Corpus) -> Iterator[Problem]:
    """The notebook is the frame's own file, and it is there."""
    for frame in corpus.frames.values():
        line, wanted = frame.line_of("demo", "notebook"), f"demos/{frame.id}.py"
        given = frame.record.demo.notebook
        if given != wanted:
            mend = f"a demo has its frame's stem: write {wanted}"
            yield Problem(frame.path, line, f"notebook is '{given}'", mend)
        elif frame.id not in corpus.demos:
            stray = nearest(frame.id, [one for one in corpus.demos if one not in corpus.frames])
            named = stray.strip("'")
            mend = f"rename demos/{named}.py" if stray else "write it, or begin with `frames new`"
            yield Problem(frame.path, line, f"there is no {wanted}", mend)


def stray_demo(corpus: Corpus) -> Iterator[Problem]:
    """Every demo belongs to a record."""
    for stem in corpus.demos:
        if stem not in corpus.frames and stem not in corpus.unreadable:
            what = f"there is no frames/{stem}.yaml for this demo"
            yield Problem(f"demos/{stem}.py", 1, what, "write the record, or remove the demo")


def syntax_error(corpus: Corpus) -> Iterator[Problem]:
    """Every code cell parses."""
    for demo in demos(corpus):
        for cell, tree in demo.trees.items():
            if isinstance(tree, SyntaxError) and not any(magics(cell)):
                line = cell.line + (tree.lineno or 1) - 1
                yield Problem(demo.path, line, f"syntax error: {tree.msg}", "correct the cell")


def kernel_name(corpus: Corpus) -> Iterator[Problem]:
    """The kernel is python3, which every installation has."""
    for demo in demos(corpus):
        name = demo.header.get("kernelspec", {}).get("name", "python3")
        if name != "python3":
            mend = "set kernelspec's name to python3 in the header"
            yield Problem(demo.path, 1, f"kernel '{name}' is somebody's own", mend)


def no_parameters_cell(corpus: Corpus) -> Iterator[Problem]:
    """Exactly one cell is tagged `parameters`."""
    for demo in demos(corpus):
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
    for demo in demos(corpus):
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


def parameters_first(corpus: Corpus) -> Iterator[Problem]:
    """The parameters cell comes before any other code."""
    for demo in demos(corpus):
        for before, cell in pairwise(demo.code):
            if "parameters" in cell.tags and "parameters" not in before.tags:
                what = "code stands before the parameters cell"
                mend = "move the parameters cell to the front: papermill injects after it"
                yield Problem(demo.path, before.line, what, mend)


def reports_match(corpus: Corpus) -> Iterator[Problem]:
    """Every prediction is reported by the demo, and every report is of a prediction."""
    for frame, demo in demos_of(corpus):
        if any(isinstance(tree, SyntaxError) for tree in demo.trees.values()):
            continue  # what does not parse has its own problem, and may hold the reports
        reported = reported_ids(demo)
        yield from _never_reported(frame, demo, reported)
        known = [bounded.id for bounded in frame.record.demo.bounded]
        for one, line in reported.items():
            if one not in known:
                near = nearest(one, known)
                mend = f"nearest is {near}" if near else f"add it to {frame.path}"
                yield Problem(demo.path, line, f"reports unknown prediction '{one}'", mend)


def _never_reported(frame: Frame, demo: Demo, reported: Container[str]) -> Iterator[Problem]:
    for bounded in frame.record.demo.bounded:
        if bounded.id not in reported:
            predicts = isinstance(bounded, Prediction)
            kind = "prediction" if predicts else "precondition"
            what = f"{kind} '{bounded.id}' of {frame.path} is never reported"
            control = ", control=..." if predicts else ""
            mend = f'add study.report("{bounded.id}", measured=...{control})'
            yield Problem(demo.path, 1, what, mend)


RULES: tuple[Rule, ...] = (
    notebook_exists,
    stray_demo,
    syntax_error,
    kernel_name,
    no_parameters_cell,
    parameter_form,
    parameters_first,
    reports_match,
)
