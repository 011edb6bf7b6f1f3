"""What a statement is: a KL term with its verdict, a reparameterised sample with its reading, or neither."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from klcli.errors import KlcliError
from klcli.formula.arithmetic import evaluate
from klcli.formula.doubles import Doubles
from klcli.formula.program import Program, read_program
from klcli.formula.tree import (
    Call,
    Negative,
    Number,
    Operation,
    Reduction,
    Tree,
    free_symbols,
    walk,
)
from klcli.formula.vocabulary import UNIT_NOISE
from klcli.judge.names import is_noise
from klcli.judge.roles import MOST_SYMBOLS, Roles
from klcli.judge.sampler import Sampling, judge_sampler
from klcli.judge.verification import Verification, verify
from klcli.lint.scopes import Excerpt

__all__ = ["Divergence", "Sample", "term"]

_NOISE = re.compile(r"rand|normal|eps|noise|xi\b", re.IGNORECASE)
_SQUARE = re.compile(r"\*\*|pow|square|\*")
_MOST_NODES = 160
_LEAST_TERMS = 3
"""A logarithm, a scale and a square: what every KL term adds up; the constant may be missing."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """A statement that computes a KL, or what was meant to be one.

    Attributes:
        excerpt: where it stands.
        found: the answer of the judge.
        mean: the posterior's mean as it is written; None where there is none.
        head: its head as it is written.
    """

    excerpt: Excerpt
    found: Verification
    mean: str | None
    head: str | None


@dataclass(frozen=True, slots=True)
class Sample:
    """A statement that draws mean + sigma * noise.

    Attributes:
        excerpt: where it stands.
        tree: the formula of the sample.
        sampling: how it reads the head.
        mean: as it is written.
        head: as it is written.
    """

    excerpt: Excerpt
    tree: Tree
    sampling: Sampling
    mean: str
    head: str


def term(excerpt: Excerpt) -> Divergence | Sample | None:
    """The KL term or the sample that a statement computes; None where it computes neither."""
    noisy, squared = _NOISE.search(excerpt.text), _SQUARE.search(excerpt.text)
    if not (noisy or squared):
        return None
    program = _program(excerpt)
    if program is None:
        return None
    found = _sample(excerpt, program) if noisy else None
    return found or (_divergence(excerpt, program) if squared else None)


def _divergence(excerpt: Excerpt, program: Program) -> Divergence | None:
    """A KL term, or what a known mistake keeps from being one."""
    if not _looks_like_kl(program.tree):
        return None
    try:
        found = verify(program)
    except (KlcliError, ArithmeticError):
        return None
    best = found.best
    if best.kind == "not-kl" or (best.kind == "wrong" and best.mistake is None):
        return None
    role = best.verdict.roles
    return Divergence(excerpt, found, _written(program, role.mean), _written(program, role.head))


def _sample(excerpt: Excerpt, program: Program) -> Sample | None:
    """A sample with one noise, one mean and one head."""
    names = free_symbols(program.tree)
    noises = [name for name in names if name in UNIT_NOISE or is_noise(name)]
    others = [name for name in names if name not in noises]
    if len(noises) != 1 or len(others) != 2:
        return None
    for mean, head in permutations(others):
        if found := _drawn(program.tree, Roles(mean, head)):
            return Sample(
                excerpt, program.tree, found, str(_written(program, mean)), str(_written(program, head))
            )
    return None


def _drawn(tree: Tree, role: Roles) -> Sampling | None:
    """How a sample with these roles is drawn; None where it is no sample."""
    try:
        found = judge_sampler(tree, role, None)
    except (KlcliError, ArithmeticError):
        return None
    return found if found.parameterization is not None else None


def _program(excerpt: Excerpt) -> Program | None:
    try:
        program = read_program(excerpt.text, "python")
    except KlcliError:
        return None
    return program if len(list(walk(program.tree))) <= _MOST_NODES else None


def _written(program: Program, name: str | None) -> str | None:
    return None if name is None else program.spellings.get(name, name)


def _looks_like_kl(tree: Tree) -> bool:
    """Whether a formula has a sum of three terms, a logarithm or an exponential, and a square."""
    names = free_symbols(tree)
    if not 2 <= len(names) <= MOST_SYMBOLS + 2:
        return False
    nodes = list(walk(tree))
    calls = any(isinstance(node, Call) and node.function not in ("abs", "sqrt") for node in nodes)
    squares = any(
        isinstance(node, Operation)
        and (
            (node.operator == "^" and node.right == _TWO)
            or (node.operator == "*" and node.left == node.right)
        )
        for node in nodes
    )
    if not (calls and squares and max(map(_terms, nodes), default=0) >= _LEAST_TERMS):
        return False
    return any(_is_quadratic(tree, name, names) for name in names)


def _is_quadratic(tree: Tree, name: str, names: tuple[str, ...]) -> bool:
    """Whether a formula is a parabola in a symbol, as every KL is in its mean, whatever else is wrong."""
    others = {other: 0.7 + 0.31 * number for number, other in enumerate(names)}
    try:
        values = [evaluate(tree, others | {name: float(x)}, Doubles()) for x in (-1, 0, 1, 2, 3)]
    except (ArithmeticError, ValueError):
        return False
    second = [values[k] - 2 * values[k + 1] + values[k + 2] for k in range(3)]
    slack = 1e-9 * max(map(abs, values))
    return abs(second[0]) > slack and all(abs(one - second[0]) <= slack for one in second)


_TWO = Number(Fraction(2))


def _terms(tree: Tree) -> int:
    """How many terms a sum has."""
    match tree:
        case Operation("+" | "-", left, right):
            return _terms(left) + _terms(right)
        case Negative(operand) | Reduction(body=operand):
            return _terms(operand)
    return 1
