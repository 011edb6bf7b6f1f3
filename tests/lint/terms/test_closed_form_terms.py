"""KL terms in closed form."""

from __future__ import annotations

import pytest

from klcli.lint.linter import linted
from klcli.lint.terms.closed_form_terms import divergence
from klcli.lint.terms.programs import program_of
from tests.lint.sources import codes, excerpts, module


@pytest.mark.parametrize(
    ("body", "kind", "sign"),
    [
        ("-0.5 * (1 + logvar - mu ** 2 - torch.exp(logvar))", "exact", 1),
        ("0.5 * (1 + logvar - mu ** 2 - torch.exp(logvar))", "exact", -1),
        ("0.25 * (mu ** 2 + torch.exp(logvar) - 1 - logvar)", "scaled", 1),
        ("-0.5 * (1 + log_std - mu ** 2 - torch.exp(2 * log_std))", "wrong", 1),
        ("mu ** 2 + torch.exp(s) - x", None, 1),
    ],
)
def test_kinds(body: str, kind: str | None, sign: int) -> None:
    (found,) = excerpts(f"def f(mu, logvar, log_std, x):\n    kl = {body}\n")
    program = program_of(found.source)
    assert program is not None
    one = divergence(found, program)
    assert (one and one.found.best.kind) == kind
    if one:
        assert one.sign == sign
        assert (one.mean, one.is_right) == ("mu", kind != "wrong")


def test_two_kls_of_two_latents_are_looked_at_each_by_itself() -> None:
    both = " + ".join(f"0.5 * (m{n} ** 2 + v{n} - 1 - torch.log(v{n}))" for n in (1, 2))
    (found,) = excerpts(f"def f(m1, v1, m2, v2):\n    return {both}\n")
    program = program_of(found.source)
    assert program is not None
    assert divergence(found, program) is None


def test_a_kl_is_pointed_at_and_not_the_longer_error_of_a_loss_that_a_caller_makes() -> None:
    source = """
def vae_loss(recon, orig, mu, logvar):
    error = -(torch.log(recon + EPS) * orig + torch.log(1 - recon + EPS) * (1 - orig)).sum(-1)
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1)
    return error + kl

def train(images, encoder, decoder):
    sample, mu, logvar = encoder(images)
    recon = decoder(sample)
    loss = vae_loss(recon, images, mu, logvar)
    loss.backward()
"""
    assert [term.place.line for term in linted(module(source)).terms if term.kind == "kl"] == [4]


@pytest.mark.parametrize("spread", ["expand_as(mu)", "expand(*mu.shape)", "expand(mu.size(0), -1)"])
@pytest.mark.parametrize(("factor", "expected"), [("2 * ", []), ("", ["KL101"])])
def test_heads_in_a_larger_shape_are_those_that_are_expanded(
    spread: str, factor: str, expected: list[str]
) -> None:
    body = f"kl = 0.5 * torch.sum({{0}}**2 + mu**2 - 1 - {factor}torch.log({{0}}))\n    return kl\n"
    for made, used in ((f"std.{spread}", "std"), ("std", f"std.{spread}")):
        head = "def f(mu, logvar):\n    std = torch.exp(0.5 * logvar)\n"
        assert codes(f"{head}    std = {made}\n    {body.format(used)}") == expected
