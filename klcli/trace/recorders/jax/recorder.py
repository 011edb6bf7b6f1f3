"""JAX: what `jax.grad`, `jax.value_and_grad` or `jax.vjp` differentiates is a loss; its equations are read.

A function is traced once, by us, and its equations are what is differentiated in its place, so that the
program's own function runs as often as it would. While a program is watched it is not compiled, as otherwise
its arrays had no values; a loop that JAX runs is one of Python then.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
from typing import TYPE_CHECKING, Any

import jax

from ..named_optimizers import optimizer_near
from ..notes import ENDS, MOST_OTHERS, Node, NodeTable, document, nodes_below
from .flat_equations import EquationRow
from .guards import open_guards
from .places import is_of_jax, is_of_library, is_preparation, standing
from .recomputed_values import FAILURES, is_concrete, note_values
from .traced_function import TracedFunction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_OWN = "jax._src"
"""The package whose modules go on with what they have."""
_UNFOLLOWED = (jax.errors.JAXTypeError, jax.errors.JAXIndexError)
"""What JAX raises where a function asks for a number that its equations do not have."""
_NOTHING = "no loss was seen: nothing called jax.grad or jax.value_and_grad, or what they gave back before"


class JaxRecorder:
    """Notes losses while it is entered."""

    framework = "jax " + jax.__version__

    def __init__(self, on_backward: Callable[[], None] | None = None) -> None:
        self.table = NodeTable()
        self.losses: list[dict[str, Any]] = []
        self.others: list[Node] = []
        self.warnings: list[str] = []
        self._on_backward = on_backward
        self._process = os.getpid()
        self._is_entered = self._is_inside = False
        self._replaced: list[tuple[Any, Any]] = []

    def __enter__(self) -> JaxRecorder:
        self._is_entered = True
        self._was_disabled = bool(jax.config.jax_disable_jit)
        jax.config.update("jax_disable_jit", True)
        self._replaced = [(plain, self._watching(plain)) for plain in (jax.grad, jax.value_and_grad)]
        self._replaced.append((jax.vjp, self._pulled_back(jax.vjp)))
        for plain, own in self._replaced:
            _replace(plain, own)
        return self

    def __exit__(self, *ending: Any) -> None:
        self._is_entered = False
        jax.config.update("jax_disable_jit", self._was_disabled)
        for plain, own in self._replaced:
            _replace(own, plain)

    def _watching(self, transform: Callable[..., Any]) -> Callable[..., Any]:
        """A transformation that notes what is differentiated when its result is called."""

        @functools.wraps(transform)
        def transformed(*given: Any, **named: Any) -> Any:
            plain = transform(*given, **named)
            bound = inspect.signature(transform).bind(*given, **named).arguments
            fun, argnums = bound.pop("fun"), bound.get("argnums", 0)

            @functools.wraps(plain)
            def watched(*args: Any, **kwargs: Any) -> Any:
                if not self._is_entered or self._is_inside or os.getpid() != self._process:
                    return plain(*args, **kwargs)
                replayed = self._note(fun, argnums, args, kwargs)
                return (transform(replayed, **bound) if replayed else plain)(*args, **kwargs)

            return watched

        return transformed

    def _pulled_back(self, transform: Callable[..., Any]) -> Callable[..., Any]:
        """What `jax.vjp` does, which is given the arguments at once."""

        @functools.wraps(transform)
        def watched(fun: Any, *primals: Any, **named: Any) -> Any:
            if not self._is_entered or self._is_inside or os.getpid() != self._process:
                return transform(fun, *primals, **named)
            replayed = self._note(fun, range(len(primals)), primals, {})
            return transform(replayed or fun, *primals, **named)

        return watched

    def _note(self, fun: Any, argnums: Any, args: Sequence[Any], kwargs: Any) -> Any:
        """Note a loss; the function that computes the same, or None if it has to be computed by itself."""
        frame = sys._getframe(2)
        if is_preparation(frame):
            return None
        traced = TracedFunction(fun, (argnums,) if isinstance(argnums, int) else tuple(argnums), args, kwargs)
        optimizer = optimizer_near(frame, lambda path: is_of_jax(path) or is_of_library(path))
        loss: dict[str, Any] = {"value": None, "place": standing(frame), "optimizer": optimizer}
        self._is_inside = True
        try:
            traced.trace()
            if not traced.is_loss:
                return traced.replayed
            self._read(traced, [loss])
        except _UNFOLLOWED as error:
            loss["node"] = Node(
                "leaf", place=loss["place"], grad=True, made_by="a function that needs numbers"
            )
            text = str(error).split("\n")[0]
            self.warnings.append(f"a loss is not followed, as its program depends on its numbers: {text}")
            self.losses.append(loss)
        finally:
            self._is_inside = False
        if self._on_backward:
            self._on_backward()
        return None if loss["node"].op == "leaf" else traced.replayed

    def note_losses(self, fun: Any, params: Any) -> None:
        """Note the numbers that a function of parameters gives back in a list, each as a loss."""
        traced = TracedFunction(fun, (0,), (params,), {})
        traced.trace()
        self._read(traced, [{"value": None, "place": None} for _ in traced.closed.out_avals])

    def _read(self, traced: TracedFunction, losses: Sequence[dict[str, Any]]) -> None:
        """Write into losses what their equations are, and what their numbers.

        Args:
            traced: the function that gives them back, before anything else.
            losses: what is known of each.
        """
        row = EquationRow(traced.closed, list(traced.inputs()), losses[0]["place"] if losses else None)
        others = _others(row, len(losses))
        self.others = [*self.others, *others][-MOST_OTHERS:]
        for loss, slot in zip(losses, row.outputs):  # noqa: B905 (there is no strict in 3.8)
            root = row.nodes[slot]
            loss["node"] = root = root if isinstance(root, Node) else Node("full", (root,))
            open_guards(root, row.guarded)
            self.losses.append(loss)
            if not is_concrete(row, traced.leaves):
                continue
            try:
                told = nodes_below([root, *others]).values()
                loss["value"], loss["gradients"] = note_values(row, traced.leaves, root, told)
            except FAILURES as error:
                self.warnings.append("the values of a loss were not noted: " + str(error).split("\n")[0])

    def document(self, *, finds_loss: bool = True) -> dict[str, Any]:
        """What was noted.

        Args:
            finds_loss: whether it is said that there is none.
        """
        warnings = [*self.warnings, _NOTHING] if finds_loss and not self.losses else self.warnings
        return document(self.framework, self.losses, [{"node": one} for one in self.others], warnings)


def _replace(one: Any, other: Any) -> None:
    """Put a function in the place of another in all modules that have that, but for JAX's inner ones."""
    for module in list(sys.modules.values()):
        if str(getattr(module, "__name__", "")).startswith(_OWN):
            continue
        for name, value in list(getattr(module, "__dict__", {}).items()):
            if value is one:
                setattr(module, name, other)


def _others(row: EquationRow, count: int) -> list[Node]:
    """Samples, and numbers that nothing is computed from but what is handed out beside the losses.

    Args:
        row: of the function.
        count: the losses, which it gives back first.
    """
    used = {slot for _, given, _ in row.steps for slot in given} | {*row.outputs[:count]}
    last = row.outputs[count:] + [slot for _, _, made in row.steps for slot in made if slot not in used]
    sinks = [row.nodes[slot] for slot in last]
    sinks = [
        one for one in sinks if isinstance(one, Node) and one.grad and one.shape == () and one.op not in ENDS
    ]
    found = {one.serial: one for one in [*row.samples, *sinks]}
    return list(found.values())[-MOST_OTHERS:]
