"""Whether a part of a loss is a KL of Gaussians with covariance matrices: the one judge is asked.

What the term is a combination of is written as a formula of matrices, in their usual form; what is wrong with
one, the judge says of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import isclose

from klcli.errors import KlcliError
from klcli.formula.program import read_as_matrices
from klcli.judge.answer import verify
from klcli.judge.scaled_kl import FoundNumber
from klcli.judge.spaces.matrices.term_weights import compared
from klcli.judge.verification import Verification
from klcli.judge.ways import Side
from klcli.names.means_and_spreads import prior_among
from klcli.trace.factors import Chain
from klcli.trace.kernels import held_to_its_prior
from klcli.trace.matrices.fit import TermsFit, fits_of
from klcli.trace.recording import Recording
from klcli.values import dataclass, replace

__all__ = ["MatrixKl", "matrix_kl_of"]

_CLOSE = 1e-8
_LARGEST_DENOMINATOR = 1000
"""Of the ratio of the weights of two terms."""
_MOST_FITS = 3
"""Combinations that are no KL, of which the judge is asked: each takes it a second."""
_LETTERS: Mapping[str, str] = {"cholesky": "L", "precision": "P"}
"""Names of matrices that say what they are; that of a covariance matrix is S."""


@dataclass(frozen=True, slots=True)
class MatrixKl:
    """A KL in a loss, or what is near one.

    Attributes:
        verification: what the judge says of its formula.
        fit: what it is made of.
        scale: what every KL is multiplied by in the loss.
        symbols: the nodes by their names in the formula.
        is_taken_away: whether the loss has minus the KL.
    """

    verification: Verification
    fit: TermsFit
    scale: float
    symbols: Mapping[str, int]
    is_taken_away: bool = False

    @property
    def is_sampled(self) -> bool:
        """Whether it is an estimate from samples, and the KL its expectation."""
        return bool(self.fit.start.noises)


def matrix_kl_of(recording: Recording, chain: Chain) -> MatrixKl | None:
    """The KL that a part is a multiple of, or is but for a mistake that has a name; None if it is neither."""
    others: list[MatrixKl] = []
    for fit in (_with_said_sides(recording, one) for one in fits_of(recording, chain)):
        for sign in (1, -1):
            ratios = _ratios(fit, sign)
            if ratios is None:
                continue
            unit, weights = ratios
            nearest = compared({term: one for term, one in weights.items() if term != "constant"})  # type: ignore[misc]
            is_kl = nearest is not None and not nearest.off and "trace of the factor" not in weights
            if not is_kl and len(others) >= _MOST_FITS:
                continue
            found = _judged(recording, fit, unit, weights, is_taken_away=sign < 0)
            if found is None:
                continue
            if found.verification.best.kind in ("exact", "scaled", "other-prior", "reversed"):
                return found
            others.append(found)
    return next((one for one in others if one.verification.best.mistake), None)


def _with_said_sides(recording: Recording, fit: TermsFit) -> TermsFit:
    """The same with the mean for the prior's that is called so: only the distance of two means counts."""
    names = {node: recording.steps[node].name or "" for node in fit.way.means.values()}
    if len(names) < 2 or not prior_among(names[fit.way.means["q"]], list(names.values())):
        return fit
    turned: dict[Side, int] = {"q": fit.way.means["p"], "p": fit.way.means["q"]}
    return replace(fit, way=replace(fit.way, means=turned))


def _ratios(fit: TermsFit, sign: int) -> tuple[float, dict[str, FoundNumber]] | None:
    """The weights of a combination of which both the spread and its logarithm are there, and their unit.

    That is such that the terms of a KL have the weight 1/2.
    """
    weights = {name: sign * one for name, one in fit.weights.items()}
    spread = weights["trace"] + weights.get("trace of the factor", 0.0)
    volume = -weights.get("logdet_q", 0.0) if "q" in fit.way.heads else weights.get("logdet_p", 0.0)
    if spread <= 0 or volume <= 0:
        return None
    halves = [spread, volume, weights.get("mahalanobis", 0.0)]
    half = max(halves, key=lambda one: sum(isclose(one, other, rel_tol=_CLOSE) for other in halves))
    found: dict[str, FoundNumber] = {
        name: _number(one / (2 * half * (fit.batch if name == "constant" else 1)))
        for name, one in weights.items()
        if one or name != "trace of the factor"
    }
    found["constant"] *= fit.batch  # of one KL
    return 2 * half, found


