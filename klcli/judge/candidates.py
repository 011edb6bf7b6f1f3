"""What a formula can be taken for: the answer under every reading, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import TypeAlias

from klcli.errors import KlcliError
from klcli.formula.editing import edited, in_habit
from klcli.formula.notation import parse
from klcli.formula.printing import to_text
from klcli.formula.program import Program, read_program
from klcli.formula.tree import (
    Clip,
    Length,
    MatrixProduct,
    Number,
    Reduction,
    Reshape,
    Stop,
    Symbol,
    Tree,
    free_symbols,
    operation,
    substitute,
    walk,
)
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.guards import binds, without_guards
from klcli.judge.identification import compared_digits
from klcli.judge.mistakes import Mistake, find_mistake
from klcli.judge.names import sign_of, suggested
from klcli.judge.pairs import not_ruled_out
from klcli.judge.preparation import Prepared, prepare
from klcli.judge.repair import Repair, repairs
from klcli.judge.roles import Roles, possible_roles, strangeness
from klcli.judge.screening import screened
from klcli.judge.verdict import (
    KINDS,
    STANDARD,
    FixedPrior,
    Kind,
    Verdict,
    judge_as,
    judge_pair,
    without_kl,
)

__all__ = ["PLAIN", "Candidate", "Question", "candidates", "effort"]

_MOST_DIGITS = 200
"""Digits that a formula's long numbers may demand for mistakes to be looked for; more take too much time."""

_SMALLEST = Fraction(1, 10**100)
"""Variances of a fixed prior beyond which doubles cannot help to look for mistakes."""

_BARE_CALL = re.compile(r"(?<![\w.])([a-z]\w*)\(")
"""A function that is called without a module or an object in front of it."""

_FORWARD = parse("-0.5 (1 + l - mu^2 - v)")

Mended: TypeAlias = Mapping[tuple[str, Roles], tuple[Repair, str | None]]
"""The best repair by reading and roles, with the corrected text if that is the KL as a whole."""

_Tried: TypeAlias = tuple[tuple[int, int], Repair, str, bool]
"""What a repair costs, the repair, a text that has it, and whether that text may be shown."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a formula.

    Attributes:
        mean: the symbol that is the mean, if it is said.
        head: the symbol that is the head, if it is said.
        reading: the reading that is demanded, if one is.
        matrix_reading: the reading of a matrix that is demanded, if one is.
        matrix_sampler: the sampling line, read as a formula of matrices.
        prior: the fixed prior of formulas without symbols for it.
        sampler: the sampling line that belongs to it.
        mended: whether known mistakes are looked for in what is no KL.
        described: whether more is wanted than what the formula is: a counterexample, the minimum, numerics.
    """

    mean: str | None = None
    head: str | None = None
    reading: Parameterization | None = None
    prior: FixedPrior = STANDARD
    sampler: Tree | None = None
    matrix_reading: str | None = None
    matrix_sampler: Program | None = None
    mended: bool = True
    described: bool = True

    @property
    def kept(self) -> tuple[str, ...]:
        """The symbols that are named."""
        return tuple(name for name in (self.mean, self.head) if name)


PLAIN = Question()
"""Nothing but: what is this formula?"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A formula under one reading: the verdict, and the mistake that explains it.

    Attributes:
        kind: the verdict; `wrong` also where another prior is explained by a mistake.
        verdict: what the formula is by itself.
        mistake: what is wrong, or None.
        corrected: the text without the mistake, in the notation of the formula; None without a mistake.
        repaired: what the corrected text is.
        quantity: what is known that is no KL, in words; empty for everything else.
    """

    kind: Kind
    verdict: Verdict
    mistake: Mistake | None = None
    corrected: str | None = None
    repaired: Verdict | None = None
    quantity: str = ""

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
    """The best answer under every reading, the best of all first."""
    tree = prepared.tree
    if question.mean is not None and question.mean == question.head:
        raise KlcliError(f"{question.mean} cannot be mean and head", "name two symbols")
    ways = possible_roles(free_symbols(tree), mean=question.mean, head=question.head)
    if not ways:
        raise KlcliError("no symbol is left for the head", "name both: --mean mu --head logvar")
    verdicts = _verdicts(tree, ways, question)
    mended = _mended(program, prepared, verdicts, _likeliest(tree, ways), question) if question.mended else {}
    found = [_candidate(verdict, mended, prepared, program) for verdict in verdicts]
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
            candidate.mistake.code if candidate.mistake else "",
        )

    return tuple(sorted(found, key=rank))


