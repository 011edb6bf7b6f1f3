"""KL terms of covariance matrices: what the judge says of an expression with a determinant in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klcli.formula.read.matrix_detection import has_matrices
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Call, MatrixCall, Operation, Tree
from klcli.lint.flow.slicing import CodeExcerpt, source_of_matrices
from klcli.lint.terms.closed_form_terms import Divergence, negated
from klcli.lint.terms.judge_cache import verified
from klcli.lint.terms.meant_as_kl import has_name_of_kl
from klcli.lint.terms.programs import flow_name, program_of
from klcli.names.matrices import KINDS
from klcli.names.means_and_spreads import is_mean

if TYPE_CHECKING:
    from klcli.judge.verification import Verification

_MOST_NAMES = 8
"""Means and covariances of two Gaussians, their Cholesky factors, the dimension, and a weight."""


def divergence_of_matrices(excerpt: CodeExcerpt) -> Divergence | None:
    """A KL of covariance matrices in closed form; one with a known mistake where it is called a KL."""
    if not any(step.facts.has_determinant for step in excerpt.steps):
        return None
    source = source_of_matrices(excerpt)
    program = program_of(source, matrices=True) if source else None
    if (
        source is None
        or program is None
        or not has_matrices(program.tree)
        or len(free_symbols(program.tree)) > _MOST_NAMES
    ):
        return None
    is_named = excerpt.is_local and has_name_of_kl(excerpt)
    if not (is_named or _has_trace(program.tree)):
        return None  # most are likelihoods, and the judge takes a while for each
    found, sign = verified(program, mended=False), 1
    if not _is_kl(found) and (minus := negated(source, matrices=True)):
        turned = verified(minus, mended=False)
        if _is_kl(turned):
            found, sign = turned, -1  # as it stands in a bound that is maximised
    if found and is_named and not _is_kl(found):
        mended = verified(program, mended=True)
        found = mended if mended and mended.best.mistake else found
    if found is None or (found.best.kind != "wrong" and not found.best.verdict.kl):
        return None
    if found.best.kind == "wrong" and not (
        is_named and (found.best.mistake or _is_of_gaussians(excerpt, found))
    ):
        return None
    # Without a head of numbers, which a sample would belong to.
    return Divergence(excerpt, found, None, None, sign)


def _is_kl(found: Verification | None) -> bool:
    return found is not None and found.best.kind in ("exact", "scaled", "reversed")


def _is_of_gaussians(excerpt: CodeExcerpt, found: Verification) -> bool:
    """Whether a formula has all that a KL has, and every symbol the name of a mean or a covariance matrix.

    One of a sum or a product of matrices, as of a kernel and noise, may be that of a Gaussian with this
    covariance.
    """
    way, tree = found.best.verdict.way, found.prepared.tree
    heads = [head.name for head in way.heads]
    if len({head.side for head in way.heads}) < len(heads) or not way.means:
        return False
    if {*free_symbols(tree)} - {*way.means, *heads, *way.dimensions, "I"}:
        return False

    def own(name: str) -> str:
        return excerpt.spelled(str(flow_name(found.program, name))).rpartition(".")[2]

    is_named = all(is_mean(own(name)) for name in way.means)
    is_named = is_named and all(any(kind.says(own(name)) for kind in KINDS) for name in heads)
    return is_named and _has_trace(tree) and not any(map(_is_of_several, walk(tree)))


def _is_of_several(tree: Tree) -> bool:
    """Whether a function, but for a trace, has a sum in its argument, or one of matrices several symbols."""
    if not isinstance(tree, Call | MatrixCall) or tree.function == "trace":
        return False
    sums = any(isinstance(part, Operation) and part.operator in ("+", "-") for part in walk(tree))
    return sums or (isinstance(tree, MatrixCall) and len(free_symbols(tree)) > 1)


def _has_trace(tree: Tree) -> bool:
    return any(isinstance(node, MatrixCall) and node.function == "trace" for node in walk(tree))
