"""What numpy takes for an array, and what of it counts."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import klcli
from klcli.errors import KlcliError
from klcli.gaussian.given_arrays import given_array, unmasked_array

MASKED: Any = numpy.ma.masked_array([0.5, 2.0], mask=[False, True])


def test_a_mask_is_kept_or_refused() -> None:
    assert given_array(MASKED, "x").mask.tolist() == [False, True]  # type: ignore[attr-defined]
    with pytest.raises(KlcliError, match="x has masked entries"):
        unmasked_array(MASKED, "x")
    assert type(unmasked_array(MASKED[:1], "x")) is numpy.ndarray


@pytest.mark.parametrize(
    "asked",
    [
        lambda: klcli.estimate(MASKED),
        lambda: klcli.summarize_latents(MASKED[:, None], numpy.zeros((2, 1)), param="logvar"),
    ],
)
def test_tables_take_no_masks(asked: Any) -> None:
    with pytest.raises(KlcliError, match="has masked entries"):
        asked()


@pytest.mark.parametrize("options", [{"dtype": "bfloat16"}, {"dtype": "float64", "requires_grad": True}])
def test_the_hint_of_a_tensor_makes_an_array_of_it(options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    tensor = torch.tensor([0.5, 2.0], **(options | {"dtype": getattr(torch, options["dtype"])}))
    asked: Any
    for asked in (
        lambda: klcli.kl(tensor, 1.0),
        lambda: klcli.estimate(tensor),
        lambda: klcli.summarize_latents(tensor, tensor, param="logvar"),
    ):
        with pytest.raises(KlcliError, match="cannot be read as an array") as caught:
            asked()
        code = caught.value.hint.partition("a tensor as ")[2]
        assert eval(code, {"tensor": tensor}).tolist() == [0.5, 2.0]


def test_matrices_of_such_tensors_are_read() -> None:
    torch = pytest.importorskip("torch")
    for given in (torch.eye(2, dtype=torch.bfloat16), torch.eye(2, requires_grad=True)):
        assert klcli.compute(0, cov=given, samples=1000).value == 0
    with pytest.raises(KlcliError, match="cannot be read as an array"):
        klcli.compute(0, cov=torch.eye(20, requires_grad=True))
