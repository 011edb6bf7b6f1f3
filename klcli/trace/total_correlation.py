"""Differences of log-densities of which one is that of a mixture, as those of a total correlation are.

``log_q_z - log_prod_q_z`` with a ``logsumexp`` over the posteriors of all examples is in expectation no KL of
two Gaussians, but one to a mixture, which has no closed form: it is said to be that, and is not taken apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from klcli.trace.recording import Recording, Step

_MIXED = "logsumexp"


def mixed_densities(recording: Recording, index: int) -> tuple[str, str] | None:
    """The names of the two log-densities that a node is the difference of; None if it is none."""
    step = recording.steps[index]
    if step.op != "sub" or len(step.below) != 2:
        return None
    names = [_log_name(recording.steps[one]) for one in step.below]
    one, other = names
    is_mixed = any(map(_is_mixed, _inside(recording, index)))
    return (one, other) if one and other and is_mixed else None


def _log_name(step: Step) -> str:
    return next((name for name in step.names if name.lower().lstrip("_").startswith("log")), "")


def _is_mixed(step: Step) -> bool:
    return step.more.get("made_by") == _MIXED


def _inside(recording: Recording, index: int) -> Iterator[Step]:
    return (recording.steps[one] for one in recording.leading_to(index))
