"""The rules that no single file can be judged by, one module a theme.

A module's rules are its RULES; modules are found by their files.
"""

import pkgutil
from importlib import import_module

from framebuild.check.rule import Rule
from framebuild.load import Corpus
from framebuild.problem import Problem

RULES: tuple[Rule, ...] = tuple(
    rule
    for found in pkgutil.iter_modules(__path__)
    for rule in getattr(import_module(f"{__name__}.{found.name}"), "RULES", ())
)


def check(corpus: Corpus) -> list[Problem]:
    """Every problem of every rule, in the order of files and lines."""
    return sorted(problem for rule in RULES for problem in rule(corpus))
