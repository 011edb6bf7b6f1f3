"""A module's forward and its loss: which of its numbers that is, or which function makes one of its outputs.

Outputs are known by their keys, or by the names of the variables that held them. What is of a framework comes
from its recorder, as a `CalledModule`.
"""

from __future__ import annotations

import inspect
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

from .frameworks import RefusedError
from .module_outputs import entries, shape_of, size_of
from .signatures import names_of_parameters, parameters, placed_parameters, returned_names, takes_any_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

_LOSSES = ("loss_function", "loss_fn", "compute_loss", "get_loss", "vae_loss", "elbo_loss", "elbo", "loss")
"""What methods and functions are called that make a loss of what a module gives back."""
_STEPS = ("training_step",)
"""Methods that are given a batch and make the loss by themselves."""
_HINT = "a method or a function beside it, such as loss_function(recon, x, mu, logvar), would make one"
_TARGETS = ("x", "input", "inputs", "target", "targets", "data", "batch", "images")
_OWN = "keras."
"""Whose models have a compute_loss of their own."""
_MODELS = ("model", "params", "variables")
"""Arguments of functions that call the module by themselves: the module, or what it is applied with."""


class CalledModule(NamedTuple):
    """What a framework's recorder tells of a module.

    Attributes:
        own: the module.
        forward: calls it.
        signature: the function that has the parameters of that.
        array: the type of arrays.
        flows: whether a gradient flows through an array.
        method: the method of a name; None if there is none.
        further: the value of a parameter by its name, such as ``key``; None for what is no such one.
        name_of: what the variable is called that held an array; None where that is not known.
    """

    own: Any
    forward: Callable[..., Any]
    signature: Callable[..., Any]
    array: Any
    flows: Callable[[Any], bool]
    method: Callable[[str], Any]
    further: Callable[[str], Any]
    name_of: Callable[[Any], str | None] = lambda array: None


def check_shapes(module: Any, inputs: Sequence[Sequence[int]]) -> None:
    """Refuse a module that no shapes are given for.

    Raises:
        RefusedError: none are.
    """
    if not inputs:
        raise RefusedError(f"how large is the input of {type(module).__name__}?", "for example --input 8,784")


def recording_of(
    recorder: Any,
    module: CalledModule,
    made: Callable[[], Sequence[Any]],
    given: dict[str, Any],
    *contexts: AbstractContextManager[Any],
) -> dict[str, Any]:
    """The recording of a module that is called while a recorder is entered, and of its loss.

    Args:
        recorder: of its framework.
        module: what is called.
        made: makes its inputs, in the recorder.
        given: further arguments of its forward and of its loss, by their names.
        contexts: what is entered behind the recorder.

    Raises:
        RefusedError: it cannot be called with these.
    """

    def name_of(array: Any) -> str | None:
        node = recorder.table.get(array)
        return node.names[-1] if node is not None and node.names else None

    with ExitStack() as stack:
        for one in (recorder, *contexts):
            stack.enter_context(one)
        arrays = made()
        for parameter, array in zip(placed_parameters(module.signature), arrays):  # noqa: B905 (not in 3.8)
            recorder.node_of(array).names.append(parameter.name)
        losses, said = found_losses(module._replace(name_of=name_of), arrays, given)
        for loss in losses:
            recorder.note_loss(loss)
    document: dict[str, Any] = recorder.document(finds_loss=False)
    return dict(document, warnings=[said, *document["warnings"]])


def found_losses(module: CalledModule, inputs: Sequence[Any], given: dict[str, Any]) -> tuple[list[Any], str]:
    """The losses of a module, and in words where they were found, or that there is none.

    Args:
        module: what is called.
        inputs: its arrays.
        given: further arguments of its forward and of its loss, by their names.

    Raises:
        RefusedError: it fails with these.
    """
    kind = type(module.own).__name__
    own = {name: given[name] for name in given if name in names_of_parameters(module.signature)}
    made = _Made(module, inputs, {key: one for key, one in given.items() if key not in own})
    step = next(filter(None, map(module.method, _STEPS)), None)
    if step is not None:
        losses = list(made.numbers(tried(step, [_batch(inputs), 0], own, module.array)))[:1]
        said = f"the loss is {kind}.{step.__name__}"
    else:
        losses, said = made.loss_of_model()
    if not losses and step is None:
        own.update(made.further(module.signature, own, len(inputs)))
        made.out = tried(module.forward, inputs, own, module.array, "--input")
        losses, said = made.losses()
    if not losses:
        said = f"{kind} has no loss that was found: it gives back {made.told()}; {_HINT}"
    unused = ", ".join(name for name in made.given if name not in made.used)
    return losses, f"{said}; nothing asked for the argument {unused}" if unused and losses else said


