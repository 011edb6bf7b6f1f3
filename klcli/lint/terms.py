"""What an expression is: a KL term with its verdict, a sample with its reading, or neither."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import permutations

from klcli.errors import KlcliError
from klcli.formula.program import Program, read_program
from klcli.formula.tree import (
    Negative,
    Number,
    Tree,
    free_symbols,
    operation,
    substitute,
    walk,
)
from klcli.formula.vocabulary import UNIT_NOISE
from klcli.judge.candidates import PLAIN
from klcli.judge.names import is_mean, is_noise, suggested
from klcli.judge.roles import Roles
from klcli.judge.sampler import Sampling, judge_sampler
from klcli.judge.verification import Verification, verify
from klcli.lint.excerpts import Excerpt, smaller
from klcli.lint.likeness import may_be_kl, signs
from klcli.lint.steps import with_value

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
        sign: -1 for one with a negative factor, as it stands in a bound that is maximised.
        is_sampled: whether it is an estimate from one sample, whose expectation is the KL.
    """

    excerpt: Excerpt
    found: Verification
    mean: str | None
    head: str | None
    sign: int = 1
    is_sampled: bool = False

    @property
    def is_right(self) -> bool:
        """Whether it is a KL, perhaps with a factor, to another prior."""
        return self.found.best.kind in ("exact", "scaled", "other-prior")

    @property
    def is_half_added(self) -> bool:
        """Whether it has ``-0.5 +`` for ``-0.5 *``, which passes for -2 KL in what is made of it."""
        return _is_half_added(self.found)


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
    """A KL term, one with a negative factor, or what a known mistake keeps from being one."""
    tree, is_sampled = program.tree, False
    if _has_noise(tree):
        tree, is_sampled = _expected(tree), True
    if not may_be_kl(tree):
        return None
    for sign in signs(tree):
        signed = program if sign > 0 else _negated(excerpt)
        if signed is None:
            continue
        if is_sampled:
            signed = _with_tree(signed, _expected(signed.tree))
        is_mended = excerpt.is_local and not is_sampled
        found = _settled(signed, is_mended)
        if sign < 0 and is_mended and _is_half_added(mended := _verified(program, mended=True)):
            found, signed, sign, excerpt = mended, program, 1, _at_half(excerpt)
        if found is not None and (sign > 0 or not _is_of_strange_prior(found)):
            role = found.best.verdict.roles
            mean, head = _written(signed, role.mean), _written(signed, role.head)
            return Divergence(excerpt, found, mean, head, sign, is_sampled)
    return None


def _is_half_added(found: Verification | None) -> bool:
    mistake = found.best.mistake if found else None
    return mistake is not None and mistake.code == "KL107"


def _at_half(excerpt: Excerpt) -> Excerpt:
    """An excerpt that points at the last of its statements with the number 0.5."""
    for step in reversed(excerpt.steps):
        if any(isinstance(node, ast.Constant) and node.value == 0.5 for node in ast.walk(step.node)):
            return replace(excerpt, formula=step)
    return excerpt


def _is_of_strange_prior(found: Verification) -> bool:
    """Whether it is the KL to a fixed prior that is not N(0, 1)."""
    return found.best.kind == "other-prior" and not found.best.verdict.roles.has_prior


def _settled(program: Program, is_mended: bool) -> Verification | None:
    """The answer of the judge; None for what is no KL, and has no mistake by name."""
    found = _verified(program, mended=False)
    if found and found.best.kind in ("exact", "scaled", "reversed"):
        return found
    if found and found.best.kind == "other-prior" and not is_mended:
        return found if found.best.verdict.roles.has_prior else None
    found = _verified(program, mended=True) if is_mended else None
    is_named = found is not None and (found.best.kind == "other-prior" or found.best.mistake is not None)
    return found if found is not None and is_named and found.best.kind != "not-kl" else None


def _negated(excerpt: Excerpt) -> Program | None:
    """The program of minus a term."""
    node = excerpt.step.node
    if isinstance(node, ast.AugAssign) and not isinstance(node.op, ast.Mult | ast.Div):
        return None
    value = getattr(node, "value", None)
    if not isinstance(value, ast.expr):
        return None
    changed = with_value(node, ast.UnaryOp(ast.USub(), value))
    return _program("\n".join([*(part.text for part in excerpt.steps[:-1]), ast.unparse(changed)]))


def _has_noise(tree: Tree) -> bool:
    return "randn" in free_symbols(tree)


def _expected(tree: Tree) -> Tree:
    """The expectation over standard normal noise of what is quadratic in it: its mean at -1 and 1."""
    one = Number(Fraction(1))
    low, high = (substitute(tree, {"randn": value}) for value in (Negative(one), one))
    return operation("/", operation("+", low, high), Number(Fraction(2)))


def _with_tree(program: Program, tree: Tree) -> Program:
    return Program(program.text, program.language, tree, program.spellings, program.helpers, program.ignored)


@lru_cache(maxsize=512)
def _verified_once(text: str, tree: Tree, mended: bool, program: _Same) -> Verification | None:
    try:
        return verify(program.program, replace(PLAIN, mended=mended))
    except (KlcliError, ArithmeticError):
        return None


def _verified(program: Program, *, mended: bool) -> Verification | None:
    return _verified_once(program.text, program.tree, mended, _Same(program))


@dataclass(frozen=True, slots=True)
class _Same:
    """A program that is known by its text and tree, which are compared for it."""

    program: Program

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same)

    def __hash__(self) -> int:
        return 0


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
