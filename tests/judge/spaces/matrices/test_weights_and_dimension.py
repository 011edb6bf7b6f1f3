"""Which numbers of a formula of matrices are weights, other terms, the dimension; and which is a jitter."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from klcli.errors import KlcliError
from klcli.formula.traversal import unplaced
from klcli.judge.question import PLAIN
from klcli.judge.spaces.matrices.kind_assignments import typed
from klcli.judge.spaces.matrices.weights_and_dimension import ScalarRoles, set_aside, without_jitter
from tests.judge.spaces.matrices.settings import program, tree

KL = "0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))"


def found(text: str) -> tuple[ScalarRoles, ...]:
    own = program(text)
    first = typed(own, PLAIN)[0]
    return set_aside(own.tree, first.kinds, first.subject.manner)


def roles(**given: tuple[str, ...]) -> ScalarRoles:
    return ScalarRoles(**{"dimensions": (), **given})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (KL, roles(dimensions=("d",))),
        (f"beta * {KL}", roles(dimensions=("d",), weights=("beta",))),
        # Whatever its name and its place: it doubles the formula.
        (f"({KL}) * x", roles(dimensions=("d",), weights=("x",))),
        (f"{KL} / N", roles(dimensions=("d",), divisors=("N",))),
        (f"rec + {KL}", roles(dimensions=("d",), others=("rec",))),
        (
            f"rec + beta * {KL} / N",
            roles(dimensions=("d",), weights=("beta",), divisors=("N",), others=("rec",)),
        ),
        (
            "0.5 * (torch.trace(S) + mu @ mu - mu.shape[-1] - torch.logdet(S))",
            roles(dimensions=("dim_mu",)),
        ),
    ],
)
def test_numbers_by_what_doubling_them_does(text: str, expected: ScalarRoles) -> None:
    assert found(text)[0] == expected


def test_a_number_that_is_taken_away_may_be_the_dimension() -> None:
    """x says nothing: it is tried as the number of dimensions first, and then as another term."""
    every = found("0.5 * (torch.trace(S) + mu @ mu - x - torch.logdet(S))")
    assert every == (roles(dimensions=("x",)), roles(others=("x",)))
    added = found("0.5 * (torch.trace(S) + mu @ mu + x - torch.logdet(S))")
    assert added == (roles(others=("x",)), roles(dimensions=("x",)))


@pytest.mark.parametrize("name", ["recon_loss", "beta", "eps", "batch_size"])
def test_a_name_that_states_another_role_is_no_dimension(name: str) -> None:
    assert found(f"0.5 * (torch.trace(S) + mu @ mu - {name} - torch.logdet(S))") == (roles(others=(name,)),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{KL} + x**2", "x is a number that is neither a factor nor the number of dimensions"),
        (f"{KL} * (1 + x)", "x is a number that is neither"),
        (f"{KL} * 1e-31", "too large or too small"),
        (f"{KL} * 1e31", "too large or too small"),
    ],
)
def test_a_number_that_is_none_of_these(text: str, message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        found(text)
    assert caught.value.hint


def test_numbers_that_do_not_decide() -> None:
    one = roles(weights=("a",), divisors=("b",), others=("c",), dimensions=("d",))
    assert one.values == {"a": Fraction(1), "b": Fraction(1), "c": Fraction(0)}


@pytest.mark.parametrize(
    ("text", "plain", "count"),
    [
        ("torch.logdet(S + 1e-6 * torch.eye(3))", "torch.logdet(S)", 1),
        ("torch.logdet(S + eps * torch.eye(3))", "torch.logdet(S)", 1),
        ("torch.logdet(S + torch.eye(3) * 1e-6)", "torch.logdet(S)", 1),
        ("log det(S + 1e-3 I)", "log det(S)", 1),
        ("trace(inv(S + 1e-4 I))", "trace(inv(S))", 1),
        # In two places it is one jitter.
        ("log det(S + 1e-4 I) + log det(S + 1e-4 I)", "log det(S) + log det(S)", 1),
        ("log det(S + 1e-4 I) + log det(S + 1e-5 I)", "log det(S) + log det(S)", 2),
        # Too large, of nothing that is factored, no multiple of the identity.
        ("log det(S + 0.0011 I)", None, 0),
        ("trace(S + 1e-6 I)", None, 0),
        ("log det(S + 1e-6 T)", None, 0),
        ("log det(S + w I)", None, 0),
        ("log det(S - 1e-6 I)", None, 0),
    ],
)
def test_a_jitter_keeps_a_factorisation_going(text: str, plain: str | None, count: int) -> None:
    before = program(text).tree
    after, jitter = without_jitter(before)
    assert unplaced(after) == tree(plain or text)
    assert len(jitter) == count


def test_what_is_left_keeps_its_places() -> None:
    """Spans into the text are those of what was written."""

    def spans(node: Any) -> Any:
        return node.span

    before = program("log det(S + 1e-4 I) + trace(S)").tree
    after, _ = without_jitter(before)
    assert spans(after) == spans(before)
