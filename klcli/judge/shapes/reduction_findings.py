"""What is found of the sums and means of a program, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.formula.traversal import children, walk
from klcli.formula.tree import Call, Clip, MatrixProduct, Operation, Reduction, Tree
from klcli.formula.value.small_arrays import ShapeError, UnshapedError
from klcli.judge.shapes.length_polynomials import (
    ONE,
    LengthMonomial,
    LengthPolynomial,
    fitted_monomial,
    fitted_polynomial,
)
from klcli.judge.shapes.reduction_fit import ArrayProgram, Fit, fitted
from klcli.values import dataclass, field, replace

ReductionName: TypeAlias = Literal["none", "sum", "mean", "sum-mean"]
"""Entry by entry; a sum over the latents; a mean over them; a sum over them and a mean over the batch."""


@dataclass(frozen=True, slots=True)
class Reductions:
    """Over what a program sums or averages.

    Attributes:
        name: what it does, in one of four words.
        flaw: why it is no multiple of a sum over entries, in words; empty if it is one.
        scale: the factor k, in powers of the lengths of the axes.
        constant: the constant c; None where other terms are in it, or it is no polynomial.
        counted: how many entries the result sums up, as a monomial: B d for a sum over everything.
        lengths: names of the lengths of the axes, for the texts of the three.
        layout: what is said of the shapes beside "means and heads of shape (B, d)"; empty if nothing.
        kept: masks of which only what they keep is averaged, as if there were nothing else.
        is_tried: whether the program could be followed on arrays.
        even_for: shapes of single symbols for which a program with a flaw is a multiple, in words: a policy's
            deviation may be a parameter, the same for all examples; empty if there are none.
    """

    name: ReductionName
    flaw: str = ""
    scale: LengthMonomial = ONE
    constant: LengthPolynomial | None = field(default_factory=LengthPolynomial)
    counted: LengthMonomial = ONE
    lengths: tuple[str, ...] = ("B", "d")
    layout: str = ""
    kept: tuple[str, ...] = ()
    is_tried: bool = True
    even_for: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether every latent is summed, and every example summed or averaged."""
        return not self.flaw and self.factor.is_one

    @property
    def factor(self) -> LengthMonomial:
        """The factor without a mean over the batch, which is as good as a sum: ``1/d`` of ``1/(B d)``."""
        powers = list(self.scale.powers)
        for axis in range(_examples(powers)):
            if not self.counted.powers[axis]:
                break  # divided by what was not summed
            powers[axis] = 0
        return LengthMonomial(self.scale.factor, tuple(powers))


def uneven(program: Tree, parts: Mapping[str, LengthMonomial] | None) -> str:
    """In words, how the terms of the symbols differ.

    Args:
        program: on arrays.
        parts: how often the terms of symbols are counted, for those where that is the same for all.
    """
    if not parts or len(parts) < 2:
        if any(map(_has_sum_within, walk(program))):
            return "a sum or a mean stands inside of a function or of another sum"
        return "its terms are not summed alike"
    rank = max(len(one.powers) for one in parts.values())
    texts = {name: one.text(_names(rank)) for name, one in parts.items()}
    if len(set(texts.values())) == 1:
        return "its terms are not summed alike"
    return "its terms are not summed alike: " + ", ".join(
        f"those of {name} are counted {'once' if text == '1' else f'{text} times'}"
        for name, text in texts.items()
    )


def _has_sum_within(node: Tree) -> bool:
    """Whether it is a function or a sum with another sum in it."""
    if not isinstance(node, Call | Clip | Reduction) and not (
        isinstance(node, Operation) and node.operator == "^"
    ):
        return False
    within = (one for child in children(node) for one in walk(child))
    return any(isinstance(one, Reduction | MatrixProduct) for one in within)


def _names(rank: int) -> tuple[str, ...]:
    if rank == 1:
        return ("d",)
    return ("B", "d") if rank == 2 else ("B", *(f"n_{axis}" for axis in range(1, rank)))


