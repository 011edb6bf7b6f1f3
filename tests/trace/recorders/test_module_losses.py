"""Where the loss of a module is: of modules of no framework, whose arrays are those of numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.trace.recorders.frameworks import RefusedError
from klcli.trace.recorders.module_losses import CalledModule, check_shapes, found_losses

X = np.arange(6.0).reshape(2, 3)


def found(module: Any, *inputs: Any, flows: Any = lambda array: True, **given: Any) -> tuple[list[Any], str]:
    """The losses of a module that is called as it is."""
    known = CalledModule(
        own=module,
        forward=module.forward,
        signature=module.forward,
        array=(np.ndarray, np.float64),
        flows=flows,
        method=lambda name: getattr(module, name, None),
        further=lambda name: None,
    )
    return found_losses(known, inputs or (X,), given)


class Named:
    """Gives back its loss under its name, beside another number."""

    def forward(self, x: Any) -> Any:
        return {"kl": x.mean(), "loss": x.sum()}


class Steps(Named):
    """Has a step of training, whose batch it is given."""

    def training_step(self, batch: Any, number: int) -> Any:
        return (batch**2).sum() + number


class Methods:
    """Gives back a mean and a head, of which a method makes the loss; the order of its arguments is another."""

    def forward(self, x: Any) -> Any:
        mu, logvar = x + 1, x - 1
        return mu, logvar

    def loss_function(self, logvar: Any, mu: Any, x: Any, beta: float = 1.0) -> Any:
        return beta * (mu - 2 * logvar + 3 * x).sum()


class Bare:
    """Gives back numbers of each example and no loss."""

    def forward(self, x: Any) -> Any:
        kl = x.sum(1)
        return kl, x


def test_what_is_called_loss_goes_before_other_numbers() -> None:
    (loss,), said = found(Named())
    assert (loss, said) == (X.sum(), "the loss is what Named gives back as loss")


def test_a_step_of_training_is_given_the_batch_and_goes_first() -> None:
    (loss,), said = found(Steps())
    assert (loss, said) == ((X**2).sum(), "the loss is Steps.training_step")


def test_a_method_is_given_outputs_and_inputs_by_their_names() -> None:
    (loss,), said = found(Methods())
    assert loss == ((X + 1) - 2 * (X - 1) + 3 * X).sum()
    assert said == "the loss is Methods.loss_function(logvar, mu, x)"
    (half,), _ = found(Methods(), beta=0.5)
    assert half == loss / 2


def test_an_argument_that_nothing_asked_for_is_named() -> None:
    _, said = found(Methods(), gamma=2.0)
    assert said.endswith("; nothing asked for the argument gamma")


def test_numbers_of_examples_are_judged_where_there_is_no_loss() -> None:
    (kl,), said = found(Bare())
    assert (kl == X.sum(1)).all()
    assert said == "Bare has no loss that was found; what is judged are numbers that it gives back: kl"
    losses, said = found(Bare(), flows=lambda array: False)
    assert losses == []
    assert said.startswith("Bare has no loss that was found: it gives back kl (2,), x (2, 3); ")


def test_a_module_that_fails_is_refused_with_the_shapes_that_it_was_given() -> None:
    with pytest.raises(RefusedError, match=r"forward failed with \(2, 3\), \(2, 3\): TypeError: "):
        found(Named(), X, X)
    with pytest.raises(RefusedError, match="how large is the input of Named"):
        check_shapes(Named(), [])
