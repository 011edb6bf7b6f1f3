"""Modules of flax and equinox that are called with arrays of some shapes, and their losses.

What trains is taken out of a module, and a function of it that makes a module of it again is differentiated.
Equinox has modules of single examples, which are mapped over the first axis.
"""

from __future__ import annotations

import functools
import re
import sys
from typing import TYPE_CHECKING, Any

import jax

from ..module_losses import CalledModule, check_shapes, found_losses, tried
from ..signatures import names_of_parameters, parameters
from .recorder import JaxRecorder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_KEY = re.compile(r"(.*_)?(key|rng)\Z")
"""What parameters are called that want a key."""


def is_trained(found: Any) -> bool:
    """Whether something is a module of flax or equinox."""
    return _taken_apart(found) is not None


def own_arguments(kind: Any) -> dict[str, Any]:
    """The arguments of a module's constructor that are generators of random numbers."""
    names = [one.name for one in parameters(getattr(kind, "__init__", kind)) if one.default is one.empty]
    found: dict[str, Any] = {name: jax.random.PRNGKey(0) for name in names if _KEY.match(name)}
    if "rngs" in names and "flax.nnx" in sys.modules:
        found["rngs"] = sys.modules["flax.nnx"].Rngs(0)
    return found


def call_module(module: Any, inputs: Sequence[Sequence[int]], given: dict[str, Any]) -> dict[str, Any]:
    """The recording of a module that is called with arrays of some shapes, and of its loss.

    Args:
        module: of flax or equinox.
        inputs: the shapes of its inputs, whose entries are between 0 and 1.
        given: further arguments of its forward and of its loss, by their names.

    Raises:
        RefusedError: no shapes are given, or it cannot be called with these.
    """
    check_shapes(module, inputs)
    key = jax.random.PRNGKey(0)
    arrays = [jax.random.uniform(jax.random.fold_in(key, place), shape) for place, shape in enumerate(inputs)]
    take_apart = _taken_apart(module)
    assert take_apart
    params, rebuilt = take_apart(module, arrays, given, key)
    said: list[str] = []

    def losses(params: Any) -> list[Any]:
        found, words = found_losses(rebuilt(params), arrays, given)
        said[:] = [words]
        return found

    recorder = JaxRecorder()
    recorder.note_losses(losses, params)
    document = recorder.document(finds_loss=False)
    return dict(document, warnings=[*said, *document["warnings"]])


def _taken_apart(found: Any) -> Callable[..., tuple[Any, Callable[[Any], CalledModule]]] | None:
    """How a module is taken apart into what trains and a function that makes it of that again."""
    for name, kind, taken in (
        ("flax.linen", "Module", _linen),
        ("flax.nnx", "Module", _nnx),
        ("equinox", "Module", _equinox),
    ):
        module = sys.modules.get(name)
        if module is not None and isinstance(found, getattr(module, kind)):
            return taken
    return None


def _linen(module: Any, arrays: Sequence[Any], given: dict[str, Any], key: Any) -> Any:
    """A module of flax.linen, whose parameters are apart from it."""
    own = _arguments(module.__call__, given, key, len(arrays))
    variables = dict(tried(functools.partial(module.init, key), arrays, own, jax.Array, "--input"))
    params = variables.pop("params", {})

    def rebuilt(params: Any) -> CalledModule:
        every = {**variables, "params": params}

        def applied(function: Any) -> Any:
            @functools.wraps(function)
            def run(*args: Any, **named: Any) -> Any:
                changed = list(variables) or False
                out = module.apply(every, *args, rngs=key, method=function, mutable=changed, **named)
                return out[0] if changed else out

            return run

        def method(name: str) -> Any:
            own = getattr(module, name, None)
            return applied(own) if callable(own) else None

        further = {"model": module, "params": params, "variables": every}
        return _called(module, applied(module.__call__), method, further, key)

    return params, rebuilt


def _nnx(module: Any, arrays: Sequence[Any], given: dict[str, Any], key: Any) -> Any:
    nnx = sys.modules["flax.nnx"]
    structure, params, rest = nnx.split(module, nnx.Param, ...)

    def rebuilt(params: Any) -> CalledModule:
        # Generators count what they have drawn, each in the trace that it was made in.
        return _object(nnx.merge(structure, params, jax.tree_util.tree_map(lambda one: one, rest)), key)

    return params, rebuilt


def _equinox(module: Any, arrays: Sequence[Any], given: dict[str, Any], key: Any) -> Any:
    equinox = sys.modules["equinox"]
    params, rest = equinox.partition(module, equinox.is_inexact_array)
    return params, lambda params: _object(equinox.combine(params, rest), key)


def _object(module: Any, key: Any) -> CalledModule:
    """A module that has its parameters; one of single examples is mapped over the first axis."""

    @functools.wraps(type(module).__call__)
    def forward(*arrays: Any, **named: Any) -> Any:
        try:
            return module(*arrays, **named)
        except Exception:  # whatever a module raises that is given one axis too many
            if not hasattr(module, "__dataclass_fields__"):  # as equinox has them
                raise
        keys = {name: jax.random.split(one, len(arrays[0])) for name, one in named.items() if one is key}
        rest = {name: one for name, one in named.items() if name not in keys}
        return jax.vmap(lambda arrays, keys: module(*arrays, **keys, **rest))(arrays, keys)

    def method(name: str) -> Any:
        own = getattr(module, name, None)
        return own if callable(own) else None

    return _called(module, forward, method, {"model": module}, key)


def _called(module: Any, forward: Any, method: Any, further: dict[str, Any], key: Any) -> CalledModule:
    return CalledModule(
        module,
        forward,
        module.__call__,
        jax.Array,
        lambda array: bool(jax.numpy.issubdtype(array.dtype, jax.numpy.floating)),
        method,
        lambda name: key if _KEY.match(name) else further.get(name),
    )


def _arguments(function: Any, given: dict[str, Any], key: Any, first: int) -> dict[str, Any]:
    """What a function is given besides its first arguments: what it was told, and keys."""
    own = [one for one in parameters(function)[first:] if one.default is one.empty and _KEY.match(one.name)]
    named = {name: given[name] for name in given if name in names_of_parameters(function)}
    return {**{one.name: key for one in own}, **named}
