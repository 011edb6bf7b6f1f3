"""KL terms that are only reported."""

from __future__ import annotations

import pytest

from klcli.lint.losses.only_reported import is_only_reported
from klcli.lint.terms_by_place import occurrences
from tests.lint.sources import module, project

KL = "-0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum()"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("loss = F.mse_loss(y, x)\n    loss.backward()\n    print(kl)", True),
        ("loss = F.mse_loss(y, x) + kl\n    loss.backward()\n    print(kl)", False),
        ("loss = F.mse_loss(y, x)\n    loss.backward()\n    add(kl)", False),
        ("loss = model.loss(mu, logvar)\n    loss.backward()\n    print(kl)", False),
    ],
)
def test_a_loss_of_errors_alone(after: str, expected: bool) -> None:
    one = module(f"def f(x, y, mu, logvar):\n    kl = {KL}\n    {after}\n")
    assert is_only_reported(occurrences(one, project(one)).divergences[0][0]) == expected
