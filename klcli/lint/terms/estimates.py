"""Estimates of a KL from one sample, log q(z) - log p(z): what the judge says of their expectation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from klcli.formula.program_reader import Program, read_program
from klcli.formula.traversal import free_symbols, substitute
from klcli.formula.tree import Negative, Symbol, Tree
from klcli.formula.value.budget import remembered
from klcli.formula.write.printing import to_text
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.terms.closed_form_terms import Divergence, divergence_of
from klcli.lint.terms.expectation import (
    drawn,
    expected,
    has_noise,
    independent_parts,
    is_quadratic_in_noise,
    samples_in,
    symbols_of_noise,
    with_noise,
    with_other_readings,
)
from klcli.lint.terms.formula_prefilter import (
    MOST_NAMES,
    has_logarithm,
    is_parabola_somewhere,
    may_be_kl,
    possible_signs,
)
from klcli.lint.terms.judge_cache import is_of_other_fixed_prior, judged_as_kl, verified
from klcli.lint.terms.meant_as_kl import is_meant_as_kl
from klcli.lint.terms.programs import with_symbols
from klcli.values import replace

if TYPE_CHECKING:
    from klcli.judge.verification import Verification

_OF_ONE = 2
"""A mean and a head: the symbols of one Gaussian."""


def estimate(excerpt: CodeExcerpt, program: Program) -> Divergence | None:
    """An estimate from one sample, which or whose noise is drawn in the flow, or is handed in."""
    if (tree := with_noise(program.tree)) is not None:
        program = _with_tree(program, tree)
    if not has_noise(program.tree):
        ways = ((program, tree) for part in _latents(program.tree) for tree in drawn(part))
    else:
        programs = chain((program,), with_symbols(excerpt.source, program))
        ways = ((one, tree) for one in programs for tree in _latents(one.tree))
    found = next((found for one, tree in _distinct(ways) if (found := _estimate(excerpt, one, tree))), None)
    return found or (_unexplained(excerpt, program) if excerpt.last.is_local else None)


def _latents(tree: Tree) -> Iterator[Tree]:
    """A formula, and its parts of one latent each; the whole of several samples is no KL of one."""
    parts = list(independent_parts(tree))
    if sum(next(samples_in(part), None) is not None for part in parts) <= 1:
        yield tree
    yield from parts


def _distinct(ways: Iterable[tuple[Program, Tree]]) -> Iterator[tuple[Program, Tree]]:
    """Each formula with the first of its programs: what it is does not depend on how it was come by."""
    seen: set[Tree] = set()
    for program, tree in ways:
        if tree not in seen:
            seen.add(tree)
            yield program, tree


def _unexplained(excerpt: CodeExcerpt, program: Program) -> Divergence | None:
    """What is called an estimate of a KL, of a sample that is seen, and is of none."""
    if not (is_quadratic_in_noise(program.tree) and is_meant_as_kl(excerpt, program.tree)):
        return None
    mean = expected(program.tree)
    answers = [verified(_with_tree(program, tree), mended=False) for tree in (mean, Negative(mean))]
    if any(one is None or one.best.verdict.kl for one in answers) or answers[0] is None:
        return None
    return _sampled(excerpt, _with_tree(program, mean), answers[0], 1)


def _estimate(excerpt: CodeExcerpt, program: Program, tree: Tree) -> Divergence | None:
    """An estimate that is a KL in expectation, or minus one.

    It is one as well if it would be with a sample that reads its head as the density does: those two
    disagree. What a known mistake keeps from being one is looked for last.
    """
    # Whatever is drawn, the mean stands in what a KL has of the square of the sample.
    for way in (tree, *(with_other_readings(tree) if is_parabola_somewhere(expected(tree)) else ())):
        for sign, mean in _means(way, is_mended=False):
            signed = _with_sides(program, mean, way)
            found = judged_as_kl(signed, is_mended=False)
            # The expectation is over the posterior: what passes for KL(p || q) is no estimate of it.
            if found and found.best.kind != "reversed" and _is_meant(found, sign):
                return _sampled(excerpt, signed, found, sign)
    return _mended(excerpt, program, tree) if excerpt.last.is_local else None


def _mended(excerpt: CodeExcerpt, program: Program, tree: Tree) -> Divergence | None:
    """An estimate whose expectation a known mistake keeps from being a KL, or one to another prior."""
    from klcli.lint.terms.canonical_estimates import normal_forms  # not for what is right

    for sign, mean in _means(tree, is_mended=True):
        for form in normal_forms(mean):
            signed = replace(read_program(to_text(form), "math"), spellings=program.spellings)
            if (found := judged_as_kl(signed, is_mended=True)) and _is_meant(found, sign):
                return _sampled(excerpt, signed, found, sign)
    return None


# The terms of one file.
@remembered(256)
def _means(tree: Tree, *, is_mended: bool) -> Sequence[tuple[int, Tree]]:
    """The expectation with each sign with which it may be a KL."""
    if len(symbols_of_noise(tree)) > MOST_NAMES + 1:  # and the noise
        return ()
    mean = expected(tree)
    heads = {str(role.head) for _, role in samples_in(tree)} or free_symbols(mean)
    if not (has_logarithm(mean, heads) and may_be_kl(mean) and is_parabola_somewhere(mean)):
        return ()
    return [
        (sign, mean if sign > 0 else Negative(mean)) for sign in possible_signs(mean, is_mended=is_mended)
    ]


def _is_meant(found: Verification, sign: int) -> bool:
    return sign > 0 or not is_of_other_fixed_prior(found)


def _with_sides(program: Program, mean: Tree, tree: Tree) -> Program:
    """The expectation as a program, in which names tell the posterior, which is sampled, from the prior."""
    plain = _with_tree(program, mean)
    role = next((role for _, role in samples_in(tree)), None)
    names = free_symbols(mean)
    if role is None or len(names) <= _OF_ONE:
        return plain
    sided = {name: f"{name}_q" if name in (role.mean, role.head) else f"{name}_p" for name in names}
    tree = substitute(mean, {name: Symbol(new) for name, new in sided.items()})
    spellings = {new: program.spellings.get(name, name) for name, new in sided.items()}
    return replace(_with_tree(program, tree), spellings=spellings)


def _with_tree(program: Program, tree: Tree) -> Program:
    """A program of another formula, without helper variables."""
    return replace(program, tree=tree, arrays=tree, helpers={})


def _sampled(excerpt: CodeExcerpt, program: Program, found: Verification, sign: int) -> Divergence:
    return divergence_of(excerpt.last, program, found, sign, is_sampled=True)
