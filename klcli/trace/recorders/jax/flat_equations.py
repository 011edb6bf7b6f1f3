"""A function's equations in one row, without the calls between them, and the node of every array.

JAX nests equations: those of jitted functions, and of functions with a derivative of their own. They are
entered; only for values and gradients a call with a derivative of its own is one equation. Arrays are known
by their places in the row, slots, as an inner function that is called twice has the same variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from ..calls import arithmetic, nodes_of
from ..notes import Node
from .equations import leaf, node_of
from .guards import chosen_in, guarded_by, product_in
from .linear_algebra import algebra_of
from .loops import MOST_STEPS, unrolled
from .places import names_of_frames, place_of_equation
from .scalar_constants import applied, has_numbers, number
from .variable_names import likelihood_of, mark_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CALLS = ("jit", "pjit", "closed_call", "core_call", "remat", "remat2", "checkpoint", "xla_call")
"""What is entered, by its names in all releases."""
_DERIVED = (
    *("custom_jvp_call", "custom_jvp_call_jaxpr", "custom_vjp_call", "custom_vjp_call_jaxpr"),
    "custom_lin",
)
"""Calls with a derivative of their own."""
_INNER = ("jaxpr", "call_jaxpr", "fun_jaxpr")
_NORMAL = ("_normal", "normal", "_normal_real")
_LOGARITHMS = {"xlogy": "log", "xlog1py": "log1p"}
"""What is a product with a logarithm, and 0 where the other factor is."""
_SOFTPLUS = ("softplus", "logaddexp")
_TESTS = ("eq", "ne", "is_finite")
"""What guards ask of an array before they choose."""


class EquationRow:
    """The equations of a function in one row.

    Attributes:
        nodes: what is noted of each array, a node or a number.
        steps: the equations, each with the slots of its operands and of its results.
        known: the values of constants by their slots.
        inputs: the slots of the arguments.
        outputs: the slots of what the function gives back.
        guarded: arrays by the numbers of the nodes of their guards.
        samples: what is made of noise and given to what is not followed, as a decoder is given a sample.
    """

    def __init__(self, closed: Any, inputs: Sequence[Any], place: tuple[str, int, str] | None = None) -> None:
        """Read the equations.

        Args:
            closed: the function.
            inputs: the nodes of its arguments.
            place: of what stands in libraries only.
        """
        self._place = place
        self.nodes: list[Any] = []
        self.steps: list[tuple[Any, list[int], list[int]]] = []
        self.known: dict[int, Any] = {}
        self.guarded: dict[int, Node] = {}
        self.samples: list[Node] = []
        self._tests: dict[int, tuple[str, list[Any]]] = {}
        self.inputs = [self._new(node) for node in inputs]
        self.outputs = self._entered(closed, self.inputs, None)

    def _new(self, node: Any) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _entered(self, closed: Any, given: Sequence[int], place: Any) -> list[int]:
        """Note the equations of a function.

        Args:
            closed: with its constants, if it has any.
            given: the slots of its arguments.
            place: at which all of them are said to stand, if not at their own.
        """
        jaxpr = getattr(closed, "jaxpr", closed)
        constants = [self._constant(value) for value in getattr(closed, "consts", ())]
        slots = dict(zip(jaxpr.constvars, constants))  # noqa: B905 (there is no strict in 3.8)
        slots.update(zip(jaxpr.invars, given))  # noqa: B905
        for equation in jaxpr.eqns:
            own = [self._slot(variable, slots) for variable in equation.invars]
            slots.update(zip(equation.outvars, self._noted(equation, own, place)))  # noqa: B905
        return [self._slot(variable, slots) for variable in jaxpr.outvars]

    def _slot(self, variable: Any, slots: Mapping[Any, int]) -> int:
        return self._constant(variable.val) if hasattr(variable, "val") else slots[variable]

    def _constant(self, value: Any) -> int:
        """The slot of a constant: a number, or an array that nothing is trained by."""
        is_number = getattr(value, "size", 1) == 1 and not isinstance(value, jax.core.Tracer)
        slot = self._new(number(value) if is_number and has_numbers(value) else leaf(value, "an input"))
        self.known[slot] = value
        return slot

    def _noted(self, equation: Any, given: list[int], place: Any) -> Sequence[int]:
        """The slots of the results of an equation."""
        name = equation.primitive.name
        if name == "name":
            self._marked(given[0], equation.params["name"])
            return given
        inner = next((equation.params[key] for key in _INNER if key in equation.params), None)
        known = _by_name(equation, inner, [self.nodes[slot] for slot in given])
        if known is not None:
            return self._step(equation, given, [known], place)
        if inner is not None and _is_of_jax(equation, inner):
            own = [self.nodes[slot] for slot in given]
            algebra = algebra_of(_called(equation, inner), inner, own, equation.outvars)
            if algebra is not None:
                return self._step(equation, given, algebra, place)
        if inner is not None and name in (*_CALLS, *_DERIVED):
            found = self._entered(inner, given, place or _place_of_call(equation, inner))
            nodes = [self.nodes[slot] for slot in found]
            return found if name in _CALLS else self._step(equation, given, nodes, place)
        if name == "scan" and equation.params["length"] <= MOST_STEPS:
            return unrolled(equation, given, lambda closed, slots: self._entered(closed, slots, place))
        if (count := self._count(equation, given)) is not None:
            return [self._constant(count)]
        operands = [self.nodes[slot] for slot in given]
        made = [node_of(equation, operands, index) for index in range(len(equation.outvars))]
        if (slot := self._unchanged(made, given)) is not None:
            return [slot]
        if name == "select_n":
            test = self._tests.get(given[0])
            chosen = chosen_in(operands, equation.outvars[0].aval.shape, test) or product_in(operands, test)
            if chosen is not None:
                return [given[chosen]]
        if name == "select_n" and (inside := guarded_by(operands)):
            self.guarded[made[0].serial] = inside
        found = self._step(equation, given, made, place)
        if name in _TESTS:
            self._tests[found[0]] = (name, operands)
        return found

    def _marked(self, slot: int, mark: str) -> None:
        """Take note of what a mark says of an array."""
        node, likelihood = self.nodes[slot], likelihood_of(mark)
        if likelihood is None:
            _rename(node, mark_of(mark))
        elif isinstance(node, Node) and node.op != "loss":  # one calls another
            arrays = [Node("leaf", (), shape, node.dtype, made_by="an output") for shape in likelihood[1]]
            found = arithmetic(likelihood[0], arrays, {"reduction": "none"})
            assert found
            found.shape, found.dtype, found.grad, found.place = node.shape, node.dtype, node.grad, node.place
            self.nodes[slot] = found

    def _count(self, equation: Any, given: Sequence[int]) -> Any:
        """The whole number that an equation makes of constants, as a library counts entries; or None."""
        aval = equation.outvars[0].aval if len(equation.outvars) == 1 else None
        held = [self.known.get(slot) for slot in given]
        is_known = bool(held) and not any(one is None or isinstance(one, jax.core.Tracer) for one in held)
        if not is_known or aval is None or aval.shape or not jnp.issubdtype(aval.dtype, jnp.integer):
            return None
        with jax.ensure_compile_time_eval():
            return applied(equation, [jnp.asarray(one) for one in held])[0]

    def _unchanged(self, made: Sequence[Any], given: Sequence[int]) -> int | None:
        """The slot of an operand that is all that an equation gives back, as that of a sum with 0."""
        node = made[0] if len(made) == 1 else None
        if not isinstance(node, Node) or node.op != "same":
            return None
        (inner,) = node.args
        alike = inner.shape == node.shape and inner.dtype == node.dtype
        return next((slot for slot in given if alike and self.nodes[slot] is inner), None)

    def _step(self, equation: Any, given: list[int], nodes: list[Any], place: Any) -> list[int]:
        """Put an equation into the row; new nodes stand where it does."""
        for node, variable in zip(nodes, equation.outvars):  # noqa: B905
            if isinstance(node, Node) and node.place is None:
                node.place = place or place_of_equation(equation, self._place)
                node.shape, node.dtype = tuple(variable.aval.shape), str(variable.aval.dtype)
                if node.op == "leaf":
                    operands = nodes_of([self.nodes[slot] for slot in given])
                    self.samples.extend(one for one in operands if one.is_noisy and one.op != "noise")
        made = [self._new(node) for node in nodes]
        self.steps.append((equation, given, made))
        return made


def _rename(node: Any, name: str | None) -> None:
    if name and isinstance(node, Node) and name not in node.names:
        node.names.append(name)


def _by_name(equation: Any, inner: Any, given: Sequence[Any]) -> Node | None:
    """What JAX computes by what is not followed: noise out of bits, functions that do not overflow."""
    if inner is None or not _is_of_jax(equation, inner):
        return None
    name = _called(equation, inner)
    if name in _NORMAL:
        return Node("noise", (), kind="randn")
    if name in _LOGARITHMS and isinstance(given[1], Node):
        count, value = given
        logarithm = Node(_LOGARITHMS[name], (value,), value.shape, value.dtype, value.grad, value.place)
        return Node("mul", (count, logarithm), grad=value.grad or (isinstance(count, Node) and count.grad))
    if name == "_uniform" and list(given[1:]) == [0, 1]:
        return Node("noise", (), kind="rand")
    nodes = [one for one in given if isinstance(one, Node)]
    zero = all(one == 0 for one in given if not isinstance(one, Node))
    if name in _SOFTPLUS and len(nodes) == 1 and zero:
        return Node("softplus", nodes, grad=nodes[0].grad)
    return None


def _called(equation: Any, inner: Any) -> str:
    """The name of a function that is called; one with a derivative of its own has it in its equations."""
    told = getattr(getattr(inner, "jaxpr", inner), "debug_info", None)
    return str(equation.params.get("name") or getattr(told, "func_name", ""))


def _is_of_jax(equation: Any, inner: Any) -> bool:
    """Whether a function that is called is one of JAX: no function of the program has its name there."""
    name = _called(equation, inner)
    equations = getattr(inner, "jaxpr", inner).eqns
    return name != "" and not any(name in names_of_frames(one) for one in equations[:1])


def _place_of_call(equation: Any, inner: Any) -> Any:
    """Where a function of JAX is called: its equations were made where it was called first."""
    return place_of_equation(equation) if _is_of_jax(equation, inner) else None
