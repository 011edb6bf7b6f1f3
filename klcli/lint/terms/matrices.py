"""KL terms of covariance matrices: what the judge says of an expression with a determinant in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klcli.formula.read.matrix_signs import has_matrices
from klcli.formula.traversal import free_symbols
from klcli.lint.flow.excerpts import CodeExcerpt, source_of_matrices
from klcli.lint.terms.divergences import Divergence
from klcli.lint.terms.judge_cache import verified
from klcli.lint.terms.named_kl import has_name_of_kl
from klcli.lint.terms.programs import program_of

if TYPE_CHECKING:
    from klcli.judge.verification import Verification

__all__ = ["divergence_of_matrices"]

_MOST_NAMES = 8
"""Means and covariances of two Gaussians, their Cholesky factors, the dimension, and a weight."""


def divergence_of_matrices(excerpt: CodeExcerpt) -> Divergence | None:
    """A KL of covariance matrices in closed form; one with a known mistake where it is called a KL."""
    if not any(step.facts.has_determinant for step in excerpt.steps):
        return None
    source = source_of_matrices(excerpt)
    program = program_of(source, matrices=True) if source else None
    if program is None or not has_matrices(program.tree) or len(free_symbols(program.tree)) > _MOST_NAMES:
        return None
    found = verified(program, mended=False)
    if found and found.best.verdict.kl:
        return _term(excerpt, found)
    # Likelihoods and marginal likelihoods have a determinant and a form, too.
    if found is None or not (excerpt.is_local and has_name_of_kl(excerpt)):
        return None
    mended = verified(program, mended=True)
    return _term(excerpt, mended) if mended and mended.best.mistake else None


def _term(excerpt: CodeExcerpt, found: Verification) -> Divergence:
    """A KL term without a head of numbers, which a sample would belong to."""
    return Divergence(excerpt, found, None, None)
