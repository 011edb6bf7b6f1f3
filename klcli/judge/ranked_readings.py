"""What a formula can be taken for: the answer under every reading, the best first."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from klcli.errors import KlcliError
from klcli.formula.minimal_edits import edited
from klcli.formula.program_reader import Program, ProgramSource
from klcli.formula.read.calls.normal_methods import NORMAL_DIVERGENCE
from klcli.formula.read.math_parser import known
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Clip, Number, Symbol, Tree, number, operation
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.formula.write.printing import to_text
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.corrections import Mended, corrections, exchanged, holds
from klcli.judge.left_side import begins_with_fixed, is_stated_turned
from klcli.judge.loss_context.clips import binds
from klcli.judge.loss_context.guards import without_guards
from klcli.judge.loss_context.preparation import Prepared
from klcli.judge.question import Question
from klcli.judge.readings import likeliest, verdicts_on
from klcli.judge.roles import Roles, possible_roles, strangeness
from klcli.judge.verdict import KINDS, Verdict, VerdictKind, judge_as, kind_of
from klcli.names.means_and_spreads import suggested
from klcli.values import dataclass, replace

if TYPE_CHECKING:
    from klcli.judge.mistakes.mistake import Mistake

_LARGEST_DENOMINATOR = 64
"""Factors that people write are halves, quarters and small counts."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A formula under one reading: the verdict, and the mistake that explains it.

    Attributes:
        kind: the verdict; `wrong` also where another prior is explained by a mistake.
        verdict: what the formula is by itself.
        mistake: what is wrong, or None.
        correction: the source without the mistake, in the notation of the formula; None without a mistake.
        repaired: what that is.
        quantity: what is known that is no KL, in words; empty for everything else.
        flaw: what is wrong with its sums, in words, in the place of what the mistake says; or empty.
    """

    kind: VerdictKind
    verdict: Verdict
    mistake: Mistake | None = None
    correction: ProgramSource | None = None
    repaired: Verdict | None = None
    quantity: str = ""
    flaw: str = ""

    @property
    def corrected(self) -> str | None:
        """The correction as it is written."""
        return self.correction.text if self.correction else None

    @property
    def is_proved_of(self) -> bool:
        """Whether a proof of the algebra is one of the answer; of a flaw of sums it is none."""
        right_algebra = self.verdict.kind in ("exact", "scaled")
        return (
            self.verdict.kl is not None
            and self.kind != "other"
            and not (self.kind == "wrong" and right_algebra)
        )


def candidates(program: Program, prepared: Prepared, question: Question) -> tuple[Candidate, ...]:
    """The best answer under every reading, the best of all first.

    Args:
        program: the text and its trees.
        prepared: what of it was set aside.
        question: what is asked of it.
    """
    tree = prepared.tree
    if question.mean is not None and question.mean == question.head:
        raise KlcliError(f"{question.mean} cannot be mean and head", "name two symbols")
    ways = possible_roles(free_symbols(tree), mean=question.mean, head=question.head)
    if not ways:
        raise KlcliError("no symbol is left for the head", "name both: --mean mu --head logvar")
    verdicts = [_as_stated(verdict, program, tree) for verdict in verdicts_on(tree, ways, question)]
    mended = (
        corrections(program, prepared, verdicts, likeliest(tree, ways), question) if question.mended else {}
    )
    found = [candidate_of(verdict, mended, prepared, program) for verdict in verdicts]
    if question.mended and all(one.kind == "wrong" and one.mistake is None for one in found):
        found = [_with_lost_term(one, tree) for one in found]
    wanted = question.reading.name if question.reading else None

    def rank(candidate: Candidate) -> tuple[object, ...]:
        verdict = candidate.verdict
        mended = candidate.repaired is not None and candidate.repaired.kind != "exact"
        return (
            wanted is not None and verdict.parameterization.name != wanted,
            KINDS.index(candidate.kind),
            candidate.mistake is None,
            mended,
            _misfit(verdict),
            strangeness(verdict.roles),
            _place_of(candidate.mistake) if candidate.mistake else -1,
        )

    return tuple(sorted(found, key=rank))


def _as_stated(verdict: Verdict, program: Program, tree: Tree) -> Verdict:
    """The verdict with the Gaussian as the posterior that the left-hand side begins with."""
    if not (verdict.kl and is_stated_turned(program.left, verdict.roles)):
        return verdict
    turned = verdict.way.turned
    return judge_as(tree, turned.roles, turned.reading, prior_reading=turned.prior_reading)


def kind_as_stated(verdict: Verdict, left: str) -> VerdictKind:
    """The kind of a verdict; of a left-hand side that begins with the fixed Gaussian KL(p || q) is meant."""
    if verdict.kl and verdict.kl.reverse and begins_with_fixed(left):
        return kind_of(replace(verdict.kl, reverse=False), verdict.prior)
    return verdict.kind


def _misfit(verdict: Verdict) -> int:
    """How the name of the head fits the reading: 0 it states it, 1 it says nothing, 2 it states another."""
    stated = suggested(verdict.roles.head) if verdict.roles.head else None
    return 1 if stated is None else 0 if stated == verdict.parameterization.name else 2


def candidate_of(verdict: Verdict, mended: Mended, prepared: Prepared, program: Program) -> Candidate:
    """The answer that a verdict on the formula of one entry is of the whole program.

    Args:
        verdict: what the formula of one entry is.
        mended: the corrections that are known; none are for what has none.
        prepared: what was judged, and what was set aside.
        program: the formula as it was read.
    """
    kind = kind_as_stated(verdict, program.left)
    if prepared.capacity and verdict.kl:
        held = f"a capacity objective |KL - {to_text(prepared.capacity)}|"
        return Candidate("other", verdict, quantity=f"{held}: below the capacity it rewards a larger KL")
    if verdict.kl and prepared.aside.partial_masks:
        return Candidate("wrong", verdict, _mistake("KL133"))
    if verdict.kl and prepared.reductions.flaw:
        return Candidate("wrong", verdict, _mistake("KL121"), flaw=prepared.reductions.flaw)
    weighed = prepared.weights or prepared.divisors or prepared.aside.are_parts_equal
    if kind == "exact" and (weighed or not prepared.is_whole):
        kind = "scaled"
    if verdict.kl and _is_bound(prepared, verdict):
        source = edited(program, program.tree, without_guards(program.tree))
        is_all = kind == "exact" and not prepared.aside.parts
        return Candidate("wrong", verdict, _mistake("KL118"), source if is_all else None, verdict)
    if kind == "reversed":
        source = exchanged(program, prepared, verdict)
        return Candidate(kind, verdict, _mistake("KL115"), source if holds(source, program) else None)
    if kind == "exact" or verdict.kind == "exact":  # of right algebra there is nothing to mend
        return Candidate(kind, verdict)
    name = verdict.parameterization.name
    ways = [way for reading, way in mended if reading == name]
    way = verdict.roles if verdict.roles in ways else ways[0] if ways else None
    if way is None:
        return Candidate(kind, verdict, _unmendable(verdict, prepared))
    undone, source = mended[name, way]
    # A constant that belongs to k KL(q || N(0, 1)) and to no KL to the other prior shows what was meant.
    if kind == "other-prior" and (undone.verdict.kind == "exact" or (verdict.kl and verdict.kl.shift != 0)):
        kind = "wrong"
    if kind == "other-prior":
        return Candidate(kind, verdict)
    if way != verdict.roles:
        verdict = replace(verdict, way=replace(verdict.way, roles=way))
    return Candidate("wrong" if kind == "not-kl" else kind, verdict, undone.mistake, source, undone.verdict)


def _with_lost_term(found: Candidate, tree: Tree) -> Candidate:
    """An answer that nothing explains, with a term that is left out if it is that."""
    from klcli.judge.lost_terms import has_lost_a_term  # not for what is right

    return replace(found, mistake=_mistake("KL143")) if has_lost_a_term(tree, found.verdict) else found


def _mistake(code: str) -> Mistake:
    from klcli.judge.mistakes.table import find_mistake  # not for what is right

    return find_mistake(code)


def _place_of(mistake: Mistake) -> int:
    from klcli.judge.mistakes.table import place_of

    return place_of(mistake)


def _unmendable(verdict: Verdict, prepared: Prepared) -> Mistake | None:
    """A mistake that no small change undoes: the spread term without that of the mean."""
    role = verdict.roles
    if role.mean is not None or role.has_prior or role.head is None or verdict.kind != "wrong":
        return None
    mean = Symbol("mu" if role.head != "mu" else "mean")
    square = operation("/", operation("^", mean, Number(Fraction(2))), Number(Fraction(2)))
    scale = number(_scale_of_spread(prepared.tree, role.head, verdict.parameterization) or 1)
    whole = operation("+", prepared.tree, operation("*", scale, square))
    full = judge_as(whole, Roles(mean.name, role.head), verdict.parameterization, verdict.prior)
    return _mistake("KL111") if full.kind in ("exact", "scaled") else None


def _scale_of_spread(tree: Tree, head: str, reading: Parameterization) -> Fraction | None:
    """How many times a formula is the spread term, by its values at two standard deviations."""
    run, sigmas = Doubles(), (reading.within(2.0), reading.within(0.5))
    try:
        at = [evaluate(tree, {head: evaluate(reading.head, {"sigma": sigma}, run)}, run) for sigma in sigmas]
    except (ArithmeticError, ValueError):
        return None
    unit = {"m": 0.0, "n": 0.0, "t": 1.0}
    spreads = [evaluate(known(NORMAL_DIVERGENCE), unit | {"s": sigma}, run) for sigma in sigmas]
    return Fraction((at[0] - at[1]) / (spreads[0] - spreads[1])).limit_denominator(_LARGEST_DENOMINATOR)


def _is_bound(prepared: Prepared, verdict: Verdict) -> bool:
    """Whether a clip or a limit makes another function of a KL."""
    if any(_is_moved(clip, verdict) for clip in (*prepared.bounds, *prepared.floors)):
        return True
    own = set(free_symbols(prepared.tree)) if prepared.clips else set()
    return any(_binds(clip, verdict) for clip in prepared.clips if own.intersection(free_symbols(clip)))


def _binds(clip: Clip, verdict: Verdict) -> bool:
    return _is_moved(clip, verdict) or binds(
        clip, verdict.roles, verdict.parameterization, verdict.prior_parameterization
    )


def _is_moved(clip: Clip, verdict: Verdict) -> bool:
    """Whether a limit is a function of a mean or a head, and so none that is kept to."""
    names = {*verdict.roles.names}
    return any(not names.isdisjoint(free_symbols(limit)) for limit in clip.limits)
