"""What an expression is: a KL term or an estimator with its verdict, a sample, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from klcli.formula.read.parameter_defaults import numbers_by_default
from klcli.lint.flow.shared_changes import with_shared_changes
from klcli.lint.flow.slicing import CodeExcerpt, parts_of
from klcli.lint.terms.closed_form_terms import Divergence, divergence
from klcli.lint.terms.estimates import estimate
from klcli.lint.terms.estimators import estimator, with_log_probabilities
from klcli.lint.terms.helper_mistakes import mistaken_in_helper
from klcli.lint.terms.matrices import divergence_of_matrices
from klcli.lint.terms.programs import program_of
from klcli.lint.terms.samples import sample
from klcli.lint.terms.unread import ReadTerm, UnreadTerm, changed_by_decorator, why_unread
from klcli.names.log_ratios import RATIO_PART
from klcli.names.noise import RANDOM_WORD
from klcli.values import replace

_MOST_PARTS = 24
"""Parts of one statement that are tried."""

RecognisedTerm: TypeAlias = ReadTerm | UnreadTerm


def terms(excerpt: CodeExcerpt) -> Iterator[RecognisedTerm]:
    """The term that an expression computes, or those that its parts compute.

    One that is not read is told where it stands, and left out where it was reached from elsewhere.
    """
    for found in _terms(excerpt, is_part=False):
        problem = changed_by_decorator(found.excerpt)
        one = UnreadTerm(found, problem) if problem and not isinstance(found, UnreadTerm) else found
        if one.excerpt.is_local or not isinstance(one, UnreadTerm):
            yield one


def _terms(excerpt: CodeExcerpt, *, is_part: bool) -> Iterator[RecognisedTerm]:
    waiting = [(excerpt, is_part)]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        one, is_part = waiting.pop(0)
        found = _judged(one, is_part=is_part)
        if found is None or (is_part and _is_guess(found)):
            can_be_read = one.step.facts.is_readable and program_of(one.source) is not None
            waiting.extend((part, is_part or can_be_read) for part in parts_of(one))
            continue
        inside: list[RecognisedTerm] = []
        # The other terms may be another KL, and a sum of two is none.
        if isinstance(found, Divergence) and (found.found.prepared.others or found.is_unexplained):
            inside = [term for part in parts_of(one) for term in _terms(part, is_part=True)]
        if not any(isinstance(term, Divergence) for term in inside):
            yield found
        yield from inside


def _is_guess(found: RecognisedTerm) -> bool:
    """Whether a part was taken for a KL for a mistake only, and is not called one."""
    if not isinstance(found, Divergence):
        return False
    return found.found.best.kind == "wrong" and not found.is_unexplained


def _judged(excerpt: CodeExcerpt, *, is_part: bool) -> RecognisedTerm | None:
    """The term that an expression computes, also through other names; None where it computes none."""
    found = _named(excerpt, is_part=is_part)
    whole = with_shared_changes(excerpt) if found else None
    if found is None or whole is None:
        return found
    matrices = isinstance(found, Divergence) and found.found.program.of_matrices
    problem = why_unread(whole.source, matrices=matrices)
    return UnreadTerm(found, problem) if problem else _named(whole, is_part=is_part)


def _named(excerpt: CodeExcerpt, *, is_part: bool) -> ReadTerm | None:
    """The term that an expression computes by the names in it; None where it computes none."""
    if of_matrices := divergence_of_matrices(excerpt):
        return of_matrices
    if not excerpt.step.facts.is_readable:
        return None
    words = excerpt.source.words
    noisy, logs = any(map(RANDOM_WORD.says, words)), any(map(RATIO_PART.says, words))
    squared = any(step.facts.is_square for step in excerpt.steps if not step.is_opaque)
    if not (noisy or squared or logs):
        return None
    if noisy and (drawn := sample(excerpt)):
        return drawn
    program = program_of(excerpt.source)
    if program is None:
        return None
    if excerpt.root.node is not None:
        program = replace(program, defaults=numbers_by_default(excerpt.root.node))
    if logs and (estimated := estimator(excerpt, program)):
        return estimated
    if not squared:
        apart = with_log_probabilities(excerpt.source, program) if logs else None
        return estimator(excerpt, apart) if apart else None
    found = estimate(excerpt, program) or divergence(excerpt, program, is_part=is_part)
    if found is None or (isinstance(found, Divergence) and found.is_unexplained):
        return mistaken_in_helper(excerpt, program) or found
    return found