class _Made:
    """What a module gave back, and where its loss is."""

    def __init__(self, module: CalledModule, inputs: Sequence[Any], given: dict[str, Any]) -> None:
        self.module, self.inputs, self.given = module, inputs, given
        self.out: Any = None
        self.used: set[str] = set()

    def loss_of_model(self) -> tuple[list[Any], str]:
        """The loss that a function makes which is given the module itself, and in words which one."""
        for function, called in self._functions():
            names = [one.name for one in placed_parameters(function)]
            if any(name in _MODELS and self.module.further(name) is not None for name in names):
                found, words = self._called(function, {})
                if found:
                    return found, f"the loss is {called}({words})"
        return [], ""

    def losses(self) -> tuple[list[Any], str]:
        """The losses, and in words where they were found."""
        kind = type(self.module.own).__name__
        outputs = dict(self._outputs())
        if "loss" in outputs and size_of(outputs["loss"]) == 1:
            return [outputs["loss"]], f"the loss is what {kind} gives back as loss"
        if isinstance(self.out, self.module.array) and size_of(self.out) == 1:
            return [self.out], f"the loss is what {kind} gives back"
        for function, called in self._functions():
            found, words = self._called(function, outputs)
            if found:
                return found, f"the loss is {called}({words})"
        shape = shape_of(self.inputs[0])
        numbers = {
            name: one
            for name, one in outputs.items()
            if self.module.flows(one) and shape_of(one) in ((), (1,), shape[:1] or (1,))
        }
        text = f"{kind} has no loss that was found; what is judged are numbers that it gives back: "
        return list(numbers.values()), text + ", ".join(numbers)

    def told(self) -> str:
        """The outputs with their shapes."""
        told = [f"{name} {shape_of(one)}" for name, one in self._outputs()]
        return ", ".join(told) or f"a {type(self.out).__name__}"

    def numbers(self, out: Any) -> Iterator[Any]:
        """The single numbers with a gradient among what was given back, one that is called loss first."""
        pairs = [(key, one) for key, one in entries(out) if isinstance(one, self.module.array)]
        for _, one in sorted(pairs, key=lambda entry: entry[0] != "loss"):
            if size_of(one) == 1 and self.module.flows(one):
                yield one

    def _outputs(self) -> Iterator[tuple[str, Any]]:
        """The arrays that it gave back with their names."""
        pairs = list(entries(self.out))
        written = returned_names(self.module.signature)
        named = written if len(written) == len(pairs) else [""] * len(pairs)
        for place, (key, one) in enumerate(pairs):
            if isinstance(one, self.module.array):
                yield key or named[place] or self.module.name_of(one) or f"output {place + 1}", one

    def _functions(self) -> Iterator[tuple[Any, str]]:
        """The methods and functions that may make a loss."""
        kind = type(self.module.own)
        for name in _LOSSES:
            own = self.module.method(name)
            if own is not None and not str(getattr(own, "__module__", "")).startswith(_OWN):
                yield own, f"{kind.__name__}.{name}"
        beside = vars(sys.modules.get(kind.__module__, object))
        for name in _LOSSES:
            if inspect.isfunction(inspect.unwrap(beside.get(name, kind))):
                yield beside[name], name

    def _called(self, function: Any, outputs: dict[str, Any]) -> tuple[list[Any], str]:
        """The loss that a function gives back, if it is one, and in words what it was given."""
        arguments, words = self._arguments(function, outputs)
        names = [*self.given] if takes_any_name(function) else names_of_parameters(function)
        own = {key: one for key, one in self.given.items() if key in names}
        found = list(self.numbers(tried(function, arguments, own, self.module.array)))[:1]
        self.used.update(own if found else ())
        return found, ", ".join(words)

    def further(self, function: Any, given: Any, first: int = 0) -> dict[str, Any]:
        """What a framework has for the parameters of a function, behind the first, that need a value."""
        needed = [one for one in parameters(function)[first:] if one.default is one.empty]
        values = {one.name: self.module.further(one.name) for one in needed if one.name not in given}
        return {name: value for name, value in values.items() if value is not None}

    def _arguments(self, function: Any, outputs: dict[str, Any]) -> tuple[list[Any], list[str]]:
        """Arguments by their names, and in order for those of other names."""
        if any(one.kind is one.VAR_POSITIONAL for one in parameters(function)):
            every = [one for _, one in entries(self.out)]
            return every, [*outputs] or ["its outputs"]
        wanted = [one for one in placed_parameters(function) if one.name not in self.given]
        inputs = {
            one.name: array
            for one, array in zip(placed_parameters(self.module.signature), self.inputs)  # noqa: B905
        }
        known = {**self.further(function, self.given), **inputs, **outputs}
        chosen = {one.name: one.name for one in wanted if one.name in known}
        rest = [name for name in outputs if name not in chosen.values()]
        for one in wanted:
            if one.name in chosen or one.default is not one.empty:
                continue
            if one.name in _TARGETS and inputs and not set(inputs) & set(chosen.values()):
                chosen[one.name] = next(iter(inputs))
            elif rest:
                chosen[one.name] = rest.pop(0)
        words = [chosen[one.name] for one in wanted if one.name in chosen]
        return [known[word] for word in words], words


def _batch(arrays: Sequence[Any]) -> Any:
    return arrays[0] if len(arrays) == 1 else tuple(arrays)


def tried(
    function: Callable[..., Any], arguments: Sequence[Any], given: Any, array: Any, option: str = "--arg"
) -> Any:
    """What a function gives back.

    Args:
        function: the function.
        arguments: arrays.
        given: arguments by their names.
        array: the type of arrays.
        option: that may help where it fails.

    Raises:
        RefusedError: it fails.
    """
    try:
        return function(*arguments, **given)
    except Exception as error:
        name = getattr(function, "__name__", type(function).__name__)
        shapes = ", ".join(str(shape_of(one)) for one in arguments if isinstance(one, array))
        hint = "--input 8,784 is a shape, once for every input" if option == "--input" else ""
        raise RefusedError(
            f"{name} failed with {shapes or 'no arrays'}: {type(error).__name__}: {error}",
            hint or "--arg NAME=VALUE gives an argument that is no array",
        ) from error
