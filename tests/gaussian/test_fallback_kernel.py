"""A row without an array kernel has the one that its formulas make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import mpmath
import numpy as np
import pytest

from klcli.errors import KlcliError
from klcli.gaussian import kernel
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests import reference


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a row like that of a reading, without its kernel."""
    monkeypatch.setitem(
        PARAMETERIZATIONS, "bare", replace(PARAMETERIZATIONS[request.param], name="bare", kernel="")
    )
    kernel._reading.cache_clear()
    yield str(request.param)
    kernel._reading.cache_clear()


@pytest.mark.parametrize("bare", list(PARAMETERIZATIONS), indirect=True)
def test_it_is_correctly_rounded_and_near_the_kernel_of_the_reading(bare: str) -> None:
    rng = np.random.default_rng(0)
    head_q, head_p = rng.uniform(0.1, 3, (2, 40))
    mean_q, mean_p = rng.normal(size=(2, 40))
    spread = kernel.spread(head_q, head_p, "bare")
    with mpmath.workdps(50):
        for q, p, value in zip(head_q, head_p, spread, strict=True):
            sigmas = (reference.SIGMA[bare](mpmath.mpf(float(head))) for head in (q, p))
            assert value == float(reference.kl(0, next(sigmas), 0, next(sigmas)))
    for arguments in ((mean_q, head_q, mean_p, head_p), (mean_q, head_q)):
        found, own = (kernel.divergence(*arguments, parameterization=name) for name in ("bare", bare))
        np.testing.assert_allclose(found, own, rtol=2e-15)
    assert kernel.divergence(0.5, 1.5, parameterization="bare").shape == ()
    assert kernel.divergence(np.zeros(0), 1.0, parameterization="bare").shape == (0,)


@pytest.mark.parametrize("bare", ["std", "logvar"], indirect=True)
def test_ends_and_errors(bare: str) -> None:
    far = {"std": 1e300, "logvar": 1e6}[bare]
    assert np.isinf(kernel.divergence(0, far, parameterization="bare"))
    with pytest.raises(KlcliError, match="finite"):
        kernel.divergence(0, np.nan, parameterization="bare")
    if bare == "std":
        with pytest.raises(KlcliError, match="> 0"):
            kernel.divergence(0, -1.0, parameterization="bare")
