"""Functions with a backward of their own: what they computed is followed up to what they were given."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

import klcli  # noqa: E402
from klcli.trace.terms import Term  # noqa: E402


class Kl(torch.autograd.Function):  # type: ignore[misc, name-defined]
    """The KL under its own name, with the gradients that it has, or a factor of them."""

    factor = 1.0

    @staticmethod
    def forward(ctx: Any, mu: Any, logvar: Any) -> Any:
        ctx.save_for_backward(mu, logvar)
        # Nothing has a gradient in here, so that a stop changes nothing.
        return 0.5 * (mu.pow(2) + logvar.detach().exp() - 1 - logvar).sum()

    @staticmethod
    def backward(ctx: Any, above: Any) -> Any:
        mu, logvar = ctx.saved_tensors
        return above * mu, Kl.factor * above * 0.5 * (logvar.exp() - 1)


class Offset(torch.autograd.Function):  # type: ignore[misc, name-defined]
    """The KL times an array that is made inside of numbers that nobody follows."""

    @staticmethod
    def forward(ctx: Any, mu: Any, logvar: Any) -> Any:
        ctx.save_for_backward(mu, logvar)
        other = torch.tensor(mu.detach().numpy() ** 2)
        return 0.5 * (other + logvar.exp() - 1 - logvar).sum()

    backward = Kl.backward


def seen_by(function: Any) -> Term:
    torch.manual_seed(0)
    layer = torch.nn.Linear(4, 6)
    with klcli.watch() as seen:
        mu, logvar = layer(torch.randn(5, 4)).chunk(2, 1)
        function.apply(mu, logvar).backward()
    (term,) = seen.terms
    return term


@pytest.mark.parametrize(("factor", "agrees"), [(1.0, True), (2.0, False)])
def test_the_program_is_that_of_its_forward_and_the_gradients_are_its_own(
    monkeypatch: pytest.MonkeyPatch, factor: float, *, agrees: bool
) -> None:
    monkeypatch.setattr(Kl, "factor", factor)
    term = seen_by(Kl)
    assert (term.verdict, term.conditions) == ("exact", ())
    assert {one.name: one.agrees for one in term.slopes} == {"mu": True, "logvar": agrees}


def test_what_is_made_of_other_numbers_inside_is_not_as_if_followed() -> None:
    assert seen_by(Offset).what == "another term, by function"
