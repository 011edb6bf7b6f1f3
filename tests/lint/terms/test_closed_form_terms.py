"""KL terms in closed form."""

from __future__ import annotations

import pytest

from klcli.lint.terms.closed_form_terms import divergence
from klcli.lint.terms.programs import program_of
from tests.lint.sources import excerpts


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
