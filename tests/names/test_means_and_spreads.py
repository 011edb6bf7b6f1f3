"""What names suggest; verdicts never rest on it."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.names.means_and_spreads import is_mean, prior_among, square_of, suggested, suggested_beside
from klcli.names.posterior_or_prior import is_prior, without_side


@pytest.mark.parametrize(
    "name", ["mu", "z_mean", "loc", "mean1", "mu_q", "q_mean", "posterior_mu", "m", "m_p", "mean"]
)
def test_means(name: str) -> None:
    assert is_mean(name)


@pytest.mark.parametrize("name", ["logvar", "s", "sigma", "log_std", "scale", "var", "model_s"])
def test_no_means(name: str) -> None:
    assert not is_mean(name)


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        *[
            (name, "logvar")
            for name in ("logvar", "log_var", "z_log_var", "log_sigma2", "logsigma_sq", "lnvar", "logvar1")
        ],
        *[
            (name, "logstd")
            for name in ("log_std", "logstd", "log_sigma", "logs_q", "log_scale", "z_log_sigma", "logs")
        ],
        *[(name, "var") for name in ("var", "variance", "sigma2", "sigma_sq", "q_var")],
        *[(name, "std") for name in ("std", "sigma", "scale", "stddev", "z_std", "sigma_q")],
        *[(name, "precision") for name in ("precision", "prec", "tau")],
        ("log_precision", "logprecision"),
        ("rho", "softplus"),
        *[(name, None) for name in ("s", "x", "h", "a", "mu", "output")],
    ],
)
def test_readings(name: str, reading: str | None) -> None:
    assert suggested(name) == reading


@pytest.mark.parametrize(
    ("name", "prior", "without"),
    [
        ("mu_p", True, "mu"),
        ("mu_q", False, "mu"),
        ("prior_mu", True, "mu"),
        ("logvar2", True, "logvar"),
        ("logvar1", False, "logvar"),
        ("mean_prior", True, "mean"),
        ("post_std", False, "std"),
        ("logvar", None, "logvar"),
        ("log_sigma", None, "log_sigma"),
        ("theta", None, "theta"),
        ("mua", False, "mu"),
        ("mub", True, "mu"),
    ],
)
def test_sides(name: str, prior: bool | None, without: str) -> None:
    assert (is_prior(name), without_side(name)) == (prior, without)


@pytest.mark.parametrize(
    ("name", "names", "reading"),
    [
        ("s2", ("s1", "s2", "mu1", "mu2"), None),
        ("sigma2", ("sigma1", "sigma2"), "std"),
        ("sigma_2", ("sigma_1", "sigma_2"), "std"),
        ("log_sigma2", ("log_sigma1", "log_sigma2"), "logstd"),
        ("s2", ("s2", "mu"), "var"),
        ("sigma2", ("sigma2", "mu1"), "var"),
        ("logvar2", ("logvar1", "logvar2"), "logvar"),
    ],
)
def test_a_2_beside_a_1_counts(name: str, names: tuple[str, ...], reading: str | None) -> None:
    assert suggested_beside(name, names) == reading


@pytest.mark.parametrize(
    ("name", "names", "mean"),
    [
        ("mu2", ("mu2", "sigma2"), "mu"),
        ("mu_sq", ("mu_sq", "sigma_sq"), "mu"),
        ("mu2", ("mu1", "mu2", "sigma2"), None),
        ("mu2", ("mu", "mu2", "sigma2"), None),
        ("mu2", ("mu2", "sigma"), None),
        ("mu2", ("mu2", "sigma2", "sigma1"), None),
        ("s2", ("s2", "sigma2"), None),
    ],
)
def test_squares_beside_squares(name: str, names: tuple[str, ...], mean: str | None) -> None:
    assert square_of(name, names) == mean


@pytest.mark.parametrize(
    ("name", "others", "prior"),
    [
        ("S0", ["S1"], False),
        ("S1", ["S0"], True),
        ("S0", ["S"], True),
        ("SN", ["S0"], None),
        ("S_1", ["S_2"], False),
        ("K", ["S"], True),
        ("K_uu", ["S", "m"], True),
        ("K", ["Kzz"], None),
        ("P", ["S"], None),
        ("P", ["Q"], True),
        ("Q", ["P"], False),
        ("A", ["B"], False),
        ("B", ["S"], None),
        ("prior_cov", ["cov"], True),
        ("cov_q", ["cov"], False),
    ],
)
def test_what_names_say_about_the_prior_among_others(
    name: str, others: list[str], prior: bool | None
) -> None:
    assert prior_among(name, [name, *others]) is prior


def test_a_variance_belongs_to_the_log_variance_of_the_same_gaussian() -> None:
    """Latent diffusion's: right if each var is the exponential of its own logvar, and of no other."""
    text = "0.5*torch.sum((self.mean - other.mean)**2/other.var + self.var/other.var - 1 - {} + {}, dim=[1, 2, 3])"
    found = verify(read_program(text.format("self.logvar", "other.logvar")))
    assert found.best.kind == "exact"
    assert "other_var is taken for e^other_logvar" in found.warnings
    assert verify(read_program(text.format("other.logvar", "self.logvar"))).best.kind == "not-kl"
