"""Statements of a flow, read as one formula."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from klcli.errors import KlcliError
from klcli.formula.program_reader import Program, read_statements
from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.traversal import walk
from klcli.formula.value.budget import remembered

_MOST_NODES = 160
"""Of a term: half as many are too few for a KL of the weights and the biases of a layer."""
_MOST_HELPERS = 4
"""Each is read and judged anew; of the files that lint is tested with some need one, none needs two."""


# The terms of one file.
@remembered(256)
def program_of(
    source: SourceNodes, opaque: frozenset[str] = frozenset(), *, matrices: bool = False
) -> Program | None:
    """The program of statements; None where they cannot be read, or are too long to be a term.

    Args:
        source: the statements.
        opaque: helper variables that are symbols, whatever is assigned to them.
        matrices: whether products and transposes are those of matrices.
    """
    try:
        program = read_statements(source, opaque, matrices=matrices)
    except KlcliError:
        return None
    return program if len(list(walk(program.tree))) <= _MOST_NODES else None


def with_symbols(source: SourceNodes, program: Program) -> Iterator[Program]:
    """The program with a helper variable that stays a symbol, whatever is assigned to it.

    What a head is made of may be no reading of it, as in ``std = 0.1 + softplus(x)``.
    """
    for name in islice(program.helpers, _MOST_HELPERS):
        if found := program_of(source, frozenset((name,))):
            yield found


def flow_name(program: Program, name: str | None) -> str | None:
    """How a symbol is written in the flow."""
    return None if name is None else program.spellings.get(name, name)
