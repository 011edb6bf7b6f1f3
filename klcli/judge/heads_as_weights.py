"""Heads that look like weights: a line in a variance is what is left of it when its logarithm is lost.

What weighs a part of the terms makes a KL at one value alone, see `klcli.judge.loss_context.symbols`. The
variance of a Gaussian, or its inverse, makes one at every value: with its logarithm it is the KL of two
Gaussians.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Call, Negative, Number, Symbol, Tree, operation
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.loss_context.preparation import Prepared, prepare
from klcli.judge.question import Question
from klcli.judge.roles import Roles
from klcli.judge.verdict import Verdict, judge_as
from klcli.names.losses import is_weight

_OF_DEGREE_ONE = ("var", "precision")
"""Readings in which the other terms of a head are lines."""


def with_lost_heads(
    program: Program, prepared: Prepared, verdict: Verdict, question: Question
) -> Prepared | None:
    """The formula with those weights of parts as heads that are heads of a Gaussian without another.

    Args:
        program: the formula as it was read.
        prepared: the same with all weights of parts read as 1.
        verdict: that on it.
        question: what is asked about it.
    """
    role = verdict.roles
    if verdict.kl is None or not isinstance(verdict.kl.scale, Fraction) or (role.head and role.prior_head):
        return None
    kept = (*question.kept, *free_symbols(prepared.tree))
    roles = {role.mean, role.head, role.prior_mean, role.prior_head}
    for name in prepared.aside.parts:
        if not is_weight(name):
            found = prepare(program, (*kept, name))
            left = set(free_symbols(found.tree)) - roles
            if left == {name} and _is_head(found.tree, name, verdict, verdict.kl.scale):
                return found
    return None


def _is_head(tree: Tree, name: str, verdict: Verdict, scale: Fraction) -> bool:
    """Whether a formula is that many KLs with the logarithm of a head put back."""
    role, way = verdict.roles, verdict.way
    head = role.head or role.prior_head
    reading = way.reading if role.head else way.prior_reading
    assert reading
    logarithm = operation("*", Number(scale / 2), Call("log", Symbol(name)))
    means = ((role.mean, role.prior_mean), (role.prior_mean, role.mean))
    for (one, other), own, put_back in product(means, _OF_DEGREE_ONE, (logarithm, Negative(logarithm))):
        whole = operation("+", tree, put_back)
        found = judge_as(whole, Roles(one, head, other, name), reading, prior_reading=PARAMETERIZATIONS[own])
        if found.kl and found.kl.scale == scale:
            return True
    return False
