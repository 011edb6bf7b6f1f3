"""Means and heads that stand in a formula only inside of one function: ``exp(log_mean)``, ``tanh(m)``.

What they mean is then the value of the function. In a symbol for that a formula can be the KL that it is
not in the bare symbol.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial

from klcli.errors import KlcliError
from klcli.formula.editing import in_habit
from klcli.formula.program import Program, rewritten
from klcli.formula.traversal import free_symbols, replaced, walk
from klcli.formula.tree import Call, Number, Operation, Symbol, Tree, operation
from klcli.patterns import regex
from klcli.values import dataclass

__all__ = ["Transformed", "transformed"]

_MOST = 3
"""Functions that are tried for a symbol, the largest first: the square of a mean, the mean with a factor."""
_CALL = regex(r"[\\\w.]*\([^()]*\)|[\w.]+\.\w+\(\)")
"""A function of what has no parentheses itself, or a method: ``torch.tanh(5 * a)``, ``m.exp()``."""
_NOTHING = Number(Fraction(0))


@dataclass(frozen=True, slots=True)
class Transformed:
    """A formula in which symbols stand for functions of them.

    Attributes:
        program: with the symbols in the places of the functions.
        functions: what they stand for, by their names.
    """

    program: Program
    functions: Mapping[str, Tree]

    def put_in(self, tree: Tree) -> Tree:
        """Another tree, of a sampling line, with the symbols in the places of the functions.

        Raises:
            KlcliError: it has such a symbol elsewhere, too.
        """
        for name, function in self.functions.items():
            for part, value in _parts(function, Symbol(name)):
                if name not in free_symbols(replaced(tree, part, _NOTHING)):
                    tree = replaced(tree, part, value)
                    break
            else:
                shown = self.program.spellings[name]
                raise KlcliError(
                    f"the sampling line uses {name} by itself, the formula {shown} alone",
                    f"write {shown} in the sampling line, too",
                )
        return tree


def _parts(function: Tree, symbol: Symbol) -> Iterator[tuple[Tree, Tree]]:
    """A function as the symbol, and without its factor: ``tanh(a)`` is s/5 where 5 tanh(a) is s."""
    yield function, symbol
    match function:
        case Operation("*", Number() as factor, part) | Operation("*", part, Number() as factor):
            yield part, operation("/", symbol, factor)


def transformed(program: Program) -> Iterator[Transformed]:
    """The formula with symbols for the functions that are all in which these symbols stand.

    Of one symbol the largest function comes first, then two symbols at once.
    """
    alone = {name: _functions(program, name) for name in free_symbols(program.tree)}
    ways = [{name: function} for name, found in alone.items() for function in found]
    ways += [one | two for one in ways for two in ways if [*one] < [*two]]
    for functions in ways:
        other = program
        for name, function in functions.items():
            put_in = partial(replaced, node=function, other=Symbol(name))
            other = rewritten(other, put_in, {name: _shown(program, function)})
        yield Transformed(other, functions)


def _functions(program: Program, name: str) -> list[Tree]:
    """What a symbol stands in and in nothing else, for one entry and on arrays.

    A call is in each: a product or a power of a symbol is no other mean, but has a weight. The symbol is in
    it once: a sum of its terms is a part of the KL.
    """
    own = [node for node in walk(program.tree) if free_symbols(node) == (name,)]
    called = [node for node in own if any(isinstance(part, Call) for part in walk(node)) and _once(node)]
    trees = (program.tree, program.arrays)
    found = (
        node
        for node in dict.fromkeys(called)
        if all(name not in free_symbols(replaced(tree, node, _NOTHING)) for tree in trees)
    )
    return [node for node, _ in zip(found, range(_MOST), strict=False)]


def _once(tree: Tree) -> bool:
    return sum(isinstance(node, Symbol) for node in walk(tree)) == 1


def _shown(program: Program, function: Tree) -> str:
    """A function as it was written, where that is known; in parentheses if it is not one call."""
    text = program.source.written(function.span) if function.span else in_habit(program, function)
    return text if _CALL.fullmatch(text) else f"({text})"
