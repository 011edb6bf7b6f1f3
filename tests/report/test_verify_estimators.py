"""What verify says of estimates of a KL from log-probabilities, line by line."""

from __future__ import annotations

import pytest

from klcli.judge.condition_kinds import Condition
from klcli.report.document import Fact, FactList, Item, Note, Paragraph
from klcli.report.verify_estimators import bare, estimation_document
from klcli.report.wording import plain
from klcli.values import replace
from tests.report.test_verify_estimator_data import MISSING
from tests.report.test_verify_estimator_phrases import K2, K3, TERMS, WEIGHED, U, found

OF = "of KL(policy || reference), in nats, if the samples are drawn from the policy"


def facts(text: str) -> dict[str, str]:
    blocks = estimation_document(found(text)).blocks
    many: list[Fact] = [one for block in blocks if isinstance(block, FactList) for one in block.facts]
    return {plain(one.label): plain(one.value) for one in many}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (U, f"estimator: k1 {OF}"),
        (f"2 * {U}", f"estimator: 2 k1 {OF}"),
        (f"-1 * ({K3})", f"estimator: minus k3 {OF}"),
        (f"{U} + 3", f"estimator: k1 + 3 {OF}"),
        (
            f"({TERMS}).sum(-1)",
            "exact: KL(policy || reference) of categoricals, in nats, if logprobs and ref_logprobs are of all",
        ),
        (
            f"3 * ({TERMS}).sum(-1)",
            "scaled: 3 KL(policy || reference) of categoricals, in nats, if",
        ),
        (
            TERMS,
            "other: the terms of KL(policy || reference) of categoricals, one for each outcome; only their sum",
        ),
        (f"torch.abs({U})", "other: |u|, which estimates no KL; u = logprobs - ref_logprobs"),
        (f"torch.exp(-{U})", "not-kl: it is a ratio of probabilities, whose mean is 1"),
        (
            MISSING,
            "wrong: KL140 the - 1 of k3 is missing: its mean is 1 too large; its mean over samples of the policy "
            "is KL(policy || reference) + 1; as a loss it optimises KL(reference || policy)",
        ),
        (
            f"logprobs * {U}.detach()",
            "other: a surrogate loss, KL(policy || reference) by its gradient and not by its value",
        ),
    ],
)
def test_the_first_line(text: str, title: str) -> None:
    assert plain(estimation_document(found(text)).title).startswith(title)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (U, "estimator k1"),
        (MISSING, "wrong KL140"),
        (f"torch.abs({U})", "other abs"),
        (f"({TERMS}).sum(-1)", "exact"),
        (f"torch.exp(-{U})", "not-kl"),
    ],
)
def test_in_few_words(text: str, short: str) -> None:
    assert bare(found(text)) == short


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            U,
            {
                "value": "unbiased: its mean over samples of the policy is KL(policy || reference); it may be negative",
                "samples of the reference": "its mean is -KL(reference || policy)",
                "as a loss": "it optimises nothing: the mean of its gradient is 0",
                "in the reward": "taken off it, the policy gradient optimises KL(policy || reference)",
                "page": "klcli explain k1",
            },
        ),
        (
            K2,
            {
                "value": "biased: its mean over samples of the policy is 1/2 E_policy[u^2], near the KL where the "
                "two are close; u = logprobs - ref_logprobs",
                "as a loss": "its gradient is that of KL(policy || reference)",
                "page": "klcli explain k2",
            },
        ),
        (
            K3,
            {
                "value": "unbiased: its mean over samples of the policy is KL(policy || reference); it is never negative",
                # E_p[r - 1 + u] with r = p/q: the chi-squared distance, less KL(p || q).
                "samples of the reference": "its mean is chi2(reference || policy) - KL(reference || policy)",
                "overflow": "for u < -11.09 (half), -88.723 (single), -709.78 (double); u = logprobs - ref_logprobs",
                "times the ratio": "exp(logprobs - stop(logprobs)) times it has the gradient of KL(policy || reference)",
            },
        ),
        (
            WEIGHED,
            {
                "overflow": "for u > 8.9034 (half), 84.289 (single), 703.23 (double); u = logprobs - ref_logprobs"
            },
        ),
        (f"{U}**2", {"scale": "2; the 1/2 of k2 is missing; --accept scaled accepts it"}),
        (f"3 * {U}**2", {"scale": "6; --accept scaled accepts it"}),
        (f"2 * {U}", {"scale": "2; --accept scaled accepts it"}),
        (f"beta * {U}", {"scale": "beta; --accept scaled accepts it"}),
        (f"{U} + other", {"other term": "other is added; it is ignored"}),
        (f"{U}.mean()", {"reduction": "a mean over all tokens"}),
        (f"({TERMS}).sum(-1)", {"reduction": "a sum over all outcomes"}),
        (
            f"({TERMS}).mean(-1)",
            {
                "reduction": "a mean over all outcomes in the place of their sum: the KL divided by their number"
            },
        ),
        (
            MISSING,
            {
                "samples of the reference": "its mean is chi2(reference || policy) - KL(reference || policy) + 1"
            },
        ),
    ],
)
def test_facts(text: str, expected: dict[str, str]) -> None:
    found_facts = facts(text)
    assert {label: found_facts.get(label) for label in expected} == expected


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (U, ("scale", "overflow", "reduction", "other term")),
        (WEIGHED, ("times the ratio", "in the reward")),
        (f"({TERMS}).sum(-1)", ("value", "as a loss", "page")),
        (f"torch.abs({U})", ("samples of the reference", "page")),
        (TERMS, ("value", "overflow")),
        (f"torch.exp(-{U})", ("samples of the reference", "page")),
    ],
)
def test_what_says_nothing_is_left_out(text: str, missing: tuple[str, ...]) -> None:
    assert not set(facts(text)) & set(missing)


def test_a_correction_of_one_line_and_of_several() -> None:
    one = found(MISSING)
    (line,) = (block for block in estimation_document(one).blocks if isinstance(block, Paragraph))
    assert (line.text, line.tone) == (f"corrected: torch.exp(-{U}) - 1 + {U}", "good")
    two = estimation_document(replace(one, corrected="a\nb", warnings=("w",)))
    (item,) = (block for block in two.blocks if isinstance(block, Item))
    assert [part.text for part in item.lines] == ["a", "b"]
    assert [note.text for note in two.blocks if isinstance(note, Note)] == ["w"]


def test_conditions_that_fail_are_in_the_first_line() -> None:
    conditions = (Condition("clip", "it is clipped", False), Condition("small-number", "it is small", True))
    document = estimation_document(replace(found(U), conditions=conditions))
    assert plain(document.title).endswith("; but it is clipped")
    (listing,) = (block for block in document.blocks if isinstance(block, FactList))
    assert [one.value for one in listing.facts if one.label == "condition"] == ["it is small"]
