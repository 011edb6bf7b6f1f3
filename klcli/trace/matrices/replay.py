"""The operations of a run done again by NumPy, with other arrays for some of its nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from klcli.trace.matrices.numpy_operations import NumPyArray, computed
from klcli.trace.programs import UnfollowedError
from klcli.trace.recording import Recording, Step
from klcli.values import dataclass

_MOST_OPERATIONS = 600
"""Of one term; a KL of two Gaussians with covariance matrices has a tenth."""


@dataclass(frozen=True, slots=True)
class OrderedSteps:
    """The operations that lead from some nodes to others.

    Attributes:
        steps: the operations, each after those that it needs.
        known: the arrays of those that need nothing that is given.
    """

    steps: tuple[tuple[int, Step], ...]
    known: Mapping[int, NumPyArray]

    def arrays(self, given: Mapping[int, NumPyArray]) -> dict[int, NumPyArray]:
        """The arrays of all nodes.

        Raises:
            ArithmeticError: there is no value.
        """
        import numpy as np

        found = {**self.known, **given}
        with np.errstate(all="ignore"):
            for index, step in self.steps:
                found[index] = _value(step, found)
        return found


def steps_to(recording: Recording, roots: Iterable[int], given: Collection[int]) -> OrderedSteps:
    """The operations that lead to some nodes.

    Args:
        recording: the run.
        roots: the nodes.
        given: nodes whose arrays will be given, whatever these are computed from.

    Raises:
        UnfollowedError: an operation is not known, or an array.
        ArithmeticError: there is no value.
    """
    import numpy as np

    steps: list[tuple[int, Step]] = []
    known: dict[int, NumPyArray] = {}
    done, stack = set(given), list(roots)
    with np.errstate(all="ignore"):
        while stack:
            index = stack[-1]
            step = recording.steps[index]
            missing = [] if index in done else [one for one in step.operands if one not in done]
            if len(done) > _MOST_OPERATIONS:
                raise UnfollowedError("more operations than a term of a loss has")
            stack += missing
            if missing or stack.pop() in done:
                continue
            done.add(index)
            if all(one in known for one in step.operands):
                known[index] = _value(step, known)
            else:
                steps.append((index, step))
    return OrderedSteps(tuple(steps), known)


def evaluated(
    recording: Recording, roots: Iterable[int], given: Mapping[int, NumPyArray]
) -> dict[int, NumPyArray]:
    """The arrays of nodes.

    Args:
        recording: the run.
        roots: the nodes.
        given: arrays of nodes, whatever these are computed from.

    Raises:
        UnfollowedError: an operation is not known, or an array.
        ArithmeticError: there is no value.
    """
    return steps_to(recording, roots, given).arrays(given)


def _value(step: Step, known: Mapping[int, NumPyArray]) -> NumPyArray:
    import numpy as np

    own: list[Any] = [known[arg] if isinstance(arg, int) else np.float64(arg) for arg in step.args]
    try:
        found = np.asarray(computed(step, own), dtype=np.float64)
    except UnfollowedError:
        raise
    except (np.linalg.LinAlgError, ValueError) as error:
        raise ArithmeticError(str(error)) from None
    if found.shape != step.shape:
        raise UnfollowedError(f"what {step.more.get('made_by') or step.op} computes has another shape")
    return found
