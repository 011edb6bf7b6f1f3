"""What the judge says of programs."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.lint.terms.judge_cache import estimated, is_of_other_fixed_prior, judged_as_kl, verified


@pytest.mark.parametrize(
    ("text", "is_mended", "kind"),
    [
        ("-0.5*(1 + logvar - mu**2 - exp(logvar))", False, "exact"),
        ("-0.5*(1 + logvar - mu**2 - exp(2*logvar))", False, None),
        ("-0.5*(1 + log_std - mu**2 - exp(2*log_std))", True, "wrong"),
        ("mu**2 + exp(s)", True, None),
    ],
)
def test_a_kl_or_a_mistake_by_name(text: str, is_mended: bool, kind: str | None) -> None:
    found = judged_as_kl(read_program(text, "python"), is_mended=is_mended)
    assert (found and found.best.kind) == kind


def test_a_prior_that_is_not_standard() -> None:
    found = verified(read_program("0.5*(mu**2/4 + exp(s)/4 - 1 - s + log(4))", "python"), mended=False)
    assert found
    assert is_of_other_fixed_prior(found)
    assert verified(read_program("torch.exp(lp - q_lp) - (lp - q_lp) - 1", "python"), mended=False) is None


def test_log_probabilities() -> None:
    assert estimated(read_program("torch.exp(ref_logp - logp) - (ref_logp - logp) - 1", "python"))
    assert estimated(read_program("mu**2 + exp(s)", "python")) is None
