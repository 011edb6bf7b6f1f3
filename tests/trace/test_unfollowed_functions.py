"""What is said of a function by its calls alone: what it is, where it is not, and what is not known."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from klcli.trace.recording import NotedLoss, Place, Recording, RoundedCall, Step, WholeCall
from klcli.trace.run_summary import watched
from klcli.trace.unfollowed_functions import probed
from klcli.values import replace

OneEntry = Callable[[float, float], float]


def right(m: float, s: float) -> float:
    return 0.5 * (m**2 + math.exp(s) - 1 - s)


def recorded(entry: OneEntry, name: str, slope: float = 1, power: int = 1) -> Recording:
    points = [(-2.9 + 0.83 * step % 5.8, -3.1 + 1.31 * step % 6.2) for step in range(36)]
    calls = tuple(
        RoundedCall("float64", {"mu": m, "s": s}, entry(m, s), {"mu": slope * m, "s": (math.exp(s) - 1) / 2})
        for m, s in [*points, points[0]]
    )
    step = Step("leaf", (), (), "float64", True, Place("losses.py", 4, name), (), {"made_by": "a kernel"})
    whole = (entry(0.5, 1.0) + entry(0.1, 0.3)) ** power
    called = WholeCall(name, {"mu": ((1, 2), (0.5, 0.1)), "s": ((1, 2), (1.0, 0.3))}, (), (whole,))
    return Recording("none", (step,), (NotedLoss(0, whole, None),), (), (), (), calls, called)


@pytest.mark.parametrize(
    ("entry", "name", "options", "code", "text"),
    [
        (lambda m, s: right(m, s) if s > 0 else 0.3 * right(m, s), "loss", {}, "KL100", "points only"),
        (lambda m, s: max(right(m, s), 0.5), "loss", {}, "KL100", "points only"),
        (lambda m, s: m**2 + s**3, "kl_loss", {}, "KL100", "no multiple of a KL"),
        (right, "loss", {"slope": 0}, "KL134", "the gradient of mu is not: at mu = "),
        (right, "loss", {"power": 2}, "KL100", "neither their sum nor a mean"),
    ],
)
def test_what_is_wrong_is_a_finding(
    entry: OneEntry, name: str, options: dict[str, int], code: str, text: str
) -> None:
    found = watched(recorded(entry, name, **options))
    (finding,) = found.findings
    assert finding.mistake.code == code
    assert text in finding.message
    assert finding.place == ("losses.py", 4, name)
    assert not found.holds()


def test_what_is_right_holds_and_is_not_called_proved() -> None:
    found = watched(recorded(right, "kl"))
    assert found.holds()
    (term,) = found.losses[0].terms
    assert (term.verdict, term.proof) == ("exact", "points")
    assert "digits at 37 points, which is no proof" in found.warnings[0]


def test_what_does_not_say_that_it_is_a_kl_is_no_wrong_one() -> None:
    found = probed(recorded(lambda m, s: m**2 + s**3, "penalty"))
    assert (found.recording, found.findings) == (None, ())


def test_a_kl_of_something_else_is_no_wrong_one() -> None:
    """Categorical and Bernoulli distributions have KLs of their logits."""
    found = recorded(lambda m, s: m**2 + s**3, "kl_loss")
    assert found.called
    logits = dict(zip(("p_logits", "q_logits"), found.called.given.values(), strict=True))
    assert probed(replace(found, called=replace(found.called, given=logits))).findings == ()


def test_what_draws_samples_is_not_fitted() -> None:
    noise = iter(range(100))
    found = probed(recorded(lambda m, s: right(m, s) + next(noise), "kl"))
    assert (found.recording, found.findings) == (None, ())
    assert "from call to call" in found.warnings[0]
