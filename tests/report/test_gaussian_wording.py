"""Gaussians in words: sigma with the right sign and as many digits as it needs."""

from __future__ import annotations

import pytest

from klcli.formula.write.printing import to_text
from klcli.gaussian.distribution import Gaussian
from klcli.report.gaussian_wording import normal_text, reading_text


@pytest.mark.parametrize(
    ("mean", "head", "name", "normal", "reading"),
    [
        ("0.3", "1.44", "var", "N(0.3, 1.2^2)", "1.44 is a variance, so sigma = 1.2"),
        (0, 1, "std", "N(0, 1)", "1 is a standard deviation, so sigma = 1"),
        ([0, 0], [1, 1], "std", "N(0, 1)", "each of (1, 1) is a standard deviation, so sigma = (1, 1)"),
        (
            ["0.3", "-1"],
            [0, 2],
            "logvar",
            "N((0.3, -1), (1, 2.71828)^2)",
            "each of (0, 2) is a log-variance, so sigma ≈ (1, 2.71828)",
        ),
        # log10 e^-800 = -347.4
        (
            0,
            -800,
            "logstd",
            "N(0, (3.66787e-348)^2)",
            "-800 is a log standard deviation, so sigma ≈ 3.66787e-348",
        ),
        (
            0,
            "1e300",
            "logstd",
            "N(0, (e^1e+300)^2)",
            "1e300 is a log standard deviation, so sigma ≈ e^1e+300",
        ),
    ],
)
def test_gaussians(mean: object, head: object, name: str, normal: str, reading: str) -> None:
    gaussian = Gaussian.from_head(mean, head, name)  # type: ignore[arg-type]
    assert (
        "".join(part if isinstance(part, str) else to_text(part) for part in normal_text(gaussian)) == normal
    )
    assert reading_text(gaussian) == reading


@pytest.mark.parametrize(
    ("head", "name", "sigma"),
    [
        ("1.00000000000000001", "std", "= 1.00000000000000001"),
        ("1e-25", "logstd", "≈ 1.0000000000000000000000001"),
        ("-1500", "logvar", "≈ 1.90168e-326"),
        ("0.36", "logvar", "≈ 1.19722"),
        ("0", "logvar", "= 1"),
    ],
)
def test_a_rounded_sigma_is_not_said_to_be_exact(head: str, name: str, sigma: str) -> None:
    assert reading_text(Gaussian.from_head(0, head, name)).endswith(f"so sigma {sigma}")
