"""A function of some of its arguments as equations, and by these what it gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from .equations import leaf
from .variable_names import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..notes import Node


class TracedFunction:
    """A function of some of its arguments, as equations."""

    def __init__(self, fun: Any, places: Sequence[int], args: Sequence[Any], kwargs: Any) -> None:
        self._fun, self._places, self._args, self._kwargs = fun, places, args, kwargs
        self.leaves, self._tree = jax.tree_util.tree_flatten([args[place] for place in places])

    def trace(self) -> None:
        """Make the equations: the function runs, once."""
        with jax.disable_jit(False), named():
            self.closed = jax.make_jaxpr(self._arrays)(*self.leaves)

    def _arrays(self, *leaves: Any) -> list[Any]:
        """The arrays among what the function gives back; the rest is kept."""
        args = list(self._args)
        for place, one in zip(self._places, jax.tree_util.tree_unflatten(self._tree, leaves)):  # noqa: B905
            args[place] = one
        found, self._out_tree = jax.tree_util.tree_flatten(self._fun(*args, **self._kwargs))
        self._rest = [None if isinstance(one, jax.Array) else (one,) for one in found]
        return [one for one in found if isinstance(one, jax.Array)]

    @property
    def is_loss(self) -> bool:
        """Whether it gives back a single number first, computed from its arguments."""
        if not self._rest or self._rest[0] is not None:
            return False
        first = self.closed.out_avals[0]
        return first.shape == () and bool(jnp.issubdtype(first.dtype, jnp.floating))

    def inputs(self) -> Iterator[Node]:
        """The nodes of the arrays that it is differentiated by, with the names that they are kept under."""
        keyed = jax.tree_util.tree_flatten_with_path([self._args[place] for place in self._places])[0]
        for (path, _), aval in zip(keyed, self.closed.in_avals):  # noqa: B905
            node = leaf(aval, "a parameter", grad=True)
            keys = [getattr(key, "key", getattr(key, "name", None)) for key in path]
            node.names.extend([key for key in keys if isinstance(key, str)][-1:])
            yield node

    def replayed(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives back, by its equations."""
        leaves = jax.tree_util.tree_leaves([args[place] for place in self._places])
        out = iter(jax.core.eval_jaxpr(self.closed.jaxpr, self.closed.consts, *leaves))
        found = [next(out) if one is None else one[0] for one in self._rest]
        return jax.tree_util.tree_unflatten(self._out_tree, found)
