"""The score of chi^2/n against the quantiles of scipy, to what an approximation gives with seven degrees."""

from __future__ import annotations

import pytest
from scipy import stats

from klcli.samples.chi_square import chi_square_score


@pytest.mark.parametrize("degrees", [7, 30, 1000])
@pytest.mark.parametrize("score", [-3.0, -1.0, 0.0, 2.0, 5.0])
def test_scores_are_those_of_a_normal_distribution(degrees: int, score: float) -> None:
    ratio = stats.chi2.isf(stats.norm.sf(score), degrees) / degrees
    assert chi_square_score(ratio, degrees) == pytest.approx(score, abs=0.15)
