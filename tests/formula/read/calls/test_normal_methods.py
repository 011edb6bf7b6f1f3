"""What libraries compute of normal distributions, against mpmath and against the derivation."""

from __future__ import annotations

import mpmath
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.calls.normal_methods import (
    NORMAL_DIVERGENCE,
    NORMAL_DIVERGENCE_OF_VARIANCES,
    NORMAL_LOG_DENSITY,
)
from klcli.formula.read.math_parser import known
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from tests import reference

POINTS = [(0.3, 1.2, -0.4, 0.7), (0.0, 0.05, 2.0, 3.0), (1.0, 1.0, 1.0, 1.0)]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("language", ["math", "python"])
def test_the_divergence_in_both_languages(language: str, point: tuple[float, ...]) -> None:
    tree = read_program(NORMAL_DIVERGENCE, language).tree  # type: ignore[arg-type]
    found = evaluate(tree, dict(zip("msnt", point, strict=True)), Doubles())
    assert found == pytest.approx(float(reference.kl(*map(mpmath.mpf, point))), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("point", POINTS)
def test_the_divergence_of_variances(point: tuple[float, ...]) -> None:
    m, s, n, t = point
    found = evaluate(
        known(NORMAL_DIVERGENCE_OF_VARIANCES), {"m": m, "s": s * s, "n": n, "t": t * t}, Doubles()
    )
    assert found == pytest.approx(float(reference.kl(*map(mpmath.mpf, point))), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("point", POINTS)
def test_the_log_density(point: tuple[float, ...]) -> None:
    m, s, x, _ = point
    found = evaluate(read_program(NORMAL_LOG_DENSITY, "python").tree, {"x": x, "m": m, "s": s}, Doubles())
    assert found == pytest.approx(float(mpmath.log(mpmath.npdf(x, m, s))), rel=1e-14)
