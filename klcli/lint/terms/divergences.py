"""KL terms: what the judge says of an expression that may be one."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import lru_cache

from klcli.errors import KlcliError
from klcli.formula.printing import to_text
from klcli.formula.program import Program, read_program
from klcli.formula.tree import Negative, Tree
from klcli.judge.candidates import PLAIN
from klcli.judge.verification import Verification, verify
from klcli.lint.flow.excerpts import Excerpt
from klcli.lint.flow.nodes import with_value
from klcli.lint.terms.expectation import drawn, expected, has_noise, redrawn
from klcli.lint.terms.likeness import may_be_kl, signs
from klcli.lint.terms.normal_form import normal_forms
from klcli.lint.terms.programs import program_of, written

__all__ = ["Divergence", "divergence"]


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


def divergence(excerpt: Excerpt, program: Program) -> Divergence | None:
    """A KL term, one with a negative factor, or what a known mistake keeps from being one."""
    if has_noise(program.tree):
        return _estimate(excerpt, program, program.tree)
    for tree in drawn(program.tree):
        if estimate := _estimate(excerpt, program, tree):
            return estimate
    if not may_be_kl(program.tree):
        return None
    for sign in signs(program.tree):
        signed = program if sign > 0 else _negated(excerpt)
        if signed is None:
            continue
        found = _settled(signed, excerpt.is_local)
        if sign < 0 and excerpt.is_local and _is_half_added(mended := _verified(program, mended=True)):
            found, signed, sign, excerpt = mended, program, 1, _at_half(excerpt)
        if found is not None and (sign > 0 or not _is_of_strange_prior(found)):
            return _divergence(excerpt, signed, found, sign)
    return None


def _estimate(excerpt: Excerpt, program: Program, tree: Tree) -> Divergence | None:
    """An estimate from one sample that is a KL in expectation, or minus one.

    It is one as well if it would be with a sample that reads its head as the density does: those two
    disagree. What a known mistake keeps from being one is looked for last.
    """
    for way in (tree, *redrawn(tree)):
        if found := _expected(excerpt, program, way):
            return found
    return _mended_estimate(excerpt, program, tree) if excerpt.last.is_local else None


def _expected(excerpt: Excerpt, program: Program, tree: Tree) -> Divergence | None:
    """What the expectation of an estimate is, if it is a KL or minus one."""
    mean = expected(tree)
    if not may_be_kl(mean):
        return None
    for sign in signs(mean):
        signed = _with_tree(program, mean if sign > 0 else Negative(mean))
        found = _settled(signed, is_mended=False)
        if found is not None and (sign > 0 or not _is_of_strange_prior(found)):
            return _sampled(excerpt, signed, found, sign)
    return None


def _mended_estimate(excerpt: Excerpt, program: Program, tree: Tree) -> Divergence | None:
    """An estimate whose expectation a known mistake keeps from being a KL, or one to another prior."""
    mean = expected(tree)
    for sign in signs(mean) if may_be_kl(mean) else ():
        for form in normal_forms(mean if sign > 0 else Negative(mean)):
            signed = replace(read_program(to_text(form), "math"), spellings=program.spellings)
            found = _settled(signed, is_mended=True)
            if found is not None and (sign > 0 or not _is_of_strange_prior(found)):
                return _sampled(excerpt, signed, found, sign)
    return None


def _sampled(excerpt: Excerpt, program: Program, found: Verification, sign: int) -> Divergence:
    return replace(_divergence(excerpt.last, program, found, sign), is_sampled=True)


def _divergence(excerpt: Excerpt, program: Program, found: Verification, sign: int) -> Divergence:
    role = found.best.verdict.roles
    return Divergence(excerpt, found, written(program, role.mean), written(program, role.head), sign)


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
    return program_of("\n".join([*(part.text for part in excerpt.steps[:-1]), ast.unparse(changed)]))


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
