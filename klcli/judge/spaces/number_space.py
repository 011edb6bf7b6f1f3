"""The space of formulas of numbers: settles what one that someone found, wrote or pasted really is.

Under every reading, and for every way in which its symbols can be mean and head, the formula is judged; what
is no KL is searched for known mistakes. The best answer comes first: what holds exactly, then a multiple,
then another prior, then the reversed direction, then a named mistake, the smallest change first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import partial
from typing import TypeAlias

from klcli.errors import KlcliError
from klcli.formula.minimal_edits import in_habit
from klcli.formula.program_reader import Program, rewritten
from klcli.formula.traversal import free_symbols, substitute, walk
from klcli.formula.tree import Operation, Symbol, Tree
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.condition_kinds import Condition
from klcli.judge.conditions import conditions, exchanged_names
from klcli.judge.heads_as_weights import with_lost_heads
from klcli.judge.left_side import begins_with_fixed
from klcli.judge.loss_context.preparation import Prepared, prepare
from klcli.judge.mislabeled_variables import is_named_otherwise
from klcli.judge.question import Question, stated
from klcli.judge.ranked_readings import Candidate, candidate_of, candidates
from klcli.judge.reinterpretations import ways_to_read
from klcli.judge.roles import MOST_SYMBOLS, Roles
from klcli.judge.sampled_kls import is_estimate
from klcli.judge.scaled_kl import STANDARD, ScaledKL
from klcli.judge.spaces.number_words import NUMBERS
from klcli.judge.transformed_symbols import functions_in, transformed
from klcli.judge.verdict import Verdict, VerdictKind
from klcli.judge.verification import Verification, left_out
from klcli.judge.ways import Way
from klcli.judge.weight_signs import sign_in
from klcli.names.losses import sign_of
from klcli.names.means_and_spreads import is_mean, suggested_beside
from klcli.values import replace

_Answered: TypeAlias = tuple[Program, Prepared, tuple[Candidate, ...], tuple[str | Condition, ...]]
"""A formula as it is read, what is judged of it, the answers, and what was taken for granted: in words, or
as a condition."""


def settled(program: Program, question: Question) -> Verification:
    """What a formula of numbers is.

    Raises:
        KlcliError: it has no symbol or too many, or lacks one that the question names.
    """
    question = stated(_of_numbers(question), program)
    given = program
    program, prepared, answers, taken = _most_telling(program, question)
    if question.described:
        answers = (_known(program, prepared, answers[0]), *answers[1:])
    best = answers[0]
    needed = [one for one in taken if isinstance(one, Condition)]
    if best.verdict.kl and not question.kept:
        needed += exchanged_names(best.verdict)
    found = Verification(
        NUMBERS, program, prepared, best, answers, conditions=(*needed, *conditions(prepared, best.verdict))
    )
    said = [one for one in taken if isinstance(one, str)]
    found = replace(found, warnings=(*said, *_warnings(found, question)))
    if program.losses and best.verdict.kl is None and (other := _with_losses(program, question)):
        return other
    if question.described:
        found = _described(found)
    if question.sampler is not None:
        from klcli.judge.sampler import judge_sampler  # not for a formula alone

        right = best.kind in ("exact", "scaled", "other-prior")
        reading = best.verdict.parameterization if right else None
        tree = _in_its_symbols(question.sampler.tree, given, program)
        sampling = judge_sampler(tree, best.verdict.roles, reading)
        found = replace(found, sampling=sampling)
    return found


def _in_its_symbols(tree: Tree, given: Program, taken: Program) -> Tree:
    """A sampling line in the symbols of the formula as it was taken, where one may stand for a function."""
    found = (one.put_in(tree) for one in transformed(given) if one.program == taken)
    return next(found, tree)


def _with_losses(program: Program, question: Question) -> Verification | None:
    """The answer where a squared error is the KL itself, of two Gaussians of one variance."""
    other = rewritten(program, partial(substitute, values=program.losses))
    with suppress(KlcliError):
        found = settled(replace(other, losses={}), question)
        return found if found.best.verdict.kl else None
    return None


def _of_numbers(question: Question) -> Question:
    """The question with a reading of numbers, if it demands one.

    Raises:
        KlcliError: it demands one of matrices.
    """
    if question.reading is None:
        return question
    name = question.reading.name
    if name not in PARAMETERIZATIONS:
        hint = f"a number is read as {', '.join(PARAMETERIZATIONS)}"
        raise KlcliError(f"--param {name} is a reading of a matrix", hint)
    return replace(question, reading=PARAMETERIZATIONS[name])


def _described(found: Verification) -> Verification:
    """The answer with a point where the formula is no KL and with its minimum, or with its numerics."""
    best, prepared = found.best, found.prepared
    if best.kind in ("exact", "scaled"):
        return _with_numerics(found)
    if best.kind != "not-kl":
        from klcli.judge.counterexample import counterexample  # not for what is right
        from klcli.judge.mistakes.table import MISTAKES

        tree = found.program.tree if best.mistake is MISTAKES["KL118"] else prepared.tree
        is_turned = begins_with_fixed(found.program.left)
        point = counterexample(tree, best.verdict, reverse=is_turned)
        found = replace(found, counterexample=point)
    if not best.verdict.roles.has_prior and best.kind in ("wrong", "other-prior"):
        from klcli.judge.landscape import lowest

        shape = lowest(prepared.tree, best.verdict.roles, best.verdict.parameterization)
        found = replace(found, lowest=shape)
    return found


def _most_telling(program: Program, question: Question) -> _Answered:
    """The formula as it is best read: as it stands, or with what is found in `_ways_to_read`."""
    problem: KlcliError | None = None
    first: _Answered | None = None
    near: _Answered | None = None
    for other, places, taken in ways_to_read(program):
        prepared = prepare(other, question.kept)
        try:
            _check_transposes(prepared.tree)
            _check_symbols(free_symbols(prepared.tree), question.kept)
        except KlcliError as error:
            problem = problem or error
            continue
        # Of what else it can be read as only a right answer counts, and mistakes are looked for in that.
        asked = replace(question, mended=False) if first else question
        found, answers = _answers(other, prepared, asked)
        is_shifted = is_estimate(taken) and (kl := answers[0].verdict.kl) is not None and bool(kl.shift)
        is_right = answers[0].kind in ("exact", "scaled") and not is_shifted
        functions = functions_in(other, program) if any(isinstance(one, Condition) for one in taken) else None
        is_of_mean = answers[0].kind == "other-prior" and functions == {answers[0].verdict.roles.mean}
        if functions and not (is_right or is_of_mean):
            continue  # some prior, or mistake, may fit a formula in a symbol for any function
        if first and is_right and question.mended and not is_estimate(taken):
            found, answers = _answers(other, prepared, question)
        first = first or (other, found, answers, taken)
        if places and is_named_otherwise(program.tree, other.tree, answers[0].verdict):
            continue
        role = answers[0].verdict.roles
        if answers[0].kind == "reversed" and not (places or taken or role.has_prior):
            return other, found, answers, taken
        if is_right and (not places or places & _own(role, first[1])):
            return other, found, answers, _as_conditions(taken, first[1]) if places else taken
        # A symbol that is put in for another may say more than one that is given up for it.
        keeps_all = not places and len(free_symbols(found.tree)) == len(free_symbols(first[1].tree))
        is_turned = answers[0].kind == "reversed" and places and role.has_prior
        if is_turned or (answers[0].kind == "other-prior" and taken and keeps_all):
            near = near or (other, found, answers, _as_conditions(taken, first[1]) if places else taken)
    if first is None:
        raise problem or KlcliError("the formula has no symbol")
    unexplained = first[2][0].verdict.kl is None and first[2][0].mistake is None
    return near if near and unexplained else first


def _as_conditions(taken: Sequence[str | Condition], as_it_stands: Prepared) -> tuple[Condition, ...]:
    """What is said of helpers that are taken for symbols: with one that sums up itself it is another loss."""
    flaw = "; with that put in, its terms are not summed alike" if as_it_stands.reductions.flaw else ""
    return tuple(Condition("definition", f"{text}{flaw}", not flaw) for text in taken)


def _answers(
    program: Program, prepared: Prepared, question: Question
) -> tuple[Prepared, tuple[Candidate, ...]]:
    """The answers with what they are about: under the other sign of a weight that may have either.

    A flipped sign is no mistake where nobody knows the sign of what it is multiplied by.
    """
    answers = candidates(program, prepared, question)
    if other := with_lost_heads(program, prepared, answers[0].verdict, question):
        return other, candidates(program, other, question)
    if prepared.aside.differences and answers[0].verdict.kl is None:
        turned = candidates(program, prepared.turned, question)
        if turned[0].verdict.kl is not None:
            return prepared.turned, turned
    return prepared, answers


def _known(program: Program, prepared: Prepared, best: Candidate) -> Candidate:
    """The answer, or in its place that of a formula that is known and no KL of two separate spreads."""
    if best.kind not in ("wrong", "not-kl") or best.verdict.kl:
        return best
    from klcli.judge.other_quantities import recognised, shared_head  # not for a KL

    # Twice that is written of means; of anything else it may be any squared error.
    if (one := shared_head(prepared.tree)) and (one.scale == 1 or is_mean(one.roles.mean or "")):
        kl = ScaledKL(one.scale, Fraction(0))
        kind: VerdictKind = "exact" if one.scale == 1 else "scaled"
        verdict = Verdict(kind, Way(one.roles, one.reading, one.reading), kl)
        return candidate_of(verdict, {}, prepared, program)
    if found := recognised(prepared.tree):
        verdict = Verdict("other", Way(found.roles, found.reading, found.reading))
        factor = "" if found.scale == 1 else f"{found.scale} times "
        return Candidate("other", verdict, quantity=factor + found.quantity.name)
    return best


def _own(role: Roles, prepared: Prepared) -> set[str | None]:
    """The symbols that a helper may be taken for: heads, and means where the formula as it stands has a flaw.

    A mean that a helper averages over the batch is one number per latent, and no flaw of the formula.
    """
    means = {role.mean, role.prior_mean} if prepared.reductions.flaw else set()
    return {role.head, role.prior_head} | means


def _check_transposes(tree: Tree) -> None:
    for node in walk(tree):
        if isinstance(node, Operation) and node.operator == "^" and node.right == Symbol("T"):
            raise KlcliError(
                "^T is a transpose, and this formula has no matrix", "write sum(mu^2) for mu^T mu"
            )


def _check_symbols(names: Sequence[str], kept: Sequence[str]) -> None:
    for name in kept:
        if name not in names:
            raise KlcliError(
                f"the formula has no symbol {name}", f"its symbols: {', '.join(names) or 'none'}"
            )
    if not names:
        raise KlcliError("the formula has no symbol", "for example '-1/2 (1 + logvar - mu^2 - exp(logvar))'")
    if len(names) > MOST_SYMBOLS:
        raise KlcliError(
            f"a KL has a mean and a head, and perhaps those of a prior; this formula has {', '.join(names)}",
            "give helper variables their values, as in 'var = exp(logvar); ...', or leave other terms out",
        )


def _with_numerics(found: Verification) -> Verification:
    """The remarks on floating point, for a right formula against the unit prior, which alone loads them."""
    from klcli.judge.numerical_stability import float32_loss, overflow, stable_form

    tree, verdict = found.prepared.tree, found.best.verdict
    if verdict.roles.head is None or is_estimate(found.conditions):
        return found
    # What a network puts out goes no further than the clip that stands wherever it does.
    bounds = {
        bound.operand.name: bound for bound in found.prepared.bounds if isinstance(bound.operand, Symbol)
    }
    highest = overflow(substitute(tree, bounds), verdict.roles)
    if verdict.roles.has_prior or verdict.prior != STANDARD or verdict.kind != "exact":
        return replace(found, overflow=highest)
    loss = float32_loss(tree, verdict)
    stable = stable_form(verdict) if loss else None
    text = None
    if stable:
        helper, form = stable
        text = in_habit(found.program, form)
        if helper:
            text = f"u = {in_habit(found.program, helper)}; {text}"
    return replace(found, loss=loss, stable=text, overflow=highest)


def _warnings(found: Verification, question: Question) -> Iterator[str]:
    """Names that contradict what they stand for, and constants that are counted once."""
    verdict = found.best.verdict
    role = verdict.roles
    left = found.program.left
    is_subtracted = sign_in(found.program) < 0
    if is_subtracted and sign_of(left) < 0:
        yield f"{left} = ... is judged as it is written: the KL is the negative of the right-hand side"
    elif is_subtracted:
        yield "it adds a log-likelihood and is judged as a bound, from which the KL is subtracted"
    if found.best.kind not in ("exact", "scaled", "other-prior"):
        return
    if role.head and is_mean(role.head) and question.head is None:
        name = role.head
        yield f"{name} is read as the head, although named like a mean; --mean {name} demands the other"
    else:
        names = free_symbols(found.program.tree)
        readings = ((role.head, verdict.parameterization), (role.prior_head, verdict.prior_parameterization))
        for head, held in readings:
            stated = suggested_beside(head, names) if head else None
            if held and stated and stated != held.name:
                meant = PARAMETERIZATIONS[stated].meaning
                yield f"the name {head} suggests {meant}, but the formula holds for {held.meaning}"
    yield from left_out(verdict.way, question)
