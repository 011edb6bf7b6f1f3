"""Which reading the name of an array says."""

from __future__ import annotations

import pytest

from klcli.names.posteriors import reading_of


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
