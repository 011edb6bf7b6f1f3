"""Whether a part of a loss is a KL: the one judge is asked, of the formula and of its expectation.

A part with standard normal noise in it is an estimate; where it is a polynomial of at most third degree in
the noise, its expectation is the mean of its values at the noises 1 and -1, which is judged in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from types import MappingProxyType

from klcli.errors import KlcliError
from klcli.formula.entrywise_form import entry
from klcli.formula.traversal import children, free_symbols, rebuilt, substitute, walk
from klcli.formula.tree import Call, Length, Negative, Number, Operation, Symbol, Tree, operation
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.answer import verify
from klcli.judge.gradient_flow import GradientFlow, gradient_flow
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.question import Question
from klcli.judge.roles import MOST_SYMBOLS
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.transformed_symbols import functions_in
from klcli.judge.verification import Verification
from klcli.names.means_and_spreads import suggested
from klcli.trace.programs import program_of
from klcli.values import dataclass, replace

_QUICK = Question(mended=False, described=False)
"""Neither corrections nor landscapes are looked for: whether it is a KL is all that is asked."""
_CLOSE = 1e-9
"""Relative: a constant that is one is at least a part of a KL; a rounding of numbers is not."""
_KINDS = ("exact", "scaled", "other-prior", "reversed")
"""Verdicts on what is a KL, whatever it is multiplied by."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A part of a loss that is a multiple of a KL.

    Attributes:
        verification: what the judge says of it, held to the prior that it has.
        tree: what was judged.
        is_sampled: whether it is an estimate from samples, and the KL its expectation.
        counted: what was said of numbers that were taken for lengths.
        mistaken: the answer that names the mistake by which it is the KL to another prior, plus a constant.
    """

    verification: Verification
    tree: Tree
    is_sampled: bool = False
    counted: tuple[str, ...] = ()
    mistaken: Verification | None = None

    @classmethod
    def of_matrices(cls, found: Verification, *, is_sampled: bool) -> Kernel:
        """A KL of Gaussians with covariance matrices, or what is one but for a mistake."""
        is_wrong = found.best.kind == "wrong"
        return cls(found, found.program.tree, is_sampled, mistaken=found if is_wrong else None)

    @property
    def mistake(self) -> Mistake | None:
        """The mistake."""
        return self.mistaken.best.mistake if self.mistaken else None

    @property
    def has_means(self) -> bool:
        """Whether one of its two Gaussians has a mean."""
        role = self.verification.best.verdict.roles
        return role.mean is not None or role.prior_mean is not None

    @property
    def flow(self) -> GradientFlow:
        """Which of its symbols its gradient reaches."""
        return gradient_flow(self.verification.prepared, self.verification.best.verdict)

    def read_as(self, name: str | None) -> Kernel:
        """The same with the mistake that it has under another reading, if that has one."""
        if self.mistaken is None or name not in PARAMETERIZATIONS or self.verification.program.of_matrices:
            return self
        row = PARAMETERIZATIONS[name]
        again = _with_mistake(self.verification, row)
        explains = again.best.mistake is not None and again.best.verdict.parameterization is row
        return replace(self, mistaken=again) if explains else self


def kl_of(
    tree: Tree,
    noises: Mapping[str, str],
    shape: Sequence[int] = (),
    spellings: Mapping[str, str] = MappingProxyType({}),
) -> Kernel | None:
    """The KL that a tree is a positive multiple of, plus a constant; None if it is none.

    Args:
        tree: the program.
        noises: the kinds of noise by the names of their symbols.
        shape: of its arrays, whose lengths may stand in it as numbers.
        spellings: what its symbols are called in the run.
    """
    if any(name in noises for name in free_symbols(tree)):
        expected = expected_of(tree, noises)
        found = _kl(expected, spellings) if expected is not None else None
        return replace(found, is_sampled=True) if found else None
    found = _kl(tree, spellings)
    if found and _has_constant(found):
        for other, said in with_counts(tree, shape):
            better = _kl(other, spellings)
            if better and not _has_constant(better):
                return replace(better, counted=(said,))
    return found


def _has_constant(found: Kernel) -> bool:
    verification = found.verification
    sums, kl = verification.prepared.reductions, verification.best.verdict.kl
    return bool(kl and kl.shift) or bool(sums.constant and sums.constant.terms)


def _kl(tree: Tree, spellings: Mapping[str, str]) -> Kernel | None:
    names = free_symbols(tree)
    if not 0 < len(names) <= MOST_SYMBOLS or not any(isinstance(node, Call) for node in walk(tree)):
        return None
    program = program_of(tree, spellings)
    try:
        found = verify(program, _QUICK)
    except KlcliError:
        return None
    # A symbol for a function of it has other values: the program that begins at that node is judged instead.
    if not _is_whole(found) or functions_in(found.program, program).intersection(names):
        return None
    held = held_to_its_prior(found)
    if held.best.kind != "other-prior":
        return Kernel(held, tree)
    again = _with_mistake(held)
    found_so = Kernel(held, tree, mistaken=again if again.best.mistake else None)
    return found_so.read_as(suggested(held.best.verdict.roles.head or ""))


def _with_mistake(found: Verification, reading: Parameterization | None = None) -> Verification:
    """The answer once more, with mistakes looked for; what is the mean and the head is known by now.

    A correction is written and read again, and has to have the symbols that it had.
    """
    role = found.best.verdict.roles
    question = Question(mean=role.mean, head=role.head, reading=reading, described=False)
    return verify(replace(found.program, spellings={}), question)


def _is_whole(found: Verification) -> bool:
    """Whether the answer is about all that is there: nothing set aside, and no flaw of the sums."""
    prepared, verdict = found.prepared, found.best.verdict
    aside = prepared.others or prepared.weights or prepared.divisors or prepared.aside.dimensions
    return (
        verdict.kl is not None
        and verdict.kind in _KINDS
        and found.best.kind in _KINDS
        and not aside
        and not prepared.reductions.flaw
        and set(free_symbols(prepared.tree)) == set(free_symbols(prepared.program.tree))
    )


def held_to_its_prior(found: Verification) -> Verification:
    """The answer for the prior that a formula has, where that is a prior and no slip: without a constant."""
    kl = found.best.verdict.kl
    if found.best.kind != "other-prior" or kl is None or kl.prior_mean is None or kl.prior_variance is None:
        return found
    if abs(float(kl.shift)) > _CLOSE * float(kl.scale):
        return found
    prior = FixedPrior(Fraction(kl.prior_mean), Fraction(kl.prior_variance))
    again = verify(found.program, replace(_QUICK, prior=prior))
    return again if again.best.kind in ("exact", "scaled") else found


def expected_of(tree: Tree, noises: Mapping[str, str]) -> Tree | None:
    """The expectation over standard normal noise; None where it is not found so."""
    drawn = [name for name in free_symbols(tree) if name in noises]
    if len(drawn) != 1 or noises[drawn[0]] != "randn":
        return None
    (name,) = drawn
    if not _is_cubic(entry(tree, keeps_sums=False), name):
        return None
    one = Number(Fraction(1))
    up, down = (substitute(tree, {name: value}) for value in (one, Negative(one)))
    return operation("*", Number(Fraction(1, 2)), operation("+", up, down))


def _is_cubic(tree: Tree, name: str) -> bool:
    """Whether the fourth differences of a formula along a symbol vanish."""
    others = [other for other in free_symbols(tree) if other != name]
    # Two points: an identity holds at both.
    for shift in (0.0, 0.35):
        # Positive, as heads may have to be, and no two symbols alike.
        point = {other: 0.4 + 0.23 * place + shift for place, other in enumerate(others)}
        try:
            # At -1, -1/2, 0, 1/2 and 1.
            values = [evaluate(tree, {**point, name: 0.5 * step - 1}, Doubles()) for step in range(5)]
        except ArithmeticError:
            return False
        # The binomial coefficients: fourth differences vanish for cubics alone.
        fourth = values[0] - 4 * values[1] + 6 * values[2] - 4 * values[3] + values[4]
        if not isfinite(fourth) or abs(fourth) > _CLOSE * max(1.0, *map(abs, values)):
            return False
    return True


def with_counts(tree: Tree, shape: Sequence[int]) -> Iterator[tuple[Tree, str]]:
    """A tree with lengths in the place of numbers that are equal to them, and what is said of it.

    Numbers of a run arrive as numbers: ``d`` is 20, and a division by the batch size is one by 128.
    """
    names = free_symbols(tree)
    if len(shape) < 1 or not names:
        return
    of = Symbol(names[0])
    lengths: list[tuple[int, int | None, str]] = [(shape[-1], len(shape) - 1, "the number of latents")]
    if len(shape) > 1:
        size = 1
        for length in shape:
            size *= length
        lengths += [(size, None, "the number of entries"), (shape[0], 0, "the batch size")]
    for value, axis, words in lengths:
        if value > 1 and any(node == Number(Fraction(value)) for node in walk(tree)):
            yield _replaced(tree, Fraction(value), Length(of, axis)), f"{value} is taken for {words}"


def _replaced(tree: Tree, value: Fraction, length: Length) -> Tree:
    if tree == Number(value):
        return length
    if isinstance(tree, Operation) and tree.operator == "^":  # an exponent counts nothing
        return rebuilt(tree, [_replaced(tree.left, value, length), tree.right])
    return rebuilt(tree, [_replaced(node, value, length) for node in children(tree)])
