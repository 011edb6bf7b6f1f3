"""Which optimiser a loss is for."""

from __future__ import annotations

from typing import Any

import klcli
from tests.trace.losses import B, F, X, torch


def test_the_optimiser_that_holds_what_is_trained() -> None:
    layer, other = torch.nn.Linear(12, 1), torch.nn.Linear(12, 1)
    opt, _unused = torch.optim.SGD(layer.parameters(), 0.1), torch.optim.Adam(other.parameters())
    with klcli.watch() as seen:
        F.mse_loss(layer(X), torch.ones(B, 1)).backward()
    assert seen.losses[0].loss.optimizer == "opt (SGD)"
    assert opt.param_groups


def test_of_two_the_one_that_steps() -> None:
    """Gradients of a generator's loss reach the critic, too; only one of the two takes a step."""
    critic, generator = torch.nn.Linear(12, 1), torch.nn.Linear(4, 12)
    opt_d, opt_g = torch.optim.Adam(critic.parameters()), torch.optim.Adam(generator.parameters())
    with klcli.watch() as seen:
        F.binary_cross_entropy_with_logits(critic(X), torch.ones(B, 1)).backward()
        opt_d.step()
        made = critic(generator(torch.randn(B, 4)))
        F.binary_cross_entropy_with_logits(made, torch.ones(B, 1)).backward()
        opt_g.step()
        F.binary_cross_entropy_with_logits(critic(generator(torch.randn(B, 4))), torch.ones(B, 1)).backward()
    names = [one.loss.optimizer for one in seen.losses]
    assert names == ["opt_d (Adam)", "opt_g (Adam)", "opt_d (Adam), opt_g (Adam)"]


def test_an_attribute_of_a_trainer() -> None:
    class Trainer:
        def __init__(self) -> None:
            self.layer = torch.nn.Linear(12, 1)
            self.optimizer = torch.optim.SGD(self.layer.parameters(), 0.1)

        def step(self) -> Any:
            F.mse_loss(self.layer(X), torch.ones(B, 1)).backward()

    trainer = Trainer()
    with klcli.watch() as seen:
        trainer.step()
    assert seen.losses[0].loss.optimizer == "self.optimizer (SGD)"


def test_without_an_optimiser_none_is_told() -> None:
    layer = torch.nn.Linear(12, 1)
    with klcli.watch() as seen:
        F.mse_loss(layer(X), torch.ones(B, 1)).backward()
    assert seen.losses[0].loss.optimizer is None
