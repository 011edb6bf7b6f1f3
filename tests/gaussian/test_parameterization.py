"""The table of readings, against what each name means."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
import sympy

from klcli.errors import KlcliError
from klcli.formula.value.arithmetic import Decimals, Symbols, evaluate
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization, find, suggestion
from tests import reference

ROWS = PARAMETERIZATIONS.values()
BY_NAME = pytest.mark.parametrize("row", ROWS, ids=PARAMETERIZATIONS)


def test_the_reference_knows_every_row() -> None:
    assert set(PARAMETERIZATIONS) == set(reference.SIGMA)


@BY_NAME
@pytest.mark.parametrize("head", ["0.2", "1", "2.5"])
def test_sigma_variance_and_log_variance_are_what_the_name_says(row: Parameterization, head: str) -> None:
    with mpmath.workdps(50):
        sigma = reference.SIGMA[row.name](mpmath.mpf(head))
        expected = {"sigma": sigma, "variance": sigma**2, "log_variance": 2 * mpmath.log(sigma)}
        for role, value in expected.items():
            found = evaluate(getattr(row, role), {"s": Decimal(head)}, Decimals(50))
            assert mpmath.almosteq(mpmath.mpf(str(found)), value, 1e-45, 1e-45), role


@BY_NAME
@pytest.mark.parametrize("sigma", ["0.2", "0.97", "6.5"])
def test_head_is_the_inverse(row: Parameterization, sigma: str) -> None:
    sigma = str(row.within(Decimal(sigma)))
    with mpmath.workdps(50):
        found = evaluate(row.head, {"sigma": Decimal(sigma)}, Decimals(50))
        assert mpmath.almosteq(
            mpmath.mpf(str(found)), reference.HEAD[row.name](mpmath.mpf(sigma)), 1e-45, 1e-45
        )


@BY_NAME
def test_roles_are_consistent_for_every_head(row: Parameterization) -> None:
    """Proved, not sampled: variance = sigma^2 and exp(log variance) = variance."""
    s = sympy.Symbol("s", positive=True)
    symbols = Symbols()
    sigma, variance, log_variance = (
        evaluate(tree, {"s": s}, symbols) for tree in (row.sigma, row.variance, row.log_variance)
    )
    assert sympy.simplify(sigma**2 - variance) == 0
    assert sympy.simplify(sympy.exp(log_variance) - variance) == 0


@BY_NAME
def test_domain(row: Parameterization) -> None:
    assert row.admits(0.5)
    assert row.admits(-0.5) == row.admits(0) == (row.domain == "real")


def test_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(KlcliError, match="unknown parameterization 'logvra'") as caught:
        find("logvra")
    assert "'logvar'" in caught.value.hint


@BY_NAME
@pytest.mark.parametrize("head", ["-30", "-2", "0.1", "30"])
def test_the_range_of_sigma(row: Parameterization, head: str) -> None:
    if row.admits(float(head)):
        assert row.reaches(evaluate(row.sigma, {"s": Decimal(head)}, Decimals(50)))
    assert not row.reaches(row.least)
    assert row.most is None or not row.reaches(row.most)


@BY_NAME
def test_points_within_the_range_keep_their_order(row: Parameterization) -> None:
    positions = [Fraction(n, 7) for n in (1, 3, 7, 20, 7000)]
    found = list(map(row.within, positions))
    assert found == sorted(set(found))
    assert all(map(row.reaches, found))
    assert row.has_range or found == positions
    assert row.within(0.5) == pytest.approx(float(row.within(Fraction(1, 2))))
    assert row.within(Decimal("0.5")) == pytest.approx(Decimal(row.within(0.5)))


def test_ranges_in_words() -> None:
    assert find("std").range_text() == "sigma > 0"
    assert find("sigmoid").range_text() == "0 < sigma < 1"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        *(("sigma", "std"), ("standard deviation", "std"), ("stddev", "std"), ("scale", "std")),
        *(("variance", "var"), ("sigma^2", "var"), ("sigma2", "var"), ("σ²", "var")),
        *(("log_std", "logstd"), ("log-sigma", "logstd"), ("Log_Scale", "logstd")),
        *(("log_var", "logvar"), ("log variance", "logvar"), ("logsigma2", "logvar")),
        *(("prec", "precision"), ("inverse variance", "precision"), ("log_prec", "logprecision")),
        *(("softplus_var", "softplusvar"), ("expit", "sigmoid"), ("stdd", "std")),
    ],
)
def test_another_word_for_a_reading(word: str, name: str) -> None:
    assert suggestion(word) == f"did you mean '{name}'?"
    with pytest.raises(KlcliError) as caught:
        find(word)
    assert caught.value.hint.startswith(f"did you mean '{name}'? one of: std, var, ")


def test_a_word_belongs_to_one_reading() -> None:
    words = [word for row in ROWS for word in (row.name, *row.synonyms)]
    assert len(words) == len(set(words))
    assert all(word == word.lower() and not set(word) & set("-_ ") for word in words)


def test_only_what_can_be_chosen_is_suggested() -> None:
    assert suggestion("variance", ("std", "covariance")) == "did you mean 'covariance'?"
    assert suggestion("quantum", ("std", "var")) == ""
