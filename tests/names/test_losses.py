"""What names say of the terms of a loss."""

from __future__ import annotations

import pytest

from klcli.names.losses import is_called_kl, is_mask, is_other_term, is_part_of_divergence, is_weight, sign_of


@pytest.mark.parametrize("name", ["kl_loss", "KLDivLoss", "latent_loss", "neg_kl", "DKL", "klQP", "kl"])
def test_names_of_a_kl(name: str) -> None:
    assert is_called_kl(name)


@pytest.mark.parametrize("name", ["klcli", "latent_dim", "loss", "elbo", "weekly"])
def test_other_names(name: str) -> None:
    assert not is_called_kl(name)


def test_names_of_parts_have_humps_or_underscores() -> None:
    assert all(map(is_part_of_divergence, ("klCrossEntropy", "KLFirstPart", "kl_cross_entropy")))
    assert not any(map(is_part_of_divergence, ("klLoss", "KLDivLoss", "kl_partition")))


@pytest.mark.parametrize(
    ("left", "sign"),
    [("KL", 1), ("-KL", -1), ("−KL", -1), ("neg_kl", -1), ("elbo", -1), ("neg_elbo", 1), ("upper_bound", 1)],
)
def test_signs_of_left_hand_sides(left: str, sign: int) -> None:
    assert sign_of(left) == sign


def test_parts_of_a_loss() -> None:
    assert is_other_term("recon_loss")
    assert is_other_term("log_px")
    assert is_weight("kl_weight")
    assert is_mask("pad_mask")
    assert not is_weight("mu")
