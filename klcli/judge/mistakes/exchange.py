"""Undoes an exchange of posterior and prior."""

from __future__ import annotations

from klcli.formula.minimal_edits import edited, written_anew
from klcli.formula.program_reader import Program, ProgramSource
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol, Tree
from klcli.judge.ways import Way


def sides_exchanged(program: Program, tree: Tree, way: Way) -> ProgramSource | None:
    """The source with the symbols of posterior and prior exchanged; None where they do not mean the same.

    Args:
        program: the formula.
        tree: what was judged of it.
        way: what its symbols are.
    """
    role = way.roles
    if role.head is None or role.prior_head is None or way.prior_reading is not way.reading or way.further:
        return None
    pairs = [(role.head, role.prior_head)]
    if role.mean and role.prior_mean:
        pairs.append((role.mean, role.prior_mean))
    swap: dict[str, Tree] = {one: Symbol(two) for one, two in pairs}
    swap |= {two: Symbol(one) for one, two in pairs}
    changed = substitute(tree, swap)
    return edited(program, tree, changed) or written_anew(program, changed)
