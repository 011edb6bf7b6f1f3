"""Ways along the nodes of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator


def reached(start: int, below: Callable[[int], Iterable[int]]) -> Iterator[int]:
    """A node and all that others lead on to from there, each once; what is below one is asked behind it."""
    seen, stack = {start}, [start]
    while stack:
        node = stack.pop()
        yield node
        for one in below(node):
            if one not in seen:
                seen.add(one)
                stack.append(one)
