"""What linting says of a term."""

from __future__ import annotations

from typing import Any

from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import ListedTerm


def test_a_term_that_is_reached_twice_is_one_whoever_answered() -> None:
    place, answer = SourceSpan("vae.py", 12, 5, 12, 40), [object(), object()]
    one, other = (ListedTerm(place, "estimator", None, "exact", "x", estimation=any_of(a)) for a in answer)
    assert one == other
    assert len({one, other}) == 1
    assert one != ListedTerm(place, "estimator", None, "wrong", "x")


def any_of(answer: object) -> Any:
    """An answer, of which nothing is asked."""
    return answer
