"""Whether a part of a loss is a KL of Gaussians with covariance matrices: the one judge is asked.

What the term is a combination of is written as a formula of matrices, in their usual form; what is wrong with
one, the judge says of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import isclose

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_as_matrices
from klcli.judge.answer import verify
from klcli.judge.scaled_kl import FoundNumber
from klcli.judge.spaces.matrices.term_weights import compared
from klcli.judge.verification import Verification
from klcli.judge.ways import Side
from klcli.names.losses import is_called_kl
from klcli.names.means_and_spreads import prior_among
from klcli.trace.factors import Chain
from klcli.trace.kl_recognition import held_to_its_prior
from klcli.trace.matrices.fit import TermsFit, fits_of
from klcli.trace.matrices.formulas import formula_of, symbols_of
from klcli.trace.matrices.slips import SLIPS, Slip
from klcli.trace.recording import Recording
from klcli.values import dataclass, replace

_CLOSE = 1e-8
"""Relative, of weights that are fitted in doubles; the tests notice neither 1e-13 nor 1e-3 in its place."""
_LARGEST_DENOMINATOR = 1000
"""Of the ratio of the weights of two terms."""
_KLS = ("exact", "scaled", "other-prior", "reversed")
_MOST_FITS = 3
"""Combinations that are no KL, of which the judge is asked: each takes it a second."""


@dataclass(frozen=True, slots=True)
class MatrixKl:
    """A KL in a loss, or what is near one.

    Attributes:
        verification: what the judge says of its formula.
        fit: what it is made of.
        scale: what every KL is multiplied by in the loss.
        symbols: the nodes by their names in the formula.
        is_taken_away: whether the loss has minus the KL.
        slips: what is wrong with its terms, in words.
    """

    verification: Verification
    fit: TermsFit
    scale: float
    symbols: Mapping[str, int]
    is_taken_away: bool = False
    slips: tuple[str, ...] = ()

    @property
    def is_sampled(self) -> bool:
        """Whether it is an estimate from samples, and the KL its expectation."""
        return bool(self.fit.start.noises)


@dataclass(frozen=True, slots=True)
class _TermRatios:
    """The weights of a combination in the unit of a KL.

    Attributes:
        unit: what a KL with them is multiplied by.
        weights: of the terms.
        is_kl: whether they are those of one.
        is_whole: whether the mean, the spread and its logarithm have the signs that they have in one.
        is_taken_away: whether it is minus the term.
    """

    unit: float
    weights: Mapping[str, FoundNumber]
    is_kl: bool
    is_whole: bool
    is_taken_away: bool

    @property
    def slips(self) -> list[Slip]:
        """What stands in the place of terms."""
        return [slip for name, slip in SLIPS.items() if self.weights.get(name)]


def matrix_kl_of(recording: Recording, chain: Chain) -> MatrixKl | None:
    """The KL that a part is a multiple of, or is but for a mistake; None if it is neither.

    What has a mean, a trace and a log-determinant with the signs of a KL means to be one, and what is called
    so; a likelihood of a Gaussian or of a Wishart matrix lacks one of the three.
    """
    is_called_so = any(map(is_called_kl, chain.names(recording)))
    unnamed: list[MatrixKl] = []
    for has_slips in (False, True):
        near: list[tuple[TermsFit, _TermRatios]] = []
        for fit in fits_of(recording, chain, has_slips=has_slips, has_volume=not is_called_so):
            own = _with_said_sides(recording, fit)
            for ratios in filter(None, (_ratios(own, sign) for sign in (1, -1))):
                found = _judged(recording, own, ratios) if ratios.is_kl else None
                if found and found.verification.best.kind in _KLS:
                    return found
                # What is wrong with vectors alone is no mistake of covariance matrices.
                may_be_near = own.has_matrices and (ratios.is_whole or is_called_so)
                near += [(own, ratios)] if may_be_near else []
        near.sort(key=_unlikeliness)
        for one in near[:_MOST_FITS]:
            found = _judged(recording, *one)
            if found and found.verification.best.mistake:
                return found
            unnamed += [found] if found else []
    return unnamed[0] if unnamed else None


def _unlikeliness(near: tuple[TermsFit, _TermRatios]) -> tuple[bool, int, int]:
    """What is whole first, with few slips; the judge knows most mistakes of covariance matrices."""
    fit, ratios = near
    others = sum(one not in ("mean", "covariance") for one in fit.readings.values())
    return not ratios.is_whole, len(ratios.slips), others


def _with_said_sides(recording: Recording, fit: TermsFit) -> TermsFit:
    """The same with the mean for the prior's that is called so: only the distance of two means counts."""
    names = {node: recording.steps[node].name or "" for node in fit.way.means.values()}
    if len(names) < 2 or not prior_among(names[fit.way.means["q"]], list(names.values())):
        return fit
    turned: dict[Side, int] = {"q": fit.way.means["p"], "p": fit.way.means["q"]}
    return replace(fit, way=replace(fit.way, means=turned))


def _ratios(fit: TermsFit, sign: int) -> _TermRatios | None:
    """The weights of a combination in such a unit that the terms of a KL have the weight 1/2.

    None where not two of the mean, the spread and its logarithm have the sign that they have in a KL.
    """
    weights = {name: sign * one for name, one in fit.weights.items()}
    by_term = dict.fromkeys(("trace", "mahalanobis", "logdet_q", "logdet_p"), 0.0)
    for name, one in weights.items():
        if name != "constant":
            by_term[SLIPS[name].term if name in SLIPS else name] += one
    volume = -by_term["logdet_q"] if "q" in fit.way.heads else by_term["logdet_p"]
    halves = [by_term["trace"], volume, by_term["mahalanobis"]]
    positive = [one for one in halves if one > 0]
    if len(positive) < 2:
        return None
    half = max(positive, key=lambda one: sum(isclose(one, other, rel_tol=_CLOSE) for other in halves))
    found: dict[str, FoundNumber] = {
        name: _number(one / (2 * half * (fit.batch if name == "constant" else 1)))
        for name, one in weights.items()
        if one or name not in SLIPS
    }
    found["constant"] *= fit.batch  # of one KL
    nearest = compared({term: one for term, one in found.items() if term != "constant"})  # type: ignore[misc]
    is_near = nearest is not None and not nearest.off and not found.keys() & SLIPS.keys()
    is_whole = min(halves[:2]) > 0 and bool(halves[2])
    return _TermRatios(2 * half, found, is_near and is_whole, is_whole, sign < 0)


def _number(value: float) -> Fraction:
    near = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
    return near if abs(float(near) - value) <= _CLOSE * max(1.0, abs(value)) else Fraction(value)


def _judged(
    recording: Recording,
    fit: TermsFit,
    ratios: _TermRatios,
) -> MatrixKl | None:
    """What the judge says of a combination."""
    named = symbols_of(fit)
    text = formula_of(fit, ratios.weights)
    spellings = {}
    for name, node in named.items():
        called = recording.steps[node].name
        if called and called not in named:
            spellings[name] = called
    try:
        found = held_to_its_prior(verify(read_as_matrices(text, "python")))
        # The names of the formula say what is whose; those of the run are for what is said.
        found = replace(found, program=replace(found.program, spellings=spellings))
        kl = None if found.best.kind == "wrong" else found.best.verdict.kl
        scale = ratios.unit * (float(kl.scale) if kl else 1)
        slips = tuple(slip.words for slip in ratios.slips)
        return MatrixKl(found, fit, scale, named, ratios.is_taken_away, slips)
    except KlcliError:
        return None
