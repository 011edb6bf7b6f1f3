"""The space of formulas of matrices: settles what one really is.

The verdict rests on agreement to 50 digits at random Gaussians of several sizes; it is no proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from klcli.errors import KlcliError
from klcli.formula.minimal_edits import in_habit
from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Operation, Symbol, Tree, operation
from klcli.formula.value.symbol_kinds import SymbolKind
from klcli.judge.clipped_kl import unknown_limits
from klcli.judge.condition_kinds import Condition
from klcli.judge.conditions import equation
from klcli.judge.gradient_flow import flow_of_arrays
from klcli.judge.left_side import begins_with_fixed
from klcli.judge.loss_context.clips import without_unknown
from klcli.judge.loss_context.loss_parts import Aside
from klcli.judge.loss_context.preparation import Prepared
from klcli.judge.question import Question, stated
from klcli.judge.spaces.matrices.counterexample import counterexample
from klcli.judge.spaces.matrices.fitting import Subject
from klcli.judge.spaces.matrices.mistakes import mistake_of
from klcli.judge.spaces.matrices.ranked_readings import MatrixAnswer, best_answer
from klcli.judge.spaces.matrices.rules.rewriting import Setting
from klcli.judge.spaces.matrices.sampler import judge_matrix_sampler
from klcli.judge.spaces.matrices.term_weights import terms
from klcli.judge.spaces.matrices.ways import sides_said
from klcli.judge.spaces.matrices.weights_and_dimension import without_jitter
from klcli.judge.spaces.matrices.words import MATRICES, terms_text
from klcli.judge.transformed_symbols import transformed
from klcli.judge.verification import Verification, left_out
from klcli.judge.ways import Way
from klcli.values import replace

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


def settled(program: Program, question: Question) -> Verification:
    """What a formula of matrices is.

    Args:
        program: the formula.
        question: what is asked about it. Where it has the same text in the other language, ``*`` is
            elementwise in Python and the product of matrices in mathematics; the better answer is taken.

    Raises:
        KlcliError: its parts do not fit together, or it lacks a symbol that the question names.
    """
    question = stated(question, program)
    found, warnings = _better(program, question)
    best, subject = found.best, found.typed.subject
    flow = flow_of_arrays(found.program, best.verdict)
    conditions = (
        *(found.taken.conditions if found.taken else ()),
        *equation(program.left, best.verdict),
        *(_ignored(found.program, jitter) for jitter in found.jitter),
        *(unknown_limits(found.program, found.clips) if best.verdict.kl else ()),
        *(flow.conditions(found.program) if best.verdict.kl else ()),
    )
    answer = Verification(
        MATRICES, found.program, _prepared(found), best, found.candidates, conditions=conditions
    )
    answer = replace(answer, warnings=(*_warnings(found, question), *warnings))
    if best.kind not in ("exact", "scaled", "not-kl"):
        is_turned = begins_with_fixed(program.left)
        point = counterexample(subject, best.verdict, reverse=is_turned)
        answer = replace(answer, counterexample=point)
    if best.kind == "wrong":
        answer = _with_terms(answer, subject)
    if question.sampler is not None:
        right = best.kind in ("exact", "scaled", "other-prior")
        line = question.sampler
        line = replace(line, tree=found.taken.put_in(line.tree)) if found.taken else line
        answer = replace(answer, sampling=judge_matrix_sampler(line, best.verdict, right=right))
    return answer


def _better(program: Program, question: Question) -> tuple[MatrixAnswer, tuple[str, ...]]:
    """The better answer of both languages, with what is to be said of that."""
    other = question.other
    try:
        found = _answer_in(program, question)
    except KlcliError:
        if other is None:
            raise
        return _answer_in(other, question), ()
    if other is None:
        return found, ()
    if found.best.kind != "exact":
        with suppress(KlcliError):
            better = _answer_in(other, question)
            if better.rank < found.rank:
                found = better
    if (program.language, found.program.language) == ("math", "python"):
        return found, (_AS_PYTHON,)
    if found.program.language == "math" and _multiplies_matrices(found):
        return found, (_AS_MATHEMATICS,)
    return found, ()


def _answer_in(program: Program, question: Question) -> MatrixAnswer:
    plain, jitter = without_jitter(program.tree)
    plain, clips = without_unknown(plain)
    program = replace(program, tree=plain)
    found = best_answer(program, question)
    if found.best.verdict.kl is None:
        found = _in_functions(program, question) or _per_dimension(program, question, found) or found
    return replace(found, jitter=jitter, clips=clips)


def _in_functions(program: Program, question: Question) -> MatrixAnswer | None:
    """The answer in symbols for calls in which alone means and matrices stand, where it is a KL."""
    for one in transformed(program):
        if any(one.program.spellings[name].startswith("(") for name in one.functions):
            continue  # what is added to a call may be another mean
        with suppress(KlcliError):
            found = best_answer(one.program, replace(question, mended=False))
            way = found.best.verdict.way
            own = {*way.means, *(head.name for head in way.heads)}
            if found.best.kind in ("exact", "scaled") and own.issuperset(one.functions):
                return replace(found, taken=one)
    return None


def _per_dimension(program: Program, question: Question, found: MatrixAnswer) -> MatrixAnswer | None:
    """The answer on a formula that is divided by the number of dimensions, where it is a KL without that."""
    for name in found.typed.aside.dimensions:
        whole = replace(program, tree=operation("*", program.tree, Symbol(name)))
        with suppress(KlcliError):
            better = best_answer(whole, replace(question, mended=False))
            if better.best.verdict.kl:
                return _divided(better, program, name)
    return None


def _divided(whole: MatrixAnswer, program: Program, name: str) -> MatrixAnswer:
    """The answer on a program that is another one, divided by a number."""
    aside = whole.typed.aside
    candidates = [
        replace(one, kind="scaled", verdict=replace(one.verdict, kind="scaled"))
        if one.kind == "exact"
        else one
        for one in whole.candidates
    ]
    own = replace(whole.typed, aside=replace(aside, divisors=(*aside.divisors, name)))
    return replace(whole, program=program, typed=own, candidates=tuple(candidates))


def _prepared(found: MatrixAnswer) -> Prepared:
    """What was set aside, as it is kept of every formula."""
    tree, aside = found.typed.subject.tree, found.typed.aside
    dimensions = found.best.verdict.way.dimensions
    return Prepared(
        program=found.program,
        aside=Aside(tree, tree, {}, dimensions, aside.weights, aside.divisors, aside.others),
        guarded=tree,
        unguarded=tree,
        shifts=(),
        epsilons=found.jitter,
        clips=(),
        bounds=(),
        floors=(),
    )


def _ignored(program: Program, jitter: Tree) -> Condition:
    text = f"{in_habit(program, jitter)}, added before a matrix is factored, is ignored"
    return Condition("small-number", text, True)


def _with_terms(found: Verification, subject: Subject) -> Verification:
    """A wrong formula with the weights of its terms; they name its mistake where nothing else does."""
    best = found.best
    weights = terms(subject, best.verdict.way, found.program.text)
    if weights is None or not weights.off:
        return found
    if best.mistake is None:
        best = replace(best, mistake=mistake_of(weights))
    others = tuple(best if one is found.best else one for one in found.candidates)
    return replace(found, best=best, candidates=others, terms=terms_text(found, weights))


def _multiplies_matrices(found: MatrixAnswer) -> bool:
    """Whether a ``*`` of the formula stands between two matrices, where Python has another product."""
    way, tree = found.best.verdict.way, found.typed.subject.tree
    kinds: dict[str, SymbolKind] = dict.fromkeys(free_symbols(tree), "scalar")
    kinds.update(dict.fromkeys(way.means, "vector"))
    kinds.update(dict.fromkeys(("I", *(head.name for head in way.heads)), "matrix"))
    setting = Setting(found.typed.subject.manner, kinds, way)
    products = [node for node in walk(tree) if isinstance(node, Operation) and node.operator == "*"]
    return any(setting.is_matrix(node.left) and setting.is_matrix(node.right) for node in products)


def _says_direction(way: Way) -> bool:
    """Whether a name says which of the two Gaussians is the posterior.

    Names of means do not say whose a matrix is: only their distance counts.
    """
    every = [*(head.name for head in way.heads), *way.means]
    deciding = every if way.head("p") is None else every[: len(way.heads)]
    return not sides_said(every).keys().isdisjoint(deciding)


def _warnings(found: MatrixAnswer, question: Question) -> Iterator[str]:
    way = found.best.verdict.way
    named = question.head is not None or (question.mean is not None and len(way.means) == 2)
    if found.best.verdict.kl and way.has_prior and not named and not _says_direction(way):
        q, p = way.head("q"), way.head("p")
        assert q
        other = p.name if p else "the identity"
        yield (
            f"no name says which matrix is the posterior's: it is taken to be {q.name}, and {other} the "
            "prior's; the other way round the direction is reversed (--head names the posterior's matrix)"
        )
    if found.typed.subject.manner.entrywise and found.best.verdict.kl:
        yield _ENTRYWISE
    yield from left_out(way, question)