def _likeliest(tree: Tree, ways: Sequence[Roles]) -> list[Roles]:
    """The roles that the names suggest; where names leave them open, the mean is what is squared.

    Where both are squared, it is the one whose name does not state a scale.
    """
    names = free_symbols(tree)
    if strangeness(ways[0]) and len(names) == 2:
        means = [name for name in names if screened(tree).symbols[name].is_quadratic]
        if len(means) == 2:
            means = [name for name in names if suggested(name) is None]
        if len(means) == 1:
            ways = [way for way in ways if way.mean == means[0] and not way.has_prior] or ways
    return [way for way in ways if strangeness(way) == strangeness(ways[0])]


def _misfit(verdict: Verdict) -> int:
    """How the name of the head fits the reading: 0 it states it, 1 it says nothing, 2 it states another."""
    stated = suggested(verdict.roles.head) if verdict.roles.head else None
    return 1 if stated is None else 0 if stated == verdict.parameterization.name else 2


def _verdicts(tree: Tree, ways: Sequence[Roles], question: Question) -> list[Verdict]:
    """The best verdict under every reading, over the roles; stops at the likeliest roles that give a KL."""
    best: dict[str, Verdict] = {}
    screening = screened(tree)
    for _, group in groupby(ways, key=strangeness):
        for way in _plausible(tree, list(group)):
            if _has_ingredients(best) and not screening.admits(way):
                continue  # it can be nothing better
            for verdict in _under_readings(tree, way, question):
                name = verdict.parameterization.name
                if name not in best or KINDS.index(verdict.kind) < KINDS.index(best[name].kind):
                    best[name] = verdict
        if any(verdict.kl for verdict in best.values()):
            break
    return list(best.values()) or list(_under_readings(tree, ways[0], question))


def _has_ingredients(best: Mapping[str, Verdict]) -> bool:
    """Whether there is a verdict under every reading, and each says that a KL has such ingredients."""
    return len(best) == len(PARAMETERIZATIONS) and all(one.kind != "not-kl" for one in best.values())


def _plausible(tree: Tree, ways: list[Roles]) -> list[Roles]:
    """The roles whose means occur in the formula as in a polynomial of at most second degree.

    With up to two symbols all are tried: it takes less time than this test.
    """
    screening = screened(tree)
    if len(screening.symbols) <= 2:
        return ways
    return [
        way
        for way in ways
        if all(screening.symbols[name].is_quadratic for name in (way.mean, way.prior_mean) if name)
    ]


def _under_readings(tree: Tree, way: Roles, question: Question) -> Iterator[Verdict]:
    """The verdicts for these roles; the digits that decide are asked only where doubles leave it open."""
    if way.has_prior:
        yield from _with_prior(tree, way)
        return
    kind, screening = without_kl(tree, way), screened(tree)
    heads = frozenset.union(*screening.heads(way.head)) if screening.admits(way) else ()
    for name, reading in PARAMETERIZATIONS.items():
        if name in heads:
            yield judge_as(tree, way, reading, question.prior)
        else:
            yield Verdict(kind, reading, way, None, None, question.prior)


def _with_prior(tree: Tree, way: Roles) -> Iterator[Verdict]:
    """The verdicts for roles with a prior, whose head is first read like the posterior's."""
    left, kind = not_ruled_out(tree, way), without_kl(tree, way)
    for name, reading in PARAMETERIZATIONS.items():
        usual = name if way.prior_head else "std"
        found = None
        for other in sorted(PARAMETERIZATIONS, key=lambda one: one != usual) if way.prior_head else (usual,):
            if left[name, other]:
                found = judge_pair(tree, way, reading, PARAMETERIZATIONS[other])
                if found.kl:
                    break
        is_kl = found is not None and found.kl is not None
        if not is_kl or other != usual:
            yield Verdict(kind, reading, way, None, PARAMETERIZATIONS[usual])
        if found is not None and is_kl:
            yield found


def _mended(
    program: Program,
    prepared: Prepared,
    verdicts: Sequence[Verdict],
    ways: Sequence[Roles],
    question: Question,
) -> Mended:
    """The best repair under every reading for which one is needed, with the corrected text."""
    best = min((KINDS.index(verdict.kind) for verdict in verdicts), default=0)
    explained = KINDS[best] == "exact"
    scaled = [verdict for verdict in verdicts if verdict.kind == "scaled" and verdict.kl]
    if question.reading is None and (explained or KINDS[best] == "reversed"):
        return {}
    if (
        compared_digits(prepared.tree) > _MOST_DIGITS
        or not _SMALLEST < question.prior.variance < 1 / _SMALLEST
    ):
        return {}
    if scaled and not any(_looks_unmeant(verdict) for verdict in scaled) and question.reading is None:
        return {}
    tried: dict[tuple[str, Roles], list[_Tried]] = {}
    for way in ways:
        if scaled and way not in [verdict.roles for verdict in scaled]:
            continue
        readings = _readings_to_mend(way, scaled, question)
        for repair in repairs(prepared.tree, way, readings, question.prior):
            if scaled and repair.verdict.kind != "exact":
                continue
            for text, may_be_shown in _texts(program, prepared.tree, repair.tree):
                cost = effort(program.text, text), int(repair.mistake.code[2:])
                key = repair.verdict.parameterization.name, way
                tried.setdefault(key, []).append((cost, repair, text, may_be_shown))
    return {
        key: first
        for key, entries in tried.items()
        if (first := _first_that_holds(sorted(entries, key=lambda entry: entry[0]), program, question))
    }


