"""Formulas that are called a KL and are made of means and scales: what they were meant to be is known.

A name never decides whether a formula is right. It decides whether one that is wrong under every reading, by
no mistake that is known, was meant to be a KL at all.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence

from klcli.formula.read.ast_parts import words_in
from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Call, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.terms.formula_prefilter import curvature, has_logarithm
from klcli.names.losses import LOG_P, LOG_Q, OF_OTHERS, is_called_kl, is_part_of_divergence
from klcli.names.means_and_spreads import is_head, is_mean
from klcli.names.posterior_or_prior import is_prior, without_side

_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what an exchange changes at the values tried."""


def is_meant_as_kl(excerpt: CodeExcerpt, tree: Tree) -> bool:
    """Whether an expression is called a KL and all its symbols are of Gaussians.

    It is one that is given such a name, that a function of such a name returns, or log q - log p.

    Args:
        excerpt: where it stands.
        tree: what it computes.
    """
    if not has_name_of_kl(excerpt, parts=True):
        return False
    names = [name for name in free_symbols(tree) if name not in UNIT_NOISE]
    means = [name for name in names if is_mean(name)]
    heads = [name for name in names if name not in means and is_head(name)]
    if not means or not heads or len(means) + len(heads) < len(names):
        return False
    curved = [node for node in walk(tree) if isinstance(node, Call) and node.function not in ("abs", "sqrt")]
    if any(not set(means).isdisjoint(free_symbols(node)) for node in curved):
        return False  # as in the KL of Laplace or Cauchy distributions
    if not curved and not _charges_scales(tree, means, heads):
        return False  # as in the KL of two Gaussians of the same scale
    if not has_name_of_kl(excerpt) and not _is_whole(tree, means, heads):
        return False
    if any(_is_unread_formula_of(excerpt, name, {*names} - {name}) for name in names):
        return False  # as the mean of |x| is, of which the KL to a Laplace distribution is made
    return not _is_symmetric(tree, names)


def _is_unread_formula_of(excerpt: CodeExcerpt, name: str, others: Collection[str]) -> bool:
    """Whether a name is given what could not be read, and is computed from one of some others.

    A network's output is none: it is computed from what the network is given.
    """
    before = excerpt.before[: excerpt.count]
    number = next((one for one in range(len(before) - 1, -1, -1) if name in before[one].targets), None)
    if number is None or not before[number].is_opaque:
        return False
    wanted = set(before[number].read)
    for step in reversed(before[:number]):
        if not step.targets.isdisjoint(wanted):
            wanted |= step.names
    return not wanted.isdisjoint(others)


def has_name_of_kl(excerpt: CodeExcerpt, *, parts: bool = False) -> bool:
    """Whether an expression, or the function that returns it, is called a KL.

    Args:
        excerpt: where it stands.
        parts: whether the name of a part of one, or of a bound of it, is one, too.
    """
    match excerpt.step.node:
        case ast.Assign(targets=[ast.Name() | ast.Attribute() as target]):
            names = [target.id if isinstance(target, ast.Name) else target.attr]
            names = [excerpt.spelled(name) for name in names]
        case ast.Return():
            owner = excerpt.step.function.owner
            names = [excerpt.step.function.name.rpartition(".")[2], owner.name if owner else ""]
        case ast.Expr(value=ast.BinOp(left=left, op=ast.Sub(), right=right)):
            q, p = (map(excerpt.spelled, words_in(side)) for side in (left, right))
            return any(map(LOG_Q.says, q)) and any(map(LOG_P.says, p))
        case _:
            return False
    if not any(map(is_called_kl, names)) or (not parts and any(map(is_part_of_divergence, names))):
        return False
    return not any(map(OF_OTHERS.says, (*names, *_around(excerpt))))


def _is_whole(tree: Tree, means: Sequence[str], heads: Sequence[str]) -> bool:
    """Whether a formula has a parabola in a mean, and the logarithm of a posterior's scale: no part has both.

    A cross entropy has that of the prior's.
    """
    own = heads if len(heads) == 1 else [name for name in heads if is_prior(name) is False]
    return any(curvature(tree, name) for name in means) and has_logarithm(tree, own)


def _charges_scales(tree: Tree, means: Sequence[str], heads: Sequence[str]) -> bool:
    """Whether a formula is a parabola in its means, and depends on scales without these; or on none at all.

    Of several heads, one that is only added may be the logarithm of another, under a name of its own.
    """
    if (len(heads) > 1 and has_logarithm(tree, heads)) or not all(curvature(tree, name) for name in means):
        return False
    # Positive, as heads may have to be, and no two symbols alike.
    values = {name: 0.7 + 0.31 * place for place, name in enumerate((*means, *heads))}
    without = values | dict.fromkeys(means, 0.0)
    try:
        return _varies(tree, without, heads) or not _varies(tree, values, heads)
    except (ArithmeticError, ValueError):
        return False


def _varies(tree: Tree, values: Mapping[str, float], names: Sequence[str]) -> bool:
    """Whether a formula has other values where one of some symbols is twice as large."""
    here = evaluate(tree, values, Doubles())
    there = (evaluate(tree, {**values, name: 2 * values[name]}, Doubles()) for name in names)
    return any(abs(here - other) > _CLOSE * max(1.0, abs(here)) for other in there)


def is_registered_for_others(excerpt: CodeExcerpt) -> bool:
    """Whether a function is that of distributions that are not normal: ``@register_kl(Beta, Normal)``."""
    return any(map(OF_OTHERS.says, _decorators(excerpt)))


def _around(excerpt: CodeExcerpt) -> Iterator[str]:
    """The name of the function in which an expression stands, and what decorates it."""
    yield excerpt.step.function.name
    yield from _decorators(excerpt)


def _decorators(excerpt: CodeExcerpt) -> Iterator[str]:
    for one in getattr(excerpt.step.function.node, "decorator_list", []):
        yield from words_in(one)


def _is_symmetric(tree: Tree, names: Sequence[str]) -> bool:
    """Whether a formula stays what it is when the two Gaussians change places."""
    other = {
        name: next((one for one in names if one != name and without_side(one) == without_side(name)), name)
        for name in names
    }
    if all(name == one for name, one in other.items()) or not any(map(is_prior, names)):
        return False
    # Positive, as heads may have to be, and no two symbols alike.
    values = {name: 0.7 + 0.31 * place for place, name in enumerate(free_symbols(tree))}
    try:
        here, there = (
            evaluate(tree, values | {name: values[one] for name, one in way.items()}, Doubles())
            for way in ({}, other)
        )
    except (ArithmeticError, ValueError):
        return False
    return abs(here - there) <= _CLOSE * max(1.0, abs(here))
