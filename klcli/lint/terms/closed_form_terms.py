"""KL terms: what the judge says of an expression that may be one."""

from __future__ import annotations

import ast
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from klcli.formula.program_reader import Program, rewritten
from klcli.formula.read.ast_parts import words_in
from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.traversal import free_symbols, substitute
from klcli.formula.tree import Number, Tree
from klcli.judge.transformed_symbols import functions_in
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.flow.syntax_names import with_value
from klcli.lint.terms.expectation import has_noise, independent_parts
from klcli.lint.terms.formula_prefilter import may_be_kl, possible_signs
from klcli.lint.terms.judge_cache import is_of_other_fixed_prior, judged_as_kl, verified
from klcli.lint.terms.meant_as_kl import is_meant_as_kl, is_registered_for_others
from klcli.lint.terms.programs import flow_name, program_of
from klcli.names.posterior_or_prior import is_prior
from klcli.values import dataclass, replace

if TYPE_CHECKING:
    from klcli.judge.verification import Verification

_NUMBERS = frozenset(("item", "numpy", "tolist", "data"))
"""What makes an array one of Python's or of NumPy's, or takes its value, as is done to print it."""
_OF_ONE = 2
"""Symbols of a KL to a fixed prior."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """An expression that computes a KL, or what was meant to be one.

    Attributes:
        excerpt: where it stands.
        found: the answer of the judge.
        mean: the name of the posterior's mean in the flow; None where there is none.
        head: the name of its head in the flow; None where there is none, and where the head is a
            function of a number that stands nowhere else.
        sign: -1 for one with a negative factor, as it stands in a bound that is maximised.
        is_sampled: whether it is an estimate from one sample, whose expectation is the KL.
    """

    excerpt: CodeExcerpt
    found: Verification
    mean: str | None
    head: str | None
    sign: int = 1
    is_sampled: bool = False

    @property
    def is_right(self) -> bool:
        """Whether it is a KL, perhaps with a factor, to another prior; or one that is held to a capacity."""
        best = self.found.best
        is_held = best.kind == "other" and best.verdict.kl is not None
        return is_held or best.kind in ("exact", "scaled", "other-prior")

    @property
    def is_unexplained(self) -> bool:
        """Whether it is called a KL and is none, by no mistake that is known."""
        return _is_none(self.found)

    @property
    def is_printed(self) -> bool:
        """Whether no gradient flows through it, as only its value is taken, or it is stopped as a whole."""
        return not _NUMBERS.isdisjoint(words_in(self.excerpt.step.node)) or self.is_still

    @property
    def is_still(self) -> bool:
        """Whether no gradient of it flows to a mean or a head, whatever else of a loss has one."""
        from klcli.judge.gradient_flow import gradient_flow  # not for files without terms

        return gradient_flow(self.found.prepared, self.found.best.verdict).is_none

    @property
    def is_half_added(self) -> bool:
        """Whether it has ``-0.5 +`` for ``-0.5 *``, which passes for -2 KL in what is made of it."""
        return _is_half_added(self.found)


def divergence(excerpt: CodeExcerpt, program: Program, *, is_part: bool = False) -> Divergence | None:
    """A KL term in closed form, one with a negative factor, or what a known mistake keeps from being one.

    Args:
        excerpt: where it stands.
        program: what it computes.
        is_part: whether it is a part of what is no KL, in which a mistake would be a guess.
    """
    is_meant = excerpt.is_local and is_meant_as_kl(excerpt, program.tree)
    if has_noise(program.tree) or not (may_be_kl(program.tree) or is_meant):
        return None
    if _is_sum_of_several(program.tree):
        return None  # each is looked at by itself
    is_guess = (is_part and not is_meant) or is_registered_for_others(excerpt)
    for sign in (
        (1,) if _is_of_either_sign(program) else possible_signs(program.tree, is_mended=excerpt.is_local)
    ):
        signed = program if sign > 0 else negated(excerpt.source)
        if signed is None:
            continue
        signed = replace(signed, defaults=program.defaults)
        found = judged_as_kl(signed, is_mended=excerpt.is_local, is_guess=is_guess, is_meant=is_meant)
        if (
            sign < 0
            and excerpt.is_local
            and not is_guess
            and _is_half_added(mended := verified(program, mended=True))
        ):
            found, signed, sign, excerpt = mended, program, 1, _at_half(excerpt)
        if found is not None and (sign > 0 or not is_of_other_fixed_prior(found)):
            return divergence_of(excerpt, signed, found, sign)
    found = verified(program, mended=False) if is_meant else None
    if found is None or not _is_none(found) or _is_of_fixed_prior(program):
        return None
    return divergence_of(excerpt, program, found, 1)


def _is_sum_of_several(tree: Tree) -> bool:
    """Whether a formula adds up terms that share no symbol and may each be a KL, as of two latents."""
    parts = list(independent_parts(tree))
    return len(parts) > 1 and all(may_be_kl(part) for part in parts)


def _is_of_either_sign(program: Program) -> bool:
    """Whether a formula has a weight whose sign depends on values; a third symbol is needed for one."""
    found = verified(program, mended=False) if len(free_symbols(program.tree)) > _OF_ONE else None
    return found is not None and bool(found.prepared.aside.differences)


def _is_of_fixed_prior(program: Program) -> bool:
    """Whether a formula is a KL but for what only depends on attributes that a prior has.

    What was set once, and is not learned, is a constant of the loss.
    """
    given = {
        # Fractions that stand in no formula, and no two alike.
        name: Number(Fraction(3 + place, 7))
        for place, name in enumerate(free_symbols(program.tree))
        if _is_attribute_of_prior(str(flow_name(program, name)))
    }
    fixed = replace(rewritten(program, partial(substitute, values=given)), helpers={})
    found = verified(fixed, mended=False) if given else None
    return found is not None and not _is_none(found)


def _is_attribute_of_prior(name: str) -> bool:
    owner, _, attribute = name.rpartition(".")
    return owner != "" and is_prior(attribute) is True


def _is_none(found: Verification) -> bool:
    """Whether the answer is that a formula is no KL at all."""
    return found.best.kind in ("wrong", "not-kl") and found.best.mistake is None


def divergence_of(
    excerpt: CodeExcerpt, program: Program, found: Verification, sign: int, *, is_sampled: bool = False
) -> Divergence:
    """A KL term of an answer of the judge.

    Args:
        excerpt: where it stands.
        program: what was judged.
        found: the answer.
        sign: -1 for one with a negative factor.
        is_sampled: whether it is an estimate.
    """
    role = found.best.verdict.roles
    mean, head = (flow_name(program, name) for name in (role.mean, role.head))
    if found.prepared.others:
        excerpt = _at_what_uses(excerpt, {str(mean), str(head)})
    if role.head in functions_in(found.program, program):
        head = None
    return Divergence(excerpt, found, mean, head, sign, is_sampled)


def _at_what_uses(excerpt: CodeExcerpt, names: set[str]) -> CodeExcerpt:
    """An excerpt that points at what is made of names, and at no other, longer term of the loss.

    What a network makes of a sample is another term.
    """
    reached, using = set(names), []
    for step in excerpt.steps:
        if not (step.is_opaque or step.read.isdisjoint(reached)):
            using.append(step)
            reached |= step.targets
    own = max(using, key=lambda step: step.sums, default=excerpt.formula)
    return excerpt if own.sums <= 0 or excerpt.formula in using else replace(excerpt, formula=own)


def _is_half_added(found: Verification | None) -> bool:
    if found is None or found.best.mistake is None:
        return False
    from klcli.judge.mistakes.table import find_mistake

    return found.best.mistake is find_mistake("KL107")


def _at_half(excerpt: CodeExcerpt) -> CodeExcerpt:
    """An excerpt that points at the last of its statements with the number 0.5."""
    for step in reversed(excerpt.steps):
        if any(isinstance(node, ast.Constant) and node.value == 0.5 for node in ast.walk(step.node)):
            return replace(excerpt, formula=step)
    return excerpt


def negated(source: SourceNodes, *, matrices: bool = False) -> Program | None:
    """The program of minus a term; None where that cannot be written or read.

    Args:
        source: the program of the term.
        matrices: whether it is one of matrices.
    """
    node = source.given[-1]
    if isinstance(node, ast.AugAssign) and not isinstance(node.op, ast.Mult | ast.Div):
        return None
    value = getattr(node, "value", None)
    if not isinstance(value, ast.expr):
        return None
    changed = with_value(node, ast.UnaryOp(ast.USub(), value))
    return program_of(SourceNodes([*source.given[:-1], changed]), matrices=matrices)
