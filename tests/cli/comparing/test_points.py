"""The point at which formulas are compared: what is typed, and what is typical where nothing is."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from klcli.cli.comparing.points import check_reached, latents_of, point_of
from klcli.cli.files import Given
from klcli.errors import KlcliError
from klcli.formula.program_reader import read
from klcli.gaussian.matrices.forms_and_sizes import FORMS
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests import reference

STD, SIGMOID = PARAMETERIZATIONS["std"], PARAMETERIZATIONS["sigmoid"]
FORMULAS = {"A": read("-1/2 (1 + 2 log s - mu^2 - s^2)")}


def options(**given: Any) -> dict[str, Any]:
    forms = [form.replace("-", "_") for form in FORMS]
    names = ("mu", "sigma", "param", *PARAMETERIZATIONS, *forms)
    return dict.fromkeys((*names, *(f"prior_{name}" for name in names))) | given


def numbers(*texts: str) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, texts))


def test_without_anything_the_point_is_typical() -> None:
    found = point_of(STD, None, None, options())
    assert (found.mean, found.deviations) == (numbers("0.3"), numbers("1.2"))


def test_where_no_head_stands_for_it_it_is_within_the_range() -> None:
    """Sigmoids are below 1: 1/(1 + 1) is in the middle."""
    assert point_of(SIGMOID, None, None, options()).deviations == numbers("0.5")


@pytest.mark.parametrize(
    ("mu", "sigma", "size"),
    [
        (numbers("0"), numbers("1", "2", "3"), 3),
        (numbers("0", "1"), None, 2),
        (numbers("0", "1"), numbers("2"), 2),
    ],
)
def test_one_number_serves_all_latents(mu: Any, sigma: Any, size: int) -> None:
    found = point_of(STD, mu, sigma, options())
    assert len(found.mean) == len(found.deviations) == size


def test_a_covariance_has_the_deviations_of_its_diagonal() -> None:
    matrix = Given((numbers("4", "1"), numbers("1", "9")))
    found = point_of(STD, numbers("0", "1"), None, options(cov=matrix))
    assert [float(one) for one in found.deviations] == pytest.approx([2, 3], rel=1e-15)


@pytest.mark.parametrize("sigma", ["1", "1.2"])
def test_a_sigma_out_of_the_range_is_refused(sigma: str) -> None:
    check_reached(numbers("0.5"), SIGMOID)
    with pytest.raises(KlcliError, match=f"no head stands for sigma = {sigma}") as caught:
        check_reached(numbers("0.5", sigma), SIGMOID)
    assert "0 < sigma < 1" in caught.value.hint


def test_one_latent_with_the_usual_prior_is_no_sum() -> None:
    assert latents_of(FORMULAS, STD, point_of(STD, None, None, options()), options()) is None


def test_several_latents_are_summed() -> None:
    given = options(prior_sigma=numbers("2"))
    q = point_of(STD, numbers("0.3", "-1"), numbers("1.2", "0.5"), given)
    found = latents_of(FORMULAS, STD, q, given)
    assert found is not None
    exact = sum(
        reference.kl(reference.exact(mu), reference.exact(sigma), 0, 2)
        for mu, sigma in (("0.3", "1.2"), ("-1", "0.5"))
    )
    assert found.truth == pytest.approx(float(exact), rel=1e-14)
    assert found.dimension == 2


def test_an_infinite_divergence_is_refused() -> None:
    matrix = Given((numbers("1", "1"), numbers("1", "1")))
    given = options(cov=matrix)
    with pytest.raises(KlcliError, match="infinite"):
        latents_of(FORMULAS, STD, point_of(STD, numbers("0", "0"), None, given), given)
