"""``klcli.compare``: which of the formulas met online is right, and when."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, overload

from klcli.asking.arguments import NumbersLike, independent_gaussian, whole
from klcli.errors import KlcliError
from klcli.formula.program_reader import Program, read_program
from klcli.formula.tree import Tree
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import Parameterization, find

if TYPE_CHECKING:
    from klcli.judge.comparison import Judged
    from klcli.report.compare_data import CompareData
    from klcli.report.compare_overview import Overview

_MU, _SIGMA = "0.3", "1.2"
"""Where formulas are compared."""


@overload
def compare(param: None = None, *, mu: NumbersLike = ..., sigma: NumbersLike = ...) -> Overview: ...


@overload
def compare(
    param: str,
    *,
    mu: NumbersLike = ...,
    sigma: NumbersLike = ...,
    formulas: Mapping[str, str] | None = None,
    samples: int | None = None,
    seed: int = 0,
) -> CompareData: ...


@overload
def compare(
    param: Mapping[str, Tree],
    reading: Parameterization,
    mu: Fraction,
    sigma: Fraction,
    programs: Mapping[str, Program] | None = None,
) -> tuple[Judged, ...]: ...


def compare(
    param: str | Mapping[str, Tree] | None = None,
    reading: Parameterization | None = None,
    mu: NumbersLike = None,
    sigma: NumbersLike = None,
    programs: Mapping[str, Program] | None = None,
    *,
    formulas: Mapping[str, str] | None = None,
    samples: int | None = None,
    seed: int = 0,
) -> Overview | CompareData | tuple[Judged, ...]:
    """Which of the KL formulas met online is right, and when.

    ``klcli.compare()`` says it of every reading, ``klcli.compare("var").exact`` is ``("B",)``.

    Args:
        param: what the head means, a name of `klcli.PARAMETERIZATIONS`; None for all. Or formulas that were
            read, by their names, whose judgements are given back as they are.
        reading: of formulas that were read.
        mu: the mean of the one latent at which values are compared, in units of the prior's deviation.
        sigma: its standard deviation, above 0.
        programs: of formulas that were read those that are whole lines of code.
        formulas: more formulas of mu and s, texts by their names.
        samples: draws of the Monte Carlo witness; a million without it.
        seed: of its generator.

    Returns:
        The fields of the JSON of ``klcli compare``, with a reading or without.

    Raises:
        KlcliError: no such reading, no head stands for sigma, or a formula means nothing or has no reading.
    """
    if isinstance(param, Mapping):
        from klcli.judge import comparison

        assert reading is not None
        return comparison.compare(param, reading, mu, sigma, programs)
    if param is None:
        if formulas:
            raise KlcliError("formulas need a reading", 'klcli.compare("var", ...); klcli.verify finds it')
        return _overview(_point(mu, sigma))
    draws = None if samples is None else whole(samples, "samples")
    return _compared(find(param), _point(mu, sigma), _texts(formulas), draws, whole(seed, "seed"))


def _texts(formulas: Any) -> Mapping[str, str]:
    """The texts of formulas by their names."""
    given = {} if formulas is None else formulas
    texts = (*given.keys(), *given.values()) if isinstance(given, Mapping) else (None,)
    if not all(isinstance(text, str) for text in texts):
        raise KlcliError(
            f"formulas are texts by their names, got {given!r:.60}",
            'formulas={"mine": "-0.5*(1 + s - mu**2 - exp(s))"}',
        )
    return given


def _point(mu: NumbersLike, sigma: NumbersLike) -> Gaussian[Heads]:
    """The one latent at which formulas are compared."""
    point = independent_gaussian(_MU if mu is None else mu, _SIGMA if sigma is None else sigma)
    if point.dimension != 1:
        raise KlcliError(
            f"formulas are compared at one latent, not {point.dimension}", "give one number of each"
        )
    return point


def _overview(point: Gaussian[Heads]) -> Overview:
    """Every formula met online under every reading."""
    from klcli.judge.comparison import FORMULAS, matrix
    from klcli.report.compare_overview import readings_report

    (mean,), (sigma,) = point.mean, point.spread.head
    table = matrix(FORMULAS, mean, sigma)
    overview: Overview = readings_report(FORMULAS, table, mean, sigma, every=True).data
    return overview


def _compared(
    reading: Parameterization, q: Gaussian[Heads], formulas: Mapping[str, str], samples: int | None, seed: int
) -> CompareData:
    from klcli.judge.comparison import FORMULAS
    from klcli.judge.comparison import compare as judged
    from klcli.report.compare import compare_report
    from klcli.witness.examination import examine

    (mean,), (sigma,) = q.mean, q.spread.head
    if not reading.reaches(sigma):
        raise KlcliError(f"no head stands for this sigma when it is {reading.meaning}", reading.range_text())
    if taken := FORMULAS.keys() & formulas.keys():
        raise KlcliError(f"there is a formula {min(taken)} already", "give it another name")
    programs = {name: read_program(text) for name, text in formulas.items()}
    chosen = {**FORMULAS, **{name: program.tree for name, program in programs.items()}}
    truth = examine(q, Gaussian.from_head(0, 1), samples=samples, seed=seed)
    found = judged(chosen, reading, mean, sigma, programs)
    data: CompareData = compare_report(reading, mean, sigma, found, truth).data
    return data
