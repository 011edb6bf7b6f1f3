"""What formulas charge, against their texts evaluated by hand and the KL in mpmath."""

from __future__ import annotations

from math import exp, isnan, log

import mpmath
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.answer import answer_to_text
from klcli.judge.question import Question
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.verification import Verification
from klcli.report.charged_picture import SIGMAS, of_readings, of_verification
from klcli.report.document import Curve, Plot
from tests import reference

PLACES = (0, 100, 180, 239)


def drawn(text: str, **question: FixedPrior) -> Plot | None:
    found = answer_to_text(text, None, Question(**question))
    assert isinstance(found, Verification)
    return of_verification(found)


def curves(plot: Plot | None) -> tuple[Curve, Curve]:
    assert plot
    (charged,) = plot.series
    assert isinstance(charged, Curve)
    assert plot.truth
    return charged, plot.truth


def true_kl(mean: float, sigma: float, center: float = 0.0, spread: float = 1.0) -> float:
    return float(reference.kl(*map(mpmath.mpf, (mean, sigma, center, spread))))


def test_the_truth_is_the_kl() -> None:
    charged, truth = curves(drawn("-0.5*(1 + s - mu^2 - e^(2s))"))
    assert (truth.x[0], truth.x[-1]) == (pytest.approx(0.05), pytest.approx(3.0))
    for place in PLACES:
        assert truth.y[place] == pytest.approx(true_kl(1.0, truth.x[place]), rel=1e-14)
        s = log(charged.x[place])
        assert charged.y[place] == pytest.approx(-0.5 * (1 + s - 1 - exp(2 * s)), rel=1e-12, abs=1e-13)


def test_a_right_formula_lies_on_it() -> None:
    charged, truth = curves(drawn("-0.5*(1 + logvar - mu^2 - exp(logvar))"))
    assert charged.y == pytest.approx(truth.y, rel=1e-12, abs=1e-13)


def test_another_prior() -> None:
    prior = FixedPrior(2, 9)  # type: ignore[arg-type]
    charged, truth = curves(drawn("log(3/s) + (s^2 + (mu - 2)^2)/18 - 1/2", prior=prior))
    for place in PLACES:
        assert truth.x[place] == pytest.approx(3 * SIGMAS[place])
        assert truth.y[place] == pytest.approx(true_kl(5.0, truth.x[place], 2, 3), rel=1e-13)
    assert charged.y == pytest.approx(truth.y, rel=1e-12, abs=1e-13)


def test_what_is_negative_is_seen() -> None:
    plot = drawn("0.5*(1 + logvar - mu^2 - exp(logvar))")
    assert plot
    assert plot.y.low == -plot.y.high


@pytest.mark.parametrize(
    "text",
    ["log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2", "0.5 * (trace(S) + mu' mu - d - log det S)"],
)
def test_there_is_none_of_several_heads(text: str) -> None:
    assert drawn(text) is None


def test_there_is_none_of_what_is_wrong_in_its_sums_alone() -> None:
    found = answer_to_text("-0.5 * torch.sum(1 + logvar - mask * (mu.pow(2) + logvar.exp()))")
    assert found.kind == "wrong"
    assert isinstance(found, Verification)
    assert of_verification(found) is None


@pytest.mark.parametrize("sampled", ["logstd", "var", "sigmoid"])
@pytest.mark.parametrize("charged", ["logvar", "std", "precision"])
def test_heads_that_are_read_twice(sampled: str, charged: str) -> None:
    """The samples have sigma = f(s), the KL is told g(s)."""
    paid, truth = curves(of_readings(PARAMETERIZATIONS[sampled], PARAMETERIZATIONS[charged]))
    for place in PLACES:
        sigma = SIGMAS[place]
        assert truth.y[place] == pytest.approx(true_kl(0.0, sigma), rel=1e-13)
        if sampled == "sigmoid" and sigma > 1:
            assert isnan(paid.y[place])
            continue
        seen = reference.SIGMA[charged](reference.HEAD[sampled](mpmath.mpf(sigma)))
        if not mpmath.im(seen) and seen > 0:
            assert paid.y[place] == pytest.approx(true_kl(0.0, float(seen)), rel=1e-9)
        else:
            assert isnan(paid.y[place])