def reductions_of(case: ArrayProgram, fit: Fit, layout: str) -> Reductions:
    """What a fit says, with the words for the shapes of the symbols.

    Args:
        case: the program with the formula of its entries.
        fit: how its values are those of the entries, at several shapes.
        layout: the shapes of the symbols in words; empty where all are full.
    """
    rank = len(fit.shapes[0])
    scale = fitted_monomial(fit.shapes, fit.scales)
    lost = [axis for axis in range(rank) if axis not in fit.kept]
    counted = LengthMonomial(Fraction(1), tuple(int(axis in lost) for axis in range(rank)))
    if scale is None:
        return Reductions(
            "sum", flaw="how often its terms are counted depends on the shapes in no simple way"
        )
    constant = _constant(fit, scale) if case.constant_is_seen else None
    words = [layout] if layout else []
    if rank > 2:
        words.append(f"means and heads with {rank} axes")
    name = _name(scale, lost, rank)
    found = Reductions(name, "", scale, constant, counted, _names(rank), "; ".join(words))
    if rank == 2 and constant and constant.terms and _is_sum_of_one(case):
        # For vectors of one example the same constant may be counted as often as it should.
        return replace(found, layout="; ".join((*words, "for one example, of shape (d,), it is exact")))
    return found


def of_one_latent(found: Reductions) -> Reductions:
    """What was found of arrays of shape (d,), where they are one latent of every example: (B,)."""

    def with_latent(one: LengthMonomial) -> LengthMonomial:
        return LengthMonomial(one.factor, (*one.powers, 0))

    constant = found.constant and LengthPolynomial(tuple(map(with_latent, found.constant.terms)))
    words = {"sum": ", summed over the batch", "mean": ", averaged over the batch"}.get(found.name, "")
    return replace(
        found,
        name="none",
        scale=with_latent(found.scale),
        constant=constant,
        counted=with_latent(found.counted),
        lengths=("B",),
        layout=f"one latent of every example{words}",
    )


def _constant(fit: Fit, scale: LengthMonomial) -> LengthPolynomial | None:
    """The constant; a mean that divides it, too, makes it a polynomial times the factor.

    Both may fit, as the shapes are few: the one with fewer terms is the one that was written.
    """
    parts = [constant / scale for constant, scale in zip(fit.constants, fit.scales, strict=True)]
    apart = fitted_polynomial(fit.shapes, parts)
    found = [fitted_polynomial(fit.shapes, fit.constants), apart.times(scale) if apart is not None else None]
    return min((one for one in found if one is not None), key=lambda one: len(one.terms), default=None)


def fit_of_one(case: ArrayProgram) -> Fit | None:
    """How the program fits its entries on arrays with one axis; None where it does not."""
    try:
        return fitted(case, dict.fromkeys(case.varied, "full"), 1)
    except (ShapeError, UnshapedError):
        return None


def _is_sum_of_one(case: ArrayProgram) -> bool:
    """Whether the program is a plain sum for one example, whose means and heads have the shape (d,)."""
    fit = fit_of_one(case)
    scale = fitted_monomial(fit.shapes, fit.scales) if fit else None
    return fit is not None and scale is not None and scale.is_one and not any(fit.constants)


def _name(scale: LengthMonomial, lost: Sequence[int], rank: int) -> ReductionName:
    if rank - 1 not in lost:
        return "none"
    if scale.powers[-1] == -1:
        return "mean"
    return "sum-mean" if rank > 1 and scale.powers[0] == -1 else "sum"


def _examples(powers: Sequence[int]) -> int:
    """How many of the axes are of examples: all before the last that are averaged without a gap.

    The first is the batch; of sequences averaged over their steps the second is one, too.
    """
    return next((axis for axis, power in enumerate(powers[:-1]) if power != -1), max(len(powers) - 1, 0))
