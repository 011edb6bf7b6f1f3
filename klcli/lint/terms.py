"""What an expression is: a KL term with its verdict, a reparameterised sample with its reading, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
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
    operation,
    substitute,
    walk,
)
from klcli.formula.vocabulary import UNIT_NOISE
from klcli.judge.names import is_mean, is_noise, suggested
from klcli.judge.roles import MOST_SYMBOLS, Roles
from klcli.judge.sampler import Sampling, judge_sampler
from klcli.judge.verification import Verification, verify
from klcli.lint.excerpts import Excerpt, smaller

__all__ = ["Divergence", "Sample", "judged", "terms"]

_NOISE = re.compile(r"rand|normal|eps|noise|xi\b", re.IGNORECASE)
_SQUARE = re.compile(r"\*\*|pow|square|\*")
_MOST_NODES = 160
_MOST_PARTS = 24
"""Parts of one statement that are tried."""
_LEAST_TERMS = 3
"""A logarithm, a scale and a square: what every KL term adds up; the constant may be missing."""
_RIGHT = ("exact", "scaled", "other-prior", "reversed")


@dataclass(frozen=True, slots=True)
class Divergence:
    """An expression that computes a KL, or what was meant to be one.

    Attributes:
        excerpt: where it stands.
        found: the answer of the judge.
        mean: the name of the posterior's mean in the flow; None where there is none.
        head: the name of its head in the flow.
        is_sampled: whether it is an estimate from one sample, whose expectation is the KL.
    """

    excerpt: Excerpt
    found: Verification
    mean: str | None
    head: str | None
    is_sampled: bool = False

    @property
    def is_right(self) -> bool:
        """Whether it is a KL, perhaps with a factor, to another prior."""
        return self.found.best.kind in ("exact", "scaled", "other-prior")

    @property
    def is_negated(self) -> bool:
        """Whether it is a KL with a negative factor, as it stands in a bound that is maximised."""
        best = self.found.best
        return best.kind == "wrong" and best.mistake is not None and best.mistake.code == "KL109"


@dataclass(frozen=True, slots=True)
class Sample:
    """An expression that draws mean + sigma * noise.

    Attributes:
        excerpt: where it stands.
        sampling: how it reads the head; its parameterization is None where that is no reading.
        mean: the name of its mean in the flow.
        head: the name of its head in the flow.
    """

    excerpt: Excerpt
    sampling: Sampling
    mean: str
    head: str


def terms(excerpt: Excerpt) -> Iterator[Divergence | Sample]:
    """The KL term or the sample that an expression computes, or those that its parts compute."""
    waiting = [(excerpt, False)]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        one, is_part = waiting.pop(0)
        found = judged(one)
        if found is None or (is_part and isinstance(found, Divergence) and found.found.best.kind == "wrong"):
            can_be_read = one.step.facts.is_readable and _program(one.text) is not None
            waiting.extend((part, is_part or can_be_read) for part in smaller(one))
        else:
            yield found


def judged(excerpt: Excerpt, opaque: frozenset[str] = frozenset()) -> Divergence | Sample | None:
    """The KL term or the sample that an expression computes; None where it computes neither.

    Args:
        excerpt: the expression.
        opaque: names that are symbols, whatever they are given.
    """
    if not excerpt.step.facts.is_readable:
        return None
    noisy, squared = _NOISE.search(excerpt.text), _SQUARE.search(excerpt.text)
    if not (noisy or squared):
        return None
    program = _program(excerpt.text, opaque)
    if program is None:
        return None
    found = _sample(excerpt, program) if noisy else None
    return found or (_divergence(excerpt, program) if squared else None)


def _divergence(excerpt: Excerpt, program: Program) -> Divergence | None:
    """A KL term, or what a known mistake keeps from being one."""
    tree, is_sampled = program.tree, False
    if _has_noise(tree):
        tree, is_sampled = _expected(tree), True
    if not _looks_like_kl(tree):
        return None
    found = _verified(program) if not is_sampled else _verified(_with_tree(program, tree))
    if found is None:
        return None
    best = found.best
    if best.kind == "not-kl" or (best.kind == "wrong" and (best.mistake is None or is_sampled)):
        return None
    role = best.verdict.roles
    mean, head = _written(program, role.mean), _written(program, role.head)
    return Divergence(excerpt, found, mean, head, is_sampled)


def _has_noise(tree: Tree) -> bool:
    return "randn" in free_symbols(tree)


def _expected(tree: Tree) -> Tree:
    """The expectation over standard normal noise of what is quadratic in it: its mean at -1 and 1."""
    one = Number(Fraction(1))
    low, high = (substitute(tree, {"randn": value}) for value in (Negative(one), one))
    return operation("/", operation("+", low, high), Number(Fraction(2)))


def _with_tree(program: Program, tree: Tree) -> Program:
    return Program(program.text, program.language, tree, program.spellings, program.helpers, program.ignored)


def _verified(program: Program) -> Verification | None:
    try:
        return verify(program)
    except (KlcliError, ArithmeticError):
        return None


def _sample(excerpt: Excerpt, program: Program) -> Sample | None:
    """A sample with one noise, one mean and one head."""
    names = free_symbols(program.tree)
    noises = [name for name in names if name in UNIT_NOISE or is_noise(name)]
    others = [name for name in names if name not in noises]
    if len(noises) != 1 or len(others) != 2:
        return None
    is_drawn = noises[0] in UNIT_NOISE
    found: Sample | None = None
    for mean, head in permutations(others):
        drawn = _drawn(program.tree, Roles(mean, head))
        if drawn and (is_drawn or _is_likely(drawn, mean, head)):
            found = Sample(excerpt.last, drawn, str(_written(program, mean)), str(_written(program, head)))
            if drawn.parameterization is not None:
                return found
    return found


def _is_likely(drawn: Sampling, mean: str, head: str) -> bool:
    """Whether what is taken for a sample because of the name of its noise has the other names of one."""
    return (
        drawn.factor is not None and abs(drawn.factor) == 1 and (is_mean(mean) or suggested(head) is not None)
    )


def _drawn(tree: Tree, role: Roles) -> Sampling | None:
    """How a sample with these roles is drawn; None where it is no sample."""
    try:
        return judge_sampler(tree, role, None)
    except (KlcliError, ArithmeticError):
        return None


@lru_cache(maxsize=256)
def _program(text: str, opaque: frozenset[str] = frozenset()) -> Program | None:
    try:
        program = read_program(text, "python", opaque)
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
