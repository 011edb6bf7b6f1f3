"""Whose each log-probability is: what names suggest comes first, and what they say against is not tried."""

from __future__ import annotations

import pytest

from klcli.formula.tree import Call, Operation, Symbol, Tree
from klcli.judge.spaces.log_ratios.log_prob_assignments import OLD, P, Q, named_ways, neutral_ways

LOG_Q, LOG_P, LOG_OLD = Symbol(Q), Symbol(P), Symbol(OLD)


def minus(left: Tree, right: Tree) -> Tree:
    return Operation("-", left, right)


@pytest.mark.parametrize(
    ("names", "q", "p"),
    [
        (["policy_logp", "ref_logp"], "policy_logp", "ref_logp"),
        (["ref_logprobs", "logprobs"], "logprobs", "ref_logprobs"),
        (["log_q", "log_p"], "log_q", "log_p"),
        (["log_p", "log_q"], "log_q", "log_p"),
        (["policy_logps", "reference_logps"], "policy_logps", "reference_logps"),
        # logp is of p beside logq; beside an old policy it is that of the trained one.
        (["logp_old", "logp"], "logp", "logp_old"),
        (["logq", "logp"], "logq", "logp"),
    ],
)
def test_names_say_which_is_which(names: list[str], q: str, p: str) -> None:
    ways = list(named_ways(names))
    assert ways
    assert ways[0].given == {q: LOG_Q, p: LOG_P}
    assert all(way.given[q] == LOG_Q for way in ways), "the other order is not tried"
    assert ways[0].is_sided


def test_a_third_drew_the_samples() -> None:
    first = next(named_ways(["logprobs", "old_logprobs", "ref_logprobs"]))
    assert first.given == {"logprobs": LOG_Q, "ref_logprobs": LOG_P, "old_logprobs": LOG_OLD}
    assert first.old is not None
    assert first.old.symbol == "old_logprobs"


@pytest.mark.parametrize("name", ["log_ratio", "logratio"])
def test_a_ratio_alone_is_read_in_both_directions(name: str) -> None:
    found = [way.given[name] for way in named_ways([name])]
    assert minus(LOG_P, LOG_Q) in found
    assert minus(LOG_Q, LOG_P) in found


def test_a_ratio_may_be_no_logarithm() -> None:
    found = [way.given["ratio"] for way in named_ways(["ratio"])]
    assert found[0] in (Call("exp", minus(LOG_P, LOG_Q)), Call("exp", minus(LOG_Q, LOG_P)))


def test_names_that_say_nothing_have_no_named_way() -> None:
    assert list(named_ways(["a", "b"])) == []
    assert list(named_ways(["mu", "logvar"])) == []


def test_any_two_may_be_log_probabilities_in_either_order() -> None:
    found = [way.given for way in neutral_ways(["a", "b"])]
    assert found == [{"a": LOG_Q, "b": LOG_P}, {"b": LOG_Q, "a": LOG_P}]
    assert not any(way.is_stated for way in neutral_ways(["a", "b"]))


def test_probabilities_are_exponentials() -> None:
    first = next(neutral_ways(["q_probs", "p_probs"]), None)
    assert first is not None
    assert first.given == {"q_probs": Call("exp", LOG_Q), "p_probs": Call("exp", LOG_P)}


def test_a_distribution_is_named_as_in_a_sentence() -> None:
    first = next(named_ways(["policy_logp", "ref_logp"]))
    assert (first.q.definite, first.p.definite) == ("the policy", "the reference")
    first = next(named_ways(["logp_old", "logp"]))
    assert (first.q.definite, first.p.definite) == ("the policy", "the old policy")
    assert next(named_ways(["log_q", "log_p"])).q.definite == "q"
