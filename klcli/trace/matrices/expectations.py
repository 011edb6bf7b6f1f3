"""What a part of a loss adds to it, as a function of some of its arrays, in expectation over normal noise.

Of third degree in the noise at most, it has the mean of its values at the 2 d points at the distance of
sqrt(d) on the axes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from klcli.trace.factors import Chain
from klcli.trace.masks import entry_weights
from klcli.trace.matrices.numpy_operations import NumPyArray
from klcli.trace.matrices.replay import OrderedSteps, steps_to
from klcli.trace.matrices.starts import Start
from klcli.trace.programs import UnfollowedError
from klcli.trace.recording import Recording
from klcli.values import dataclass

_CLOSE = 1e-8
"""Relative: solves of small matrices lose some digits of a double."""


@dataclass(frozen=True, slots=True)
class Added:
    """A part of a loss as a function of the arrays of a start.

    Attributes:
        start: these.
        steps: the operations that lead from them to the part.
        core: its node.
        weights: what every entry of that is multiplied by in the loss.
        noise: the shape of the noise; None without any.
    """

    start: Start
    steps: OrderedSteps
    core: int
    weights: NumPyArray
    noise: tuple[int, ...] | None

    def at(self, given: Mapping[int, NumPyArray], noise: NumPyArray | None = None) -> float:
        """What it adds for some arrays, and some noise, which is spread over its shape.

        Raises:
            ArithmeticError: there is no value.
        """
        import numpy as np

        own = {**given, **{copy: given[symbol] for copy, symbol in self.start.copies}}
        if noise is not None and self.noise is not None:
            own[self.start.noises[0]] = np.broadcast_to(noise, self.noise)
        # A summand with fewer entries than the sum is added to each of its rows.
        found = np.broadcast_to(self.steps.arrays(own)[self.core], self.weights.shape)
        return float(np.dot(self.weights.ravel(), found.ravel()))

    def glimpsed(self, given: Mapping[int, NumPyArray]) -> float:
        """The mean of what it adds for one noise and its opposite: for a look at how it changes."""
        import numpy as np

        if self.noise is None:
            return self.at(given)
        # Usual sizes, and no two alike.
        noise = np.linspace(0.5, 1.5, self.start.size)
        return (self.at(given, noise) + self.at(given, -noise)) / 2

    def expected(self, given: Mapping[int, NumPyArray]) -> float:
        """What it adds in expectation."""
        import numpy as np

        if self.noise is None:
            return self.at(given)
        return self._along(np.eye(self.start.size), given)

    def is_cubic(self, given: Mapping[int, NumPyArray]) -> bool:
        """Whether it is a cubic of its noise: then it has one mean along all axes."""
        import numpy as np

        if self.noise is None:
            return True
        turned, _ = np.linalg.qr(np.random.default_rng(self.start.size).normal(size=(self.start.size,) * 2))
        first, second = self.expected(given), self._along(turned, given)
        return abs(first - second) <= _CLOSE * (abs(first) + abs(second))

    def _along(self, axes: NumPyArray, given: Mapping[int, NumPyArray]) -> float:
        distant = axes * self.start.size**0.5
        return sum(self.at(given, one) for one in (*distant, *-distant)) / (2 * self.start.size)


def added_of(recording: Recording, chain: Chain, start: Start) -> Added:
    """A part of a loss as a function of the arrays of a start.

    Args:
        recording: of the step.
        chain: of the part, with what multiplies it.
        start: the arrays.

    Raises:
        UnfollowedError: an operation is not known, or an array, or the noise is no normal one.
        ArithmeticError: there is no value.
    """
    weights = weights_of_entries(recording, chain)
    if weights is None:
        raise UnfollowedError("what the part is multiplied by")
    noises = [recording.steps[one] for one in start.noises]
    if len(noises) > 1 or any(step.more.get("kind") != "randn" for step in noises):
        raise UnfollowedError("noise of several kinds")
    if any(step.shape[-1:] != (start.size,) for step in noises):
        raise UnfollowedError("noise of another size than the latents")
    if not all(_is_multiplied(recording, one) for one in start.noises):
        raise UnfollowedError("data that are drawn")
    steps = steps_to(recording, [chain.core], list(_given(start)))
    return Added(start, steps, chain.core, weights, noises[0].shape if noises else None)


def _is_multiplied(recording: Recording, noise: int) -> bool:
    """Whether noise is multiplied by an array or a matrix somewhere, as it is in a sample."""
    views = {noise}
    for index, step in enumerate(recording.steps):
        if not views.isdisjoint(step.operands):
            if step.op == "mul" or "call" in step.more:
                return True
            views |= {index} if step.op in ("same", "shape", "spread") else set()
    return False


def _given(start: Start) -> Iterator[int]:
    yield from start.symbols
    yield from start.noises
    yield from (copy for copy, _ in start.copies)


def weights_of_entries(recording: Recording, chain: Chain) -> NumPyArray | None:
    """What every entry of the core of a part is multiplied by in the loss; None where that is not known."""
    import numpy as np

    found = entry_weights(recording, chain.wrappers, chain.core)
    if found is None:
        return None
    return chain.factor * np.array([float(one) for one in found.values]).reshape(found.shape)
