"""Calls that hand the prior to a KL as its posterior."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes

KL = """
def kl_of(mean_1, std_1, mean_2, std_2):
    return (torch.log(std_2 / std_1) + (std_1**2 + (mean_1 - mean_2)**2) / (2 * std_2**2) - 0.5).sum()


def loss(self, x):
    enc_mean, enc_std, prior_mean, prior_std = self.net(x)
    return {call}
"""
RIGHT = "kl_of(enc_mean, enc_std, prior_mean, prior_std)"
TURNED = "kl_of(prior_mean, prior_std, enc_mean, enc_std)"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (RIGHT, []),
        (TURNED, ["KL115"]),
        ("kl_of(x.prior_mean, x.prior_std, x.post_mean, x.post_std)", ["KL115"]),
        (f"{RIGHT} + {TURNED}", []),  # a symmetric divergence
        ("kl_of(prior_mean, prior_std, self.old_prior_mean, self.prior_std)", []),
        ("kl_of(prior_mean, prior_std, self.hyper_mean, self.hyper_std)", []),
        ("kl_of(x.mean_a, x.std_a, x.mean_b, x.std_b)", []),
    ],
)
def test_the_order_of_the_call_is_told_by_names(call: str, expected: list[str]) -> None:
    assert codes(KL.format(call=call)) == expected
