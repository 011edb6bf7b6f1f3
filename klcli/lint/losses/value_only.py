"""Losses that add the value of a KL, through which no gradient flows: ``error + kl.item()``."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from fractions import Fraction

from klcli.formula.entrywise_form import entry
from klcli.formula.traversal import free_symbols, remade, substitute
from klcli.formula.tree import Negative, Number, Operation, Reduction, Stop, Symbol, Tree
from klcli.lint.flow.sinks import Sink
from klcli.lint.losses.signs import TERM, converted, may_be_in, minimised, nodes_of, weight_sign
from klcli.lint.terms.closed_form_terms import Divergence


def adds_value_only(ways: Iterable[Divergence], sinks: Iterable[Sink]) -> bool:
    """Whether what is minimised adds a KL, and no gradient flows through it anywhere.

    Not where all of a loss is a value, as in one that is only computed to be compared, nor where it may be
    taken away, as from a limit to which a weight is fitted.

    Args:
        ways: in which the KL is reached.
        sinks: what is minimised.
    """
    # What a loss makes of a KL that has a statement of its own is seen best from there.
    every = sorted(ways, key=lambda one: bool(isinstance(one.excerpt.step.node, ast.Expr) or _others(one)))
    found: set[bool | None] = set()
    for sink in sinks:
        nodes = nodes_of(sink)
        answers = (_is_trained(sink, one) for one in every if may_be_in(nodes, one))
        found.add(next((answer for answer in answers if answer is not None), None))
    return False in found and True not in found


def _others(one: Divergence) -> Collection[str]:
    return one.found.prepared.others


def _is_trained(sink: Sink, one: Divergence) -> bool | None:
    """Whether a gradient flows through a KL from what is minimised; None where nobody can say."""
    from klcli.judge.weight_signs import slope_of  # not for files without terms

    program = minimised(sink, one)
    if program is None:
        return None
    tree = entry(program.arrays, keeps_stops=True)
    is_value = (
        one.is_still
        or one.excerpt.step.is_untaped
        or converted(getattr(one.excerpt.step.node, "value", None)) is not None
    )
    if not is_value and TERM in free_symbols(_trained(tree)):
        return True
    if is_value and _others(one) and not one.found.prepared.weights:
        tree = substitute(tree, {TERM: Operation("+", Symbol("more"), Symbol(TERM))})
    if not _adds_more(tree):
        return None
    by = slope_of(program.tree, TERM)
    return False if by and by.sign * (weight_sign(one) or 1) >= 0 else None


def _trained(tree: Tree) -> Tree:
    """A formula with a number in the place of what is stopped."""
    return Number(Fraction(1)) if isinstance(tree, Stop) else remade(tree, _trained)


def _adds_more(tree: Tree) -> bool:
    """Whether a loss adds something that is trained to the KL, and not only weighs it.

    A sum that is multiplied is no loss: a reward is, by the logarithm of a probability.
    """
    if TERM not in free_symbols(tree):
        return bool(free_symbols(_trained(tree)))
    match tree:
        case Operation("+" | "-", left, right):
            return _adds_more(left) or _adds_more(right)
        case Operation("*", left, right):
            term, factor = (left, right) if TERM in free_symbols(left) else (right, left)
            return not free_symbols(_trained(factor)) and _adds_more(term)
        case Negative(below) | Reduction(body=below) | Operation("/", below):
            return _adds_more(below)
    return False
