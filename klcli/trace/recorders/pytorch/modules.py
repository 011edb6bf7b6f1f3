"""A module's forward and its loss: which of its numbers that is, or which function makes one of its outputs.

Outputs are known by their keys, or by the names of the variables that held them.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import torch

from .. import RefusedError
from .recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["call_module", "is_trained"]

_LOSSES = ("loss_function", "loss_fn", "compute_loss", "get_loss", "vae_loss", "elbo_loss", "elbo", "loss")
"""What methods and functions are called that make a loss of what a module gives back."""
_STEPS = ("training_step",)
"""Methods that are given a batch and make the loss by themselves."""
_HINT = "a method or a function beside it, such as loss_function(recon, x, mu, logvar), would make one"
_TARGETS = ("x", "input", "inputs", "target", "targets", "data", "batch", "images")


def is_trained(found: Any) -> bool:
    """Whether something is a module with parameters."""
    return isinstance(found, torch.nn.Module) and next(found.parameters(), None) is not None


def call_module(module: Any, inputs: Sequence[Sequence[int]], given: dict[str, Any]) -> dict[str, Any]:
    """The recording of a module that is called with arrays of some shapes, and of its loss.

    Args:
        module: with parameters.
        inputs: the shapes of its inputs, whose entries are between 0 and 1.
        given: further arguments of its forward and of its loss, by their names.

    Raises:
        RefusedError: no shapes are given, or it cannot be called with these.
    """
    kind = type(module).__name__
    if not inputs:
        raise RefusedError(f"how large is the input of {kind}?", "for example --input 8,784")
    torch.manual_seed(0)
    with Recorder() as recorder:
        tensors = [torch.rand(tuple(shape)) for shape in inputs]
        names = [one.name for one in _parameters(module.forward)][: len(tensors)]
        for name, tensor in zip(names, tensors):  # noqa: B905 (there is no strict in 3.8)
            recorder.node_of(tensor).names.append(name)
        own = {name: given[name] for name in given if name in _named(module.forward)}
        made = _Made(module, recorder, tensors, {key: one for key, one in given.items() if key not in own})
        step = next((getattr(module, name) for name in _STEPS if hasattr(module, name)), None)
        if step is not None:
            losses = list(_numbers(_tried(step, [_batch(tensors), 0], own)))[:1]
            said = f"the loss is {kind}.{step.__name__}"
        else:
            made.out = _tried(module, tensors, own, "--input")
            losses, said = made.losses()
        if not losses:
            said = f"{kind} has no loss that was found: it gives back {made.told()}; {_HINT}"
        for loss in losses:
            recorder.note_loss(loss)
    document = recorder.document(finds_loss=False)
    return dict(document, warnings=[said, *document["warnings"]])


class _Made:
    """What a module gave back, and where its loss is."""

    def __init__(self, module: Any, recorder: Any, inputs: Sequence[Any], given: dict[str, Any]) -> None:
        self.module, self.recorder, self.inputs, self.given = module, recorder, inputs, given
        self.out: Any = None

    def losses(self) -> tuple[list[Any], str]:
        """The losses, and in words where they were found."""
        kind = type(self.module).__name__
        outputs = dict(self._outputs())
        if "loss" in outputs and outputs["loss"].numel() == 1:
            return [outputs["loss"]], f"the loss is what {kind} gives back as loss"
        if isinstance(self.out, torch.Tensor) and self.out.numel() == 1:
            return [self.out], f"the loss is what {kind} gives back"
        for function, called in self._functions():
            arguments, words = self._arguments(function, outputs)
            own = {
                key: one for key, one in self.given.items() if key in _named(function) or _is_open(function)
            }
            found = list(_numbers(_tried(function, arguments, own)))[:1]
            if found:
                return found, f"the loss is {called}({', '.join(words)})"
        batch = self.inputs[0].shape[0] if self.inputs[0].dim() else 1
        numbers = {
            name: one
            for name, one in outputs.items()
            if one.requires_grad and tuple(one.shape) in ((), (1,), (batch,))
        }
        text = f"{kind} has no loss that was found; what is judged are numbers that it gives back: "
        return list(numbers.values()), text + ", ".join(numbers)

    def told(self) -> str:
        """The outputs with their shapes."""
        told = [f"{name} {tuple(one.shape)}" for name, one in self._outputs()]
        return ", ".join(told) or f"a {type(self.out).__name__}"

    def _outputs(self) -> Iterator[tuple[str, Any]]:
        """The tensors that it gave back with their names."""
        entries = list(_entries(self.out))
        written = _returned(self.module.forward)
        named = written if len(written) == len(entries) else [""] * len(entries)
        for place, (key, one) in enumerate(entries):
            if isinstance(one, torch.Tensor):
                node = self.recorder.table.get(one)
                held = node.names[-1] if node is not None and node.names else None
                yield key or named[place] or held or f"output {place + 1}", one

    def _functions(self) -> Iterator[tuple[Any, str]]:
        """The methods and functions that may make a loss."""
        kind = type(self.module)
        beside = vars(sys.modules.get(kind.__module__, object))
        for name in _LOSSES:
            own = getattr(self.module, name, None)
            if callable(own) and not isinstance(own, torch.nn.Module):
                yield own, f"{kind.__name__}.{name}"
            elif inspect.isfunction(beside.get(name)):
                yield beside[name], name

    def _arguments(self, function: Any, outputs: dict[str, Any]) -> tuple[list[Any], list[str]]:
        """Arguments by their names, and in order for those of other names."""
        if any(one.kind is one.VAR_POSITIONAL for one in _signature(function)):
            every = [one for _, one in _entries(self.out)]
            return every, [*outputs] or ["its outputs"]
        wanted = [one for one in _parameters(function) if one.name not in self.given]
        inputs = {one.name: tensor for one, tensor in zip(_parameters(self.module.forward), self.inputs)}  # noqa: B905
        known = {**inputs, **outputs}
        chosen = {one.name: one.name for one in wanted if one.name in known}
        rest = [name for name in outputs if name not in chosen.values()]
        for one in wanted:
            if one.name in chosen or one.default is not one.empty:
                continue
            if one.name in _TARGETS and not set(inputs) & set(chosen.values()):
                chosen[one.name] = next(iter(inputs))
            elif rest:
                chosen[one.name] = rest.pop(0)
        words = [chosen[one.name] for one in wanted if one.name in chosen]
        return [known[word] for word in words], words


def _entries(out: Any) -> Iterator[tuple[str, Any]]:
    """What was given back, one by one, with its key where it has one."""
    if hasattr(out, "items"):
        yield from ((str(key), one) for key, one in out.items())
    elif hasattr(out, "_fields"):
        yield from zip(out._fields, out)  # noqa: B905
    elif hasattr(out, "__dataclass_fields__"):
        yield from ((name, getattr(out, name)) for name in out.__dataclass_fields__)
    elif isinstance(out, (tuple, list)):
        for one in out:
            yield from _entries(one) if isinstance(one, (tuple, list)) else (("", one),)
    else:
        yield "", out


def _returned(function: Any) -> list[str]:
    """The names in the last return statement of a function; an empty text for what is no name."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return []
    found = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    last = found[-1] if found else None
    parts = last.elts if isinstance(last, (ast.Tuple, ast.List)) else [last]
    return [part.id if isinstance(part, ast.Name) else "" for part in parts]


