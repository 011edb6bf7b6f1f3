"""What is known of the names of a flow: parts of tuples and distributions, classes of objects."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from klcli.formula.read.ast_parts import text_of_name
from klcli.formula.read.callee import called
from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.lint.flow.values_with_parts import Structure, structure_of
from klcli.lint.project.definitions import Class
from klcli.values import dataclass, field


@dataclass(slots=True)
class Knowledge:
    """What is known of names.

    Attributes:
        taken: the names that are in use; those of noise are always.
        structures: the parts of values, by the names of those.
        classes: the classes of objects, by the names of those.
        entries: the distributions of which lists are made, by the names of those.
        counts: the number of the last name that was made, by how such names begin.
    """

    taken: set[str] = field(default_factory=lambda: set(UNIT_NOISE))
    structures: dict[str, Structure] = field(default_factory=dict)
    classes: dict[str, Class] = field(default_factory=dict)
    entries: dict[str, Structure] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def fresh(self, wish: str) -> str:
        """A name that nothing in the flow has."""
        count = self.counts.get(wish, 0) + 1
        while (name := _numbered(wish, count)) in self.taken:
            count += 1
        self.counts[wish] = count
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
        match value:
            case ast.Name() | ast.Attribute():
                return self.structures.get(text_of_name(value))
            case ast.Subscript(value=ast.Name() | ast.Attribute() as whole, slice=index):
                return None if isinstance(index, ast.Slice) else self.entries.get(text_of_name(whole))
        return structure_of(value)

    def entry(self, value: ast.expr) -> Structure | None:
        """The distribution that every entry of a list is."""
        match value:
            case ast.Name() | ast.Attribute():
                return self.entries.get(text_of_name(value))
            case ast.ListComp(elt=entry) | ast.GeneratorExp(elt=entry) | ast.List(elts=[entry, *_]):
                return self.distribution(entry)
        return None

    def appended(self, call: ast.expr) -> None:
        """Say of a list to which a distribution is appended that it is made of such ones."""
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Name() | ast.Attribute() as whole, attr="append"), args=[value]
            ) if entry := self.distribution(value):
                self.entries[text_of_name(whole)] = entry

    def bind(self, target: ast.expr, over: ast.expr) -> None:
        """Say of what runs over a list, or over several at once, which distributions it stands for."""
        match target, over:
            case ast.Name(id=name), _ if entry := self.entry(over):
                self.structures[name] = entry
            case ast.Tuple(elts=targets), ast.Call(func=ast.Name(id="zip"), args=lists):
                for one, entries in zip(targets, lists, strict=False):
                    self.bind(one, entries)
            case ast.Tuple(elts=[_, one]), ast.Call(func=ast.Name(id="enumerate"), args=[entries]):
                self.bind(one, entries)

    def distribution(self, value: ast.expr) -> Structure | None:
        """The normal distribution that an expression stands for."""
        found = self.structure(value)
        if found is None and isinstance(value, ast.Call) and called(value) == "Independent" and value.args:
            inner = self.distribution(value.args[0])
            return inner and inner.summed
        return found if found is not None and found.is_normal else None


def _numbered(wish: str, count: int) -> str:
    """The first, second or later name of those that begin alike."""
    return wish if count == 1 else f"{wish}_in" if count == 2 else f"{wish}_in{count}"
