"""Names of a mean and a head that are exchanged, once or twice; what the arrays are is known by construction."""

from __future__ import annotations

from typing import Any

import pytest

import klcli
from tests.trace.losses import DECODER, F, X, heads, noise


def plain(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1).mean()


def exchanged(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + mu - logvar**2 - mu.exp()).sum(1).mean()


def drawn(logvar: Any, mu: Any) -> Any:
    return logvar + noise(mu) * (mu / 2).exp()


@pytest.mark.parametrize("has_sample", [False, True])
@pytest.mark.parametrize("is_turned", [False, True])
def test_names_that_are_right_or_exchanged_twice(is_turned: bool, has_sample: bool) -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        error = F.mse_loss(DECODER(drawn(mu, logvar)), X) if has_sample else 0
        kl = exchanged(logvar, mu) if is_turned else plain(mu, logvar)
        (error + kl).backward()
    assert not seen.findings


def test_names_that_are_exchanged_once() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        exchanged(mu, logvar).backward()
    assert [one.mistake.code for one in seen.findings] == ["KL209"]