def _texts(program: Program, before: Tree, after: Tree) -> Iterator[tuple[str, bool]]:
    """The corrected text with the fewest changes and the formula written anew; whether each may be shown."""
    changed = edited(program, before, after)
    if changed is not None:
        yield changed, _keeps_modules(program, changed)
    # What was set aside, such as another term, is not in the formula that is written anew.
    is_all = set(free_symbols(program.tree)) <= set(free_symbols(after))
    yield in_habit(program, after), is_all and _may_be_written_anew(program)


def _may_be_written_anew(program: Program) -> bool:
    """Whether nothing is lost where a formula is written anew: axes, lengths, the sign of a left side."""
    if sign_of(program.left) < 0:
        return False
    if program.language == "math":
        return True
    arrays = (Length, MatrixProduct, Reduction, Reshape, Stop)
    return not any(isinstance(node, arrays) for node in walk(program.arrays))


def _keeps_modules(program: Program, text: str) -> bool:
    """Whether all functions of a corrected text of Python are called as in the text before."""
    if program.language == "math":
        return True
    return set(_BARE_CALL.findall(text)) <= set(_BARE_CALL.findall(program.text))


def _holds(text: str | None, program: Program) -> bool:
    """Whether a corrected text is the KL as a whole, with all that stood beside it before."""
    if (
        text is None
        or sign_of(program.left) < 0
        or any(isinstance(one, Reduction) for one in walk(program.arrays))
    ):
        return False
    try:
        again = prepare(read_program(text, program.language))
    except KlcliError:
        return False
    if not _keeps_aside(prepare(program), again) or not _is_whole(again):
        return False
    ways = possible_roles(free_symbols(again.tree), mean=None, head=None)
    return any(verdict.kind == "exact" for verdict in _verdicts(again.tree, ways, PLAIN))


def _keeps_aside(before: Prepared, after: Prepared) -> bool:
    """Whether a corrected text has all that stood around the KL before, and no weight of a part."""
    if after.aside.partial_masks or after.aside.parts:
        return False
    one, other = ((found.weights, found.divisors, found.others) for found in (before, after))
    return one == other


def _first_that_holds(
    entries: Sequence[_Tried], program: Program, question: Question
) -> tuple[Repair, str | None] | None:
    """The first correction whose text, read again, is what the repaired formula is.

    A variable that is used twice, for example, is not mended by a change of its value. The text is given only
    if it is the KL as a whole, with all its sums and constants: another has more to be corrected.
    """
    first: tuple[Repair, str | None] | None = None
    for _, repair, text, may_be_shown in entries:
        found = _verdict_on(text, program, repair.verdict, question)
        if found and found[0].kind == repair.verdict.kind:
            if found[1] and found[0].kind == "exact" and may_be_shown:
                return repair, text
            first = first or (repair, None)
    return first


def _verdict_on(
    text: str, program: Program, verdict: Verdict, question: Question
) -> tuple[Verdict, bool] | None:
    """The verdict on a corrected text, and whether its sums and constants are those of the KL."""
    try:
        prepared = prepare(read_program(text, program.language), question.kept)
    except KlcliError:
        return None
    tree, role = prepared.tree, verdict.roles
    if not set(free_symbols(tree)) <= {role.mean, role.head, role.prior_mean, role.prior_head}:
        return None
    if verdict.prior_parameterization:
        again = judge_pair(tree, role, verdict.parameterization, verdict.prior_parameterization)
    else:
        again = judge_as(tree, role, verdict.parameterization, verdict.prior)
    return again, _is_whole(prepared) and _keeps_aside(prepare(program, question.kept), prepared)


def _looks_unmeant(verdict: Verdict) -> bool:
    """Whether a multiple of the KL looks like one that was meant to be the KL itself."""
    kl = verdict.kl
    return kl is not None and (kl.scale == 1 or (kl.scale == 2 and kl.shift == 0))


def _readings_to_mend(
    way: Roles, scaled: Sequence[Verdict], question: Question
) -> list[tuple[Parameterization, Parameterization | None]]:
    names = {verdict.parameterization.name for verdict in scaled}
    rows = [row for row in PARAMETERIZATIONS.values() if not names or row.name in names]
    if question.reading:
        rows = [question.reading]
    return [
        (row, row if way.prior_head else PARAMETERIZATIONS["std"] if way.has_prior else None) for row in rows
    ]


