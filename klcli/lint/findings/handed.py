"""What a KL is handed: the mean for the head, or an exponential where it takes one itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from klcli.formula.read.callee import called, viewed
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.places import lines_at, place_of, segment, span
from klcli.lint.findings.types import Finding, Related
from klcli.lint.flow.excerpts import Excerpt
from klcli.lint.flow.steps import Step
from klcli.lint.project.definitions import lines_of
from klcli.lint.terms.divergences import Divergence
from klcli.names.gaussians import is_mean, suggested

__all__ = ["about_handed"]


def about_handed(ways: Sequence[Divergence]) -> Iterator[Finding]:
    """What is wrong with the numbers of a KL that is right by itself; the first thing only.

    Args:
        ways: all ways in which it was reached.
    """
    for one in (way for way in ways if way.is_right and way.head is not None):
        reading = one.found.best.verdict.parameterization
        name, step = one.excerpt.defined(str(one.head))
        if reading.name.startswith("log") and step and (made := _exponential(step)):
            told = name if step.is_written else ast.unparse(made)
            words = (
                f"{one.excerpt.spelled(told)} is an exponential, and the KL takes it for {reading.meaning}"
            )
            yield _finding(one, step, "KL210", words)
            return
        if call := _exchanging(one):
            given = one.excerpt.spelled(name)
            words = f"this call hands {given} to the KL as its head, which is {reading.meaning}"
            yield _finding(one, call, "KL209", words)
            return


def _exponential(step: Step) -> ast.Call | None:
    value = getattr(step.node, "value", None)
    found = viewed(value) if isinstance(value, ast.expr) else None
    return found if isinstance(found, ast.Call) and called(found) in ("exp", "exp_") else None


def _exchanging(one: Divergence) -> Step | None:
    """The call in which what is called a mean becomes the head, and what is called a head the mean."""
    if one.mean is None:
        return None
    mean, head = (_spelled(one.excerpt, one.excerpt.defined(str(name))[0]) for name in (one.mean, one.head))
    if not is_mean(head) or is_mean(mean) or suggested(mean) is None:
        return None
    return next((step for step in one.excerpt.steps if _hands(one.excerpt, step, head)), None)


def _hands(found: Excerpt, step: Step, head: str) -> bool:
    """Whether a call gives a name to a parameter that is not called a mean."""
    match step.node:
        case ast.Assign(targets=[ast.Name(id=target)], value=ast.Name(id=value)) if not step.is_written:
            return _spelled(found, value) == head and not is_mean(_spelled(found, target))
    return False


def _spelled(found: Excerpt, name: str) -> str:
    return found.spelled(name).rpartition(".")[2]


def _finding(one: Divergence, step: Step, code: str, words: str) -> Finding:
    module = step.function.module
    place = span(step.node, module)
    return Finding(
        place,
        find_mistake(code),
        "warning",
        "medium",
        words,
        segment(step.node, module),
        one.found.best.verdict.parameterization.name,
        tuple(lines_of(module)[place.line - 1 : place.end_line]),
        Related(place_of(one.excerpt), "the KL", lines_at(one.excerpt)),
    )
