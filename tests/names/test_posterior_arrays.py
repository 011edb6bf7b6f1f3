"""Which reading the name of an array says."""

from __future__ import annotations

import pytest

from klcli.names.posterior_arrays import looks_like_posteriors, reading_of


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("logvar", "logvar"),
        ("z_log_var", "logvar"),
        ("zLogVar", "logvar"),
        ("log_sigma_sq", "logvar"),
        ("logvar_z", "logvar"),
        ("log_sigma", "logstd"),
        ("log_std", "logstd"),
        ("sigma2", "var"),
        ("qzv", "var"),
        ("obsm/X_scVI_latent_qzv", "var"),
        ("scale", "std"),
        ("encoder_sigma", "std"),
        ("precision", "precision"),
        ("prior_logvar", None),
        ("log_prob", None),
        ("mu", None),
    ],
)
def test_reading_of(name: str, reading: str | None) -> None:
    assert reading_of(name) == reading


@pytest.mark.parametrize(
    ("names", "are"),
    [
        (["mu", "logvar"], True),
        (["id", "mu_0", "mu_1", "logvar_0", "logvar_1"], True),
        (["z_mean[0]", "z_log_var[0]"], True),
        (["mu"], False),
        (["log_q", "log_p"], False),
        ([], False),
    ],
)
def test_columns_of_posteriors(names: list[str], are: bool) -> None:
    assert looks_like_posteriors(names) is are
