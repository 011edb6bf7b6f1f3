"""Names that belong together by the numbers behind them."""

from __future__ import annotations

import pytest

from klcli.tables.numbered_names import array_columns, missing_column


@pytest.mark.parametrize(
    ("names", "arrays"),
    [
        (["mu_0", "mu_1", "logvar_0", "logvar_1"], {"mu": (0, 1), "logvar": (2, 3)}),
        (["mu1", "s1", "mu2", "s2"], {"mu": (0, 2), "s": (1, 3)}),
        (["mu[0]", "mu[1]"], {"mu": (0, 1)}),
        (["z.mean.10", "z.mean.9", "z.mean.8"], {"z.mean": (2, 1, 0)}),
        (["mu", "logvar"], {"mu": (0,), "logvar": (1,)}),
        (["mu_0", "mu_2"], {"mu_0": (0,), "mu_2": (1,)}),
        (["id", "sigma2"], {"id": (0,), "sigma2": (1,)}),
        (["mu_1", "sigma2_1"], {"mu": (0,), "sigma2": (1,)}),
        (["sigma2_0", "sigma2_1"], {"sigma2": (0, 1)}),
        (["1", "2"], {"1": (0,), "2": (1,)}),
    ],
)
def test_columns_that_belong_together(names: list[str], arrays: dict[str, tuple[int, ...]]) -> None:
    assert array_columns(names) == arrays


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["mu_0", "mu_2"], "mu_1"),
        (["step", "z[1]", "z[2]", "z[5]"], "z[3]"),
        (["mu_0", "mu_1"], ""),
        (["sigma2"], ""),
        ([], ""),
    ],
)
def test_a_number_that_is_left_out(names: list[str], missing: str) -> None:
    assert missing_column(names) == missing