def _numbers(out: Any) -> Iterator[Any]:
    """The single numbers with a gradient among what was given back, one that is called loss first."""
    found = [(key, one) for key, one in _entries(out) if isinstance(one, torch.Tensor) and one.numel() == 1]
    for _, one in sorted(found, key=lambda entry: entry[0] != "loss"):
        if one.requires_grad:
            yield one


def _batch(tensors: Sequence[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tuple(tensors)


def _tried(function: Callable[..., Any], arguments: Sequence[Any], given: Any, option: str = "--arg") -> Any:
    """What a function gives back.

    Raises:
        RefusedError: it fails.
    """
    try:
        return function(*arguments, **given)
    except Exception as error:
        name = getattr(function, "__name__", type(function).__name__)
        shapes = ", ".join(str(tuple(one.shape)) for one in arguments if isinstance(one, torch.Tensor))
        hint = "--input 8,784 is a shape, once for every input" if option == "--input" else ""
        raise RefusedError(
            f"{name} failed with {shapes or 'no arrays'}: {type(error).__name__}: {error}",
            hint or "--arg NAME=VALUE gives an argument that is no array",
        ) from error


def _signature(function: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def _parameters(function: Any) -> list[inspect.Parameter]:
    """The parameters that have a place."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [one for one in _signature(function) if one.kind in kinds]


def _named(function: Any) -> list[str]:
    return [one.name for one in _signature(function)]


def _is_open(function: Any) -> bool:
    """Whether a function takes any arguments by name."""
    return any(one.kind is one.VAR_KEYWORD for one in _signature(function))
