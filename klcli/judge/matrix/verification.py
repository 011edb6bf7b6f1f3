"""Settles what a formula of matrices really is.

As in `klcli.judge.verification` every way in which the symbols can be mean and matrix of a Gaussian is tried,
and what is no KL is searched for known mistakes. The verdict rests on agreement to 50 digits at random
Gaussians of several sizes; it is no proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from klcli.errors import KlcliError
from klcli.formula.editing import edited, in_habit
from klcli.formula.program import Program
from klcli.formula.tree import (
    Call,
    MatrixCall,
    Operation,
    Reduction,
    Symbol,
    Tree,
    free_symbols,
    substitute,
    walk,
)
from klcli.formula.value.kinds import Kind, Manner, ShapeError, typings
from klcli.judge.candidates import PLAIN, Question
from klcli.judge.matrix.counterexample import MatrixCounterexample, counterexample
from klcli.judge.matrix.fitting import Subject
from klcli.judge.matrix.mistakes import mistake_of
from klcli.judge.matrix.preparation import Aside, set_aside, without_jitter
from klcli.judge.matrix.readings import READINGS
from klcli.judge.matrix.repair import Repair, repaired
from klcli.judge.matrix.rewriting import Setting
from klcli.judge.matrix.sampler import judge_matrix_sampler
from klcli.judge.matrix.terms import Terms, terms
from klcli.judge.matrix.verdict import MatrixCandidate, MatrixVerdict, judge_way
from klcli.judge.matrix.ways import Way, misfit, sides_said, ways
from klcli.judge.mistakes import find_mistake
from klcli.judge.names import is_dimension, is_mean
from klcli.judge.rewriting import TWO
from klcli.judge.sampler import Sampling
from klcli.judge.verdict import STANDARD

__all__ = ["MatrixVerification", "verify_matrices"]

_AS_PYTHON = (
    "it is read as Python, where * and ** go entry by entry; read as mathematics, where they are the product "
    "and the power of matrices, it is no such KL"
)
_AS_MATHEMATICS = (
    "it is read as mathematics, where * is the product of matrices; in Python * goes entry by entry, and the "
    "same text is another formula: write @"
)
_ENTRYWISE = (
    "the square of a matrix within a sum is read as that of its entries; read as the matrix times itself it "
    "is no such KL"
)
_MOST_TYPINGS = 6
_MOST_WAYS = 40
_MOST_NODES = 250
"""Nodes of a formula in which mistakes are looked for; in longer ones it takes too much time."""
_MOST_VISITS = 6_000
"""Nodes that are evaluated for all ways together."""


@dataclass(frozen=True, slots=True)
class MatrixVerification:
    """The answer to a question about a formula of matrices.

    Attributes:
        program: the formula as it was read.
        subject: what was judged.
        aside: its numbers, by what they are.
        best: the answer.
        candidates: one for each reading of the posterior's matrix, the best first.
        counterexample: where it is not the KL, if it is not.
        sampling: what the sampling line was found to be.
        terms: the weights of its terms, where it is no KL and they can be told.
        jitter: small multiples of the identity that were left out.
        warnings: what else there is to know.
    """

    program: Program
    subject: Subject
    aside: Aside
    best: MatrixCandidate
    candidates: tuple[MatrixCandidate, ...]
    counterexample: MatrixCounterexample | None = None
    sampling: Sampling | None = None
    terms: Terms | None = None
    jitter: tuple[Tree, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Typed:
    """A formula with the kinds of its symbols, and the ways in which they can be read."""

    subject: Subject
    kinds: dict[str, Kind]
    aside: Aside
    groups: list[list[Way]]


def verify_matrices(
    program: Program, question: Question = PLAIN, *, other: Program | None = None
) -> MatrixVerification:
    """Settle what a formula of matrices is.

    Args:
        program: the formula.
        question: what is asked about it.
        other: the same text in the other language, where it can be read in both. There ``*`` is elementwise
            in Python and the product of matrices in mathematics; the better answer is taken.

    Raises:
        KlcliError: its parts do not fit together, or it lacks a symbol that the question names.
    """
    try:
        found = _settled(program, question)
    except KlcliError:
        if other is None:
            raise
        return _settled(other, question)
    if other is None:
        return found
    if found.best.kind != "exact":
        with suppress(KlcliError):
            better = _settled(other, question)
            if _rank(better.best) < _rank(found.best):
                found = better
    if (program.language, found.program.language) == ("math", "python"):
        return replace(found, warnings=(*found.warnings, _AS_PYTHON))
    if found.program.language == "math" and _multiplies_matrices(found):
        return replace(found, warnings=(*found.warnings, _AS_MATHEMATICS))
    return found


def _multiplies_matrices(found: MatrixVerification) -> bool:
    """Whether a ``*`` of the formula stands between two matrices, where Python has another product."""
    way, tree = found.best.verdict.way, found.subject.tree
    kinds: dict[str, Kind] = dict.fromkeys(free_symbols(tree), "scalar")
    kinds.update(dict.fromkeys(way.means, "vector"))
    kinds.update(dict.fromkeys(("I", *(head.name for head in way.heads)), "matrix"))
    setting = Setting(found.subject.manner, kinds, way)
    products = [node for node in walk(tree) if isinstance(node, Operation) and node.operator == "*"]
    return any(setting.is_matrix(node.left) and setting.is_matrix(node.right) for node in products)


def _settled(program: Program, question: Question) -> MatrixVerification:
    wanted = _wanted(question)
    plain, jitter = without_jitter(program.tree)
    program = replace(program, tree=plain)
    found = _best_answer(program, _typed(program, question), question, wanted)
    best = found.best
    if best.kind not in ("exact", "scaled", "not-kl"):
        found = replace(found, counterexample=counterexample(found.subject, best.verdict))
    if best.kind == "wrong":
        found = _with_terms(found)
    if question.matrix_sampler is not None:
        right = best.kind in ("exact", "scaled", "other-prior")
        sampling = judge_matrix_sampler(question.matrix_sampler, best.verdict, right=right)
        found = replace(found, sampling=sampling)
    return replace(found, jitter=jitter, warnings=tuple(_warnings(found, question)))


def _with_terms(found: MatrixVerification) -> MatrixVerification:
    """A wrong formula with the weights of its terms; they name its mistake where nothing else does."""
    best = found.best
    weights = terms(found.subject, best.verdict.way, found.program.text)
    if weights is None or not weights.off:
        return found
    if best.mistake is None:
        best = replace(best, mistake=mistake_of(weights))
    others = tuple(best if one is found.best else one for one in found.candidates)
    return replace(found, best=best, candidates=others, terms=weights)


def _wanted(question: Question) -> str | None:
    """The reading that is demanded, if it is one of a matrix."""
    stated = question.matrix_reading or (question.reading.name if question.reading else None)
    if stated is not None and stated not in READINGS:
        hint = f"a matrix is read as {', '.join(READINGS)}"
        raise KlcliError(
            f"--param {stated} is a reading of a number, and this formula is one of matrices", hint
        )
    return stated


def _typed(program: Program, question: Question) -> list[_Typed]:
    """The formula under every assignment of kinds that fits.

    Raises:
        KlcliError: there is none.
    """
    found: list[_Typed] = []
    problems: list[KlcliError] = []
    misfits: list[ShapeError] = []
    for manner in _manners(program):
        try:
            for kinds in sorted(typings(program.tree, manner), key=_strangeness)[:_MOST_TYPINGS]:
                try:
                    found.extend(_with_ways(program.tree, kinds, manner, question))
                except KlcliError as error:
                    problems.append(error)
        except ShapeError as error:
            misfits.append(error)
    if not found:
        raise problems[0] if problems else _misfit(misfits[0])
    return sorted(found, key=lambda typed: _strangeness(typed.kinds))


def _manners(program: Program) -> list[Manner]:
    """The ways in which the text may write its products and squares."""
    if program.language == "python":
        return [Manner(False), Manner(False, flat=True)]
    summed = (node.body for node in walk(program.tree) if isinstance(node, Reduction))
    squares = (part for body in summed for part in walk(body) if isinstance(part, Operation))
    if any(part.operator == "^" and part.right == TWO for part in squares):
        return [Manner(True), Manner(True, entrywise=True)]
    return [Manner(True)]


def _strangeness(kinds: Mapping[str, Kind]) -> int:
    """How many names of means and of dimensions are not those of vectors and numbers; only for the order."""
    means = sum(is_mean(name) and kind != "vector" for name, kind in kinds.items())
    return means + sum(is_dimension(name) and kind != "scalar" for name, kind in kinds.items())


def _with_ways(tree: Tree, kinds: dict[str, Kind], manner: Manner, question: Question) -> Iterator[_Typed]:
    for aside in set_aside(tree, kinds, manner):
        groups = ways(kinds, aside.dimensions, mean=question.mean, head=question.head)
        yield _Typed(Subject(tree, manner, aside.values), kinds, aside, groups)


def _misfit(error: ShapeError) -> KlcliError:
    return KlcliError(
        f"the parts of this formula do not fit together: {error}",
        "for example 0.5 * (trace(S) + mu' mu - d - log det S), with a matrix S and a vector mu",
    )


def _best_answer(
    program: Program, ways_to_type: Sequence[_Typed], question: Question, wanted: str | None
) -> MatrixVerification:
    """The first kinds under which the formula is exact, or else the best of the likeliest, with repairs."""
    judged: list[tuple[_Typed, list[MatrixVerdict]]] = []
    for typed in ways_to_type:
        verdicts = _verdicts(program, typed, question)
        judged.append((typed, verdicts))
        if any(verdict.kind == "exact" and wanted in (None, verdict.reading) for verdict in verdicts):
            return _answer(program, typed, verdicts, None, wanted)
    first = judged[0][0].kinds
    best = min(judged, key=lambda entry: min(verdict.rank for verdict in entry[1]))
    likeliest = [best] if best[1][0].fit else [entry for entry in judged if entry[0].kinds == first]
    answers = []
    for typed, verdicts in likeliest:
        repair = _repair(program, typed, verdicts, question, wanted)
        answers.append(_answer(program, typed, verdicts, repair, wanted))
    return min(answers, key=lambda answer: _rank(answer.best))


def _answer(
    program: Program,
    typed: _Typed,
    verdicts: Sequence[MatrixVerdict],
    repair: Repair | None,
    wanted: str | None,
) -> MatrixVerification:
    found = [_candidate(program, typed, verdict, repair) for verdict in verdicts]

    def rank(candidate: MatrixCandidate) -> tuple[object, ...]:
        unwanted = wanted is not None and candidate.verdict.reading != wanted
        return unwanted, *_rank(candidate), misfit(candidate.verdict.way)

    ordered = sorted(found, key=rank)
    return MatrixVerification(program, typed.subject, typed.aside, ordered[0], _of_each_reading(ordered))


def _rank(candidate: MatrixCandidate) -> tuple[int, bool]:
    order = ("exact", "scaled", "other-prior", "reversed", "wrong", "not-kl")
    return order.index(candidate.kind), candidate.mistake is None


def _of_each_reading(ordered: Sequence[MatrixCandidate]) -> tuple[MatrixCandidate, ...]:
    best: dict[str, MatrixCandidate] = {}
    for candidate in ordered:
        best.setdefault(candidate.verdict.reading, candidate)
    return tuple(best.values())


def _verdicts(program: Program, typed: _Typed, question: Question) -> list[MatrixVerdict]:
    """The verdicts on the likeliest ways; on less likely ones only where those give no KL."""
    found: list[MatrixVerdict] = []
    left = min(_MOST_WAYS, max(3, _MOST_VISITS // len(list(walk(program.tree)))))
    for group in typed.groups:
        for way in group[:left]:
            found.append(judge_way(typed.subject, way, question.prior, program.text))
        left -= len(group)
        if left <= 0 or any(verdict.fit for verdict in found):
            break
    return found


def _repair(
    program: Program, typed: _Typed, verdicts: Sequence[MatrixVerdict], question: Question, wanted: str | None
) -> Repair | None:
    """The correction of a formula that is no KL, or one that looks unmeant."""
    best = min(verdicts, key=lambda verdict: verdict.rank)
    if wanted is None and best.kind in ("exact", "reversed"):
        return None
    if any(verdict.kind == "wrong" and verdict.fit for verdict in verdicts):
        return None
    if best.kind == "scaled" and best.fit and not _looks_unmeant(best) and wanted is None:
        return None
    if len(list(walk(program.tree))) > _MOST_NODES:
        return None
    likeliest = [best.way] if best.kind == "scaled" else typed.groups[0]
    if best.fit and best.way not in likeliest:
        likeliest = [best.way, *likeliest]
    if wanted is not None:
        likeliest = [way for way in likeliest if way.heads[0].reading == wanted] or likeliest
    alike = [way for way in likeliest if _is_alike(way)]
    return repaired(program, typed.subject, typed.kinds, alike, question.prior)


def _is_alike(way: Way) -> bool:
    """Whether all matrices have one reading or are of one Gaussian; other ways are too many to be mended."""
    return len({head.reading for head in way.heads}) == 1 or len({head.side for head in way.heads}) == 1


def _looks_unmeant(verdict: MatrixVerdict) -> bool:
    kl = verdict.fit
    return kl is not None and (kl.scale == 1 or (kl.scale == 2 and kl.shift == kl.per_dimension == 0))


def _candidate(
    program: Program, typed: _Typed, verdict: MatrixVerdict, repair: Repair | None
) -> MatrixCandidate:
    kind = verdict.kind
    weighed = typed.aside.weights or typed.aside.divisors
    if kind == "exact":
        return MatrixCandidate("scaled" if weighed else "exact", verdict)
    if kind == "reversed":
        return MatrixCandidate(kind, verdict, find_mistake("KL115"), _exchanged(program, typed, verdict))
    if kind == "wrong" and verdict.fit:
        return MatrixCandidate(kind, verdict, find_mistake("KL111"))
    own = repair if repair and _same_way(repair.verdict.way, verdict.way) else None
    if own is None:
        lone = kind == "wrong" and not _has_ingredients(typed, verdict.way)
        return MatrixCandidate("not-kl" if lone else kind, verdict)
    if kind == "other-prior":
        kind = "wrong" if own.verdict.kind == "exact" else kind
    return MatrixCandidate(kind, verdict, own.mistake, own.text)


def _same_way(one: Way, other: Way) -> bool:
    return one.heads == other.heads and one.means == other.means


def _has_ingredients(typed: _Typed, way: Way) -> bool:
    """Whether a formula has the logarithm of a determinant, as every KL has, or a determinant at least."""
    setting = Setting(typed.subject.manner, typed.kinds, way)
    nodes = list(walk(typed.subject.tree))
    dets = any(isinstance(node, MatrixCall) and node.function in ("det", "bars") for node in nodes)
    return dets or setting.has_volume(typed.subject.tree) or any(isinstance(node, Call) for node in nodes)


def _exchanged(program: Program, typed: _Typed, verdict: MatrixVerdict) -> str | None:
    """The text with posterior and prior exchanged."""
    way = verdict.way
    pairs = [
        (way.mean("q"), way.mean("p")),
        *([(way.heads[0].name, way.heads[1].name)] if len(way.heads) == 2 else []),
    ]
    swap: dict[str, Tree] = {}
    for one, other in pairs:
        if one and other:
            swap |= {one: Symbol(other), other: Symbol(one)}
    if len(way.heads) != 2 or len({head.reading for head in way.heads}) != 1:
        return None
    tree = substitute(program.tree, swap)
    return edited(program, program.tree, tree) or in_habit(program, tree)


def _says_direction(way: Way) -> bool:
    """Whether a name says which of the two Gaussians is the posterior.

    Names of means do not say whose a matrix is: only their distance counts.
    """
    every = [*(head.name for head in way.heads), *way.means]
    deciding = every if way.head("p") is None else every[: len(way.heads)]
    return not sides_said(every).keys().isdisjoint(deciding)


def _warnings(found: MatrixVerification, question: Question) -> Iterator[str]:
    way = found.best.verdict.way
    named = question.head is not None or (question.mean is not None and len(way.means) == 2)
    if found.best.verdict.fit and way.has_prior and not named and not _says_direction(way):
        q, p = way.head("q"), way.head("p")
        assert q
        other = p.name if p else "the identity"
        yield (
            f"no name says which matrix is the posterior's: it is taken to be {q.name}, and {other} the "
            "prior's; the other way round the direction is reversed (--head names the posterior's matrix)"
        )
    if way.has_prior and question.prior != STANDARD:
        yield "the prior has symbols of its own: --prior-mu and --prior-sigma are not used"
    if found.subject.manner.entrywise and found.best.verdict.fit:
        yield _ENTRYWISE
    for name in found.program.ignored:
        yield f"a clip has the limit {name}, whose value is not known; it is left out"
