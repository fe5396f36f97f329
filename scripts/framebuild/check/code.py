"""Rules about a demo's code: it computes, and touches nothing but its own notebook.

They keep honest demos reproducible, and show a reviewer where to look. They are no wall: code
that wants to hide what it does can; see SECURITY.md.
"""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from framebuild.check.rule import Rule, demos, named
from framebuild.demo import Cell, Demo
from framebuild.load import Corpus
from framebuild.problem import Problem

MAGIC = re.compile(r"^\s*(?:#\s*)?([!%]{1,2}\s*\w+[^#]*)")  # jupytext revives those in comments
PATH = re.compile(r"^(?:~?/|~$|\.\./|[A-Za-z]:\\|file://).")
ADDRESS = re.compile(r"^(?:https?|ftp|s3|gs|wss?)://")


LOOKED_AT = (
    ast.Import, ast.ImportFrom, ast.Attribute, ast.Name, ast.Call, ast.Constant, ast.Expr,
    ast.JoinedStr,
)  # fmt: skip
BUILT_IN = named("compile eval exec open")  # as methods they are harmless: model.eval()


class Banned(NamedTuple):
    """What a demo may not use: top modules, functions by their dotted end, and the words for it."""

    modules: frozenset[str]
    calls: frozenset[str]
    what: str
    mend: str


NETWORK = Banned(
    named(
        "aiohttp datasets ftplib gdown http httpx huggingface_hub paramiko requests smtplib socket "
        "socketserver ssl telnetlib urllib urllib3 websocket websockets wget xmlrpc"
    ),
    named(
        "from_pretrained hf_hub_download load_dataset load_state_dict_from_url snapshot_download "
        "torch.hub.load urlopen"
    ),
    "reaches for the network",
    "make the data in a small world; models come from framelab's load",
)
PROGRAMS = Banned(
    named("asyncio ctypes multiprocessing pexpect pip pty subprocess threading"),
    named("os.system os.popen os.fork os.forkpty os.kill pip.main run_cell_magic"),
    "starts another program",
    "compute in the notebook itself; what it needs goes into pyproject.toml",
)
FILES = Banned(
    named("glob io pathlib pickle shutil tempfile"),
    named(
        "open os.environ os.getenv os.listdir os.makedirs os.mkdir os.remove os.walk read_csv "
        "read_text savefig savetxt to_csv torch.load torch.save np.load np.save np.savez "
        "numpy.load numpy.save write_bytes write_text"
    ),
    "reads or writes outside the notebook",
    "keep it in memory; what is reported goes through study.report",
)
CODE = Banned(
    named("builtins importlib marshal runpy"),
    named("__import__ compile eval exec"),
    "runs code that is not on the page",
    "write the code out, so that a reader sees what runs",
)


def installs(corpus: Corpus) -> Iterator[Problem]:
    """A demo is plain Python: no shell line, no magic, no install."""
    for demo in demos(corpus):
        for cell in demo.code:
            for line, typed in magics(cell):
                what = f"'{typed}' is a command to the notebook, not Python"
                mend = "remove it; what a demo needs goes into pyproject.toml"
                yield Problem(demo.path, line, what, mend)


def magics(cell: Cell) -> Iterator[tuple[int, str]]:
    """The lines of a cell that a notebook would not run as Python, with their file's line."""
    if "!" not in cell.source and "%" not in cell.source:
        return
    for offset, line in enumerate(cell.source.splitlines()):
        if found := MAGIC.match(line):
            yield cell.line + offset, found[1].strip()[:40]


def uses_network(corpus: Corpus) -> Iterator[Problem]:
    """A demo runs with the network off."""
    yield from _banned(corpus, NETWORK)


def starts_programs(corpus: Corpus) -> Iterator[Problem]:
    """A demo starts no program, process or thread."""
    yield from _banned(corpus, PROGRAMS)


