"""The reference itself is confirmed from the densities, so that tests do not rest on one formula."""

from __future__ import annotations

import mpmath
import pytest

from tests import reference


@pytest.mark.parametrize(
    ("mean_q", "sigma_q", "mean_p", "sigma_p"),
    [("0.3", "1.2", "0", "1"), ("-1", "0.4", "2", "0.7"), ("5", "3", "4.5", "2.9")],
)
def test_closed_form_is_the_integral_of_the_densities(
    mean_q: str, sigma_q: str, mean_p: str, sigma_p: str
) -> None:
    with mpmath.workdps(30):
        numbers = [mpmath.mpf(text) for text in (mean_q, sigma_q, mean_p, sigma_p)]
        assert mpmath.almosteq(reference.kl(*numbers), reference.kl_by_quadrature(*numbers), 1e-25)


@pytest.mark.parametrize("name", reference.SIGMA)
def test_head_is_the_inverse_of_sigma(name: str) -> None:
    with mpmath.workdps(40):
        for sigma in ("0.2", "1", "3.7"):
            own = reference.in_range(name, mpmath.mpf(sigma))
            assert mpmath.almosteq(reference.SIGMA[name](reference.HEAD[name](own)), own, 1e-35)