def _number(value: float) -> Fraction:
    near = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
    return near if abs(float(near) - value) <= _CLOSE * max(1.0, abs(value)) else Fraction(value)


def _judged(
    recording: Recording,
    fit: TermsFit,
    unit: float,
    weights: Mapping[str, FoundNumber],
    *,
    is_taken_away: bool,
) -> MatrixKl | None:
    """What the judge says of a combination."""
    named = _named(fit)
    text = _text(fit, weights, {node: name for name, node in named.items()})
    spellings = {}
    for name, node in named.items():
        called = recording.steps[node].name
        if called and called not in named:
            spellings[name] = called
    try:
        program = replace(read_as_matrices(text, "python"), spellings=spellings)
        found = held_to_its_prior(verify(program))
        kl = None if found.best.kind == "wrong" else found.best.verdict.kl
        return MatrixKl(found, fit, unit * float(kl.scale) if kl else unit, named, is_taken_away)
    except KlcliError:
        return None


def _named(fit: TermsFit) -> dict[str, int]:
    """Names for the arrays: of both Gaussians, where both have some."""
    sides = {*fit.way.means, *fit.way.heads}
    found = {}
    for side, node in fit.way.means.items():
        found[_name("mu", side, sides)] = node
    for side, node in fit.way.heads.items():
        found[_name(_LETTERS.get(fit.readings[node], "S"), side, sides)] = node
    return found


def _name(base: str, side: Side, sides: set[Side]) -> str:
    return f"{base}_{side}" if len(sides) > 1 else base


def _text(fit: TermsFit, weights: Mapping[str, FoundNumber], names: Mapping[int, str]) -> str:
    """The formula of a combination, in the language of Python."""
    heads = {side: (names[node], fit.readings[node]) for side, node in fit.way.heads.items()}
    own, prior = (_covariance(*heads[side]) if side in heads else "" for side in ("q", "p"))
    precision = _inverse(*heads["p"]) if prior else ""
    traced = f"{precision} @ {own}" if own and prior else own or precision
    means = [names[node] for _, node in sorted(fit.way.means.items(), reverse=True)]
    distance = f"({' - '.join(means)})" if len(means) > 1 else "".join(means)
    terms = {
        "trace": f"trace({traced})",
        "trace of the factor": f"trace({heads['q'][0]})" if own else "",
        "mahalanobis": f"{distance} @ {precision} @ {distance}" if prior else f"{distance} @ {distance}",
        "logdet_q": _volume(*heads["q"]) if own else "",
        "logdet_p": _volume(*heads["p"]) if prior else "",
    }
    parts = [f"({weights[name]})*({text})" for name, text in terms.items() if weights.get(name)]
    if weights["constant"]:
        parts.append(f"({Fraction(weights['constant']) / fit.start.size})*d")
    return " + ".join(parts)


def _covariance(name: str, reading: str) -> str:
    return {"cholesky": f"({name} @ {name}.T)", "precision": f"inv({name})"}.get(reading, name)


def _inverse(name: str, reading: str) -> str:
    return {"cholesky": f"inv({name} @ {name}.T)", "precision": name}.get(reading, f"inv({name})")


def _volume(name: str, reading: str) -> str:
    """The logarithm of the determinant of the covariance matrix."""
    texts = {"cholesky": f"2*sum(log(diagonal({name})))", "precision": f"-logdet({name})"}
    return texts.get(reading, f"logdet({name})")