def touches_files(corpus: Corpus) -> Iterator[Problem]:
    """A demo reads and writes no file, and no environment."""
    yield from _banned(corpus, FILES)


def hides_code(corpus: Corpus) -> Iterator[Problem]:
    """What runs can be read."""
    yield from _banned(corpus, CODE)


def names_a_path(corpus: Corpus) -> Iterator[Problem]:
    """No text in a demo's code is a path or an address: it must run anywhere."""
    for demo, cell, tree in _trees(corpus):
        prose = _docstrings(tree)
        for node in _nodes(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if node in prose or not (PATH.match(node.value) or ADDRESS.match(node.value)):
                continue
            what = f"'{node.value[:40]}' is a path or an address"
            mend = "take it from a parameter, or leave it out: a demo runs on any machine"
            yield Problem(demo.path, cell.line + node.lineno - 1, what, mend)


def figure_without_alt(corpus: Corpus) -> Iterator[Problem]:
    """Every figure is shown by framelab's `show`, with a sentence for who cannot see it."""
    for demo, cell, tree in _trees(corpus):
        for node in _nodes(tree):
            if not isinstance(node, ast.Call):
                continue
            name, line = _dotted(node.func), cell.line + node.lineno - 1
            if name in ("plt.show", "pyplot.show", "matplotlib.pyplot.show"):
                mend = 'show(drawn, alt="..."), with show from framelab'
                yield Problem(demo.path, line, f"{name} shows a figure without alt text", mend)
            elif name == "show":
                alt = next((one.value for one in node.keywords if one.arg == "alt"), None)
                alt = alt or (node.args[1] if len(node.args) > 1 else None)
                if alt is None or (isinstance(alt, ast.Constant) and not str(alt.value).strip()):
                    mend = 'give alt="...", a sentence on what the figure shows'
                    yield Problem(demo.path, line, "figure has no alt text", mend)


def _trees(corpus: Corpus) -> Iterator[tuple[Demo, Cell, ast.Module]]:
    for demo in demos(corpus):
        for cell, tree in demo.trees.items():
            if isinstance(tree, ast.Module):
                yield demo, cell, tree


@lru_cache(maxsize=4096)
def _nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """What the rules look at, found once for all of them."""
    return tuple(node for node in ast.walk(tree) if isinstance(node, LOOKED_AT))


def _banned(corpus: Corpus, banned: Banned) -> Iterator[Problem]:
    for demo, cell, tree in _trees(corpus):
        seen: set[tuple[int, str]] = set()
        for node in _nodes(tree):
            for name in _used(node, banned):
                line = cell.line + getattr(node, "lineno", 1) - 1
                if (line, name) not in seen:
                    seen.add((line, name))
                    yield Problem(demo.path, line, f"'{name}' {banned.what}", banned.mend)


def _used(node: ast.AST, banned: Banned) -> Iterator[str]:
    """The banned names that a node imports or mentions."""
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names if one.name.split(".")[0] in banned.modules)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        if node.module.split(".")[0] in banned.modules:
            yield node.module
        whole = (f"{node.module}.{one.name}" for one in node.names)
        yield from (name for name in whole if name in banned.calls)
    elif isinstance(node, ast.Attribute):
        name = _dotted(node)
        if name in banned.calls or (node.attr in banned.calls and node.attr not in BUILT_IN):
            yield name or node.attr
    elif isinstance(node, ast.Name) and node.id in banned.calls:
        yield node.id


def _dotted(node: ast.AST) -> str:
    """`a.b.c` as text; empty where it starts from something other than a name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def _docstrings(tree: ast.Module) -> set[ast.AST]:
    """The nodes that are texts for a reader, or parts of one that is computed."""
    spared: set[ast.AST] = set()
    for node in _nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            spared.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            spared.update(node.values)
    return spared


RULES: tuple[Rule, ...] = (
    installs,
    uses_network,
    starts_programs,
    touches_files,
    hides_code,
    names_a_path,
    figure_without_alt,
)
