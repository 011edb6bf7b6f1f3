"""What names say of random numbers, and of small ones."""

from __future__ import annotations

from klcli.names.noise import is_epsilon, is_noise, is_sample


def test_random_numbers_samples_and_small_numbers() -> None:
    assert all(map(is_epsilon, ("eps", "epsilon", "self_eps")))
    assert all(map(is_noise, ("eps", "noise", "randn", "eps_1")))
    assert all(map(is_sample, ("z", "z_p", "enc_z")))
    assert not is_noise("logvar")
    assert not is_sample("z_mean")
