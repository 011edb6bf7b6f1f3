"""The one table of calls: which functions are read, under which names, and how."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from klcli.formula.read.calls.clips import CLIPS
from klcli.formula.read.calls.composed import COMPOSED
from klcli.formula.read.calls.densities import DENSITIES
from klcli.formula.read.calls.distributions import DIVERGENCES
from klcli.formula.read.calls.draws import DRAWS
from klcli.formula.read.calls.elementwise import ELEMENTWISE
from klcli.formula.read.calls.inner_products import INNER_PRODUCTS
from klcli.formula.read.calls.mapped import MAPPED
from klcli.formula.read.calls.masks import MASKS
from klcli.formula.read.calls.reductions import REDUCED
from klcli.formula.read.calls.reshapes import EXPANDED, RESHAPED
from klcli.formula.read.calls.row import CallRow
from klcli.formula.read.calls.selections import SELECTED
from klcli.formula.read.calls.shapes import SHAPED
from klcli.formula.read.calls.types import SAME, TYPED

CALLS: tuple[CallRow, ...] = (
    *DRAWS,
    *CLIPS,
    *INNER_PRODUCTS,
    *REDUCED,
    *SELECTED,
    *SHAPED,
    *RESHAPED,
    *MASKS,
    *EXPANDED,
    *TYPED,
    *COMPOSED,
    *DIVERGENCES,
    *DENSITIES,
    *MAPPED,
    *ELEMENTWISE,
)
"""Of several rows with one name the first that knows a call reads it."""


def _by_name(rows: Iterable[CallRow]) -> Mapping[str, tuple[CallRow, ...]]:
    found: dict[str, tuple[CallRow, ...]] = {}
    for row in rows:
        for name in row.names:
            found[name] = (*found.get(name, ()), row)
    return found


def _names(*rows: CallRow) -> tuple[str, ...]:
    return tuple(name for row in rows for name in row.names)


_ROWS = _by_name(CALLS)
_READABLE = frozenset(_names(*(row for row in CALLS if row.is_sure)))
KNOWN = _names(*ELEMENTWISE, *REDUCED, *CLIPS, *DRAWS)
"""What somebody may have meant who wrote an unknown name."""
OPERATIONS = frozenset(_names(*ELEMENTWISE, *REDUCED, *CLIPS, SAME))
"""Functions and methods that any library of arrays has: such a name tells nothing of whose it is."""

OF_ONE = frozenset(_names(*(row for row in ELEMENTWISE if row.arguments == "x"))) | {"inv", "det", "logdet"}
"""Functions of one argument, which are called without any where they are methods of that."""


def rows_of(name: str) -> tuple[CallRow, ...]:
    """The rows with a name, in the order in which they are asked."""
    return _ROWS.get(name, ())


def is_readable(node: ast.Call) -> bool:
    """Whether the function of a call has a name that is read, whatever its arguments are."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _READABLE or name.removesuffix("_") in _READABLE
    return False
