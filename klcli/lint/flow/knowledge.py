"""What is known of the names of a flow: parts of tuples and distributions, classes of objects."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from klcli.formula.callee import called
from klcli.formula.vocabulary import UNIT_NOISE
from klcli.lint.flow.nodes import text_of_name
from klcli.lint.flow.structures import Structure, structure_of
from klcli.lint.project.definitions import Class

__all__ = ["Knowledge"]


@dataclass(slots=True)
class Knowledge:
    """What is known of names.

    Attributes:
        taken: the names that are in use; those of noise are always.
        structures: the parts of values, by the names of those.
        classes: the classes of objects, by the names of those.
    """

    taken: set[str] = field(default_factory=lambda: set(UNIT_NOISE))
    structures: dict[str, Structure] = field(default_factory=dict)
    classes: dict[str, Class] = field(default_factory=dict)

    def fresh(self, wish: str) -> str:
        """A name that nothing in the flow has."""
        name, count = wish, 1
        while name in self.taken:
            count += 1
            name = f"{wish}_{'in' if count == 2 else f'in{count}'}"
        self.taken.add(name)
        return name

    def take(self, names: Iterable[str]) -> None:
        """Keep the names of a function for it."""
        self.taken.update(names)

    def forget(self, names: Iterable[str]) -> None:
        """Names that get values of which no parts are known."""
        for name in names:
            self.structures.pop(name, None)

    def structure(self, value: ast.expr) -> Structure | None:
        """The parts of a value, if it has any that are known."""
        if isinstance(value, ast.Name | ast.Attribute):
            return self.structures.get(text_of_name(value))
        return structure_of(value)

    def distribution(self, value: ast.expr) -> Structure | None:
        """The normal distribution that an expression stands for."""
        found = self.structure(value)
        if found is None and isinstance(value, ast.Call) and called(value) == "Independent" and value.args:
            inner = self.distribution(value.args[0])
            return inner and inner.summed
        return found if found is not None and found.is_normal else None