def effort(before: str, after: str) -> int:
    """How many characters a correction takes away and adds."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return len(before) + len(after) - 2 * (start + end)


def _candidate(
    verdict: Verdict,
    mended: Mended,
    prepared: Prepared,
    program: Program,
) -> Candidate:
    kind = verdict.kind
    if prepared.capacity and verdict.kl:
        held = f"a capacity objective |KL - {to_text(prepared.capacity)}|"
        return Candidate("other", verdict, quantity=f"{held}: below the capacity it rewards a larger KL")
    if verdict.kl and prepared.aside.partial_masks:
        return Candidate("wrong", verdict, find_mistake("KL133"))
    if verdict.kl and prepared.reductions.flaw:
        return Candidate("wrong", verdict, find_mistake("KL121"))
    weighed = prepared.weights or prepared.divisors or prepared.aside.are_parts_equal
    if kind == "exact" and (weighed or not _is_whole(prepared)):
        kind = "scaled"
    own = set(free_symbols(prepared.tree)) if prepared.clips else set()
    clips = [clip for clip in prepared.clips if own.intersection(free_symbols(clip))]
    if verdict.kl and any(_binds(clip, verdict) for clip in clips):
        text = edited(program, program.tree, without_guards(program.tree))
        is_all = kind == "exact" and not prepared.aside.parts
        return Candidate("wrong", verdict, find_mistake("KL118"), text if is_all else None, verdict)
    if kind == "reversed":
        text = _exchanged(program, prepared, verdict)
        return Candidate(kind, verdict, find_mistake("KL115"), text if _holds(text, program) else None, None)
    if kind == "exact":
        return Candidate(kind, verdict)
    name = verdict.parameterization.name
    ways = [way for reading, way in mended if reading == name]
    way = verdict.roles if verdict.roles in ways else ways[0] if ways else None
    if way is None:
        return Candidate(kind, verdict, _unmendable(verdict, prepared))
    repair, text = mended[name, way]
    # A constant that belongs to k KL(q || N(0, 1)) and to no KL to the other prior shows what was meant.
    if kind == "other-prior" and (repair.verdict.kind == "exact" or (verdict.kl and verdict.kl.shift != 0)):
        kind = "wrong"
    if kind == "other-prior":
        return Candidate(kind, verdict)
    if way != verdict.roles:
        verdict = replace(verdict, roles=way)
    return Candidate("wrong" if kind == "not-kl" else kind, verdict, repair.mistake, text, repair.verdict)


def _is_whole(prepared: Prepared) -> bool:
    """Whether a program counts every latent once, and every constant as often as it should.

    Beside other terms that may not be 0 anywhere a constant cannot be told from them.
    """
    found = prepared.reductions
    no_constant = bool(prepared.others) if found.constant is None else not found.constant.terms
    return found.is_plain and no_constant


def _unmendable(verdict: Verdict, prepared: Prepared) -> Mistake | None:
    """A mistake that no small change undoes: the spread term without that of the mean."""
    role = verdict.roles
    if role.mean is not None or role.has_prior or role.head is None or verdict.kind != "wrong":
        return None
    mean = Symbol("mu" if role.head != "mu" else "mean")
    square = operation("/", operation("^", mean, Number(Fraction(2))), Number(Fraction(2)))
    whole = operation("+", prepared.tree, square)
    full = judge_as(whole, Roles(mean.name, role.head), verdict.parameterization, verdict.prior)
    return find_mistake("KL111") if full.kind in ("exact", "scaled") else None


def _exchanged(program: Program, prepared: Prepared, verdict: Verdict) -> str | None:
    """The text with posterior and prior exchanged, or the forward KL to N(0, 1) where that is the prior."""
    role, reading = verdict.roles, verdict.parameterization
    if role.head and role.mean and not role.has_prior and verdict.prior == STANDARD:
        own: dict[str, Tree] = {"s": Symbol(role.head)}
        parts = {"l": substitute(reading.log_variance, own), "v": substitute(reading.variance, own)}
        return in_habit(program, substitute(_FORWARD, parts | {"mu": Symbol(role.mean)}))
    if role.head is None or role.prior_head is None or verdict.prior_parameterization is not reading:
        return None
    pairs = [(role.head, role.prior_head)]
    if role.mean and role.prior_mean:
        pairs.append((role.mean, role.prior_mean))
    swap: dict[str, Tree] = {one: Symbol(two) for one, two in pairs}
    swap |= {two: Symbol(one) for one, two in pairs}
    tree = substitute(prepared.tree, swap)
    return edited(program, prepared.tree, tree) or in_habit(program, tree)


def _binds(clip: Clip, verdict: Verdict) -> bool:
    return binds(clip, verdict.roles, verdict.parameterization, verdict.prior_parameterization)
