"""What a look at a statement tells."""

from __future__ import annotations

import pytest

from klcli.lint.flow.statement_facts import facts_of
from tests.lint.sources import statement


@pytest.mark.parametrize(
    ("text", "is_readable", "sums", "is_square", "is_transcendental"),
    [
        ("a = 1 + s - mu.pow(2) - s.exp()", True, 3, True, True),
        ("a = torch.add(b, c)", True, 1, False, False),
        ("a = net(x)", False, 0, False, False),
        ("a = x @ x", True, 0, False, False),
        ("a = x @ w", False, 0, False, False),
        ("a = lambda x: x", False, 0, False, False),
    ],
)
def test_calls_and_signs(
    text: str, is_readable: bool, sums: int, is_square: bool, is_transcendental: bool
) -> None:
    found = facts_of(statement(text))
    assert (found.is_readable, found.sums) == (is_readable, sums)
    assert (found.is_square, found.is_transcendental) == (is_square, is_transcendental)


def test_noise_and_names() -> None:
    found = facts_of(statement("z = mu + std * torch.randn(8, n)"))
    assert found.is_noisy
    assert "n" not in found.names  # which says of what shape it is
    assert facts_of(statement("z = torch.normal(mu, std)")).is_square
    assert not facts_of(statement("z = np.random.normal(mu, std)")).is_square
    assert facts_of(statement("a = log_var * 2")).is_log_scale
    assert facts_of(statement("a = logp - ref_logp")).is_log_ratio
    assert not facts_of(statement("a = b - c")).is_log_ratio


def test_what_a_statement_reads_and_what_an_index_adds_up() -> None:
    found = facts_of(statement("a[n] = b.c - rows[i : i + size]"))
    assert found.read == {"b", "b.c", "rows", "rows[i:i + size]", "i", "size"}
    assert found.names == found.read | {"a", "a[n]", "n"}
    assert found.sums == 1
